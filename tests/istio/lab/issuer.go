package lab

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// Issuer publishes keys by OpenID Connect discovery, over TLS, as a server outside the mesh would: under a name that the
// sandbox's system knows, and at the port that https means. The shipped overlay finds it without a change.
type Issuer struct {
	host        string
	keys        atomic.Value // []map[string]string
	certificate atomic.Pointer[tls.Certificate]
}

// NewIssuer starts the issuer https://HOST at an address. It has no keys yet, and no certificate.
func NewIssuer(t testing.TB, dir, host, ip string) *Issuer {
	t.Helper()
	i := &Issuer{host: host}
	i.Publish()
	Address(ip)
	shadow(t, dir, "/etc/hosts", fmt.Sprintf("%s %s\n", ip, host))
	listener, err := tls.Listen("tcp", net.JoinHostPort(ip, "443"), &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return i.certificate.Load(), nil },
	})
	must(err)
	// Whoever does not like the certificate ends the connection; that is no news here.
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: i, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return i
}

// Name is the issuer as its tokens name it.
func (i *Issuer) Name() string { return "https://" + i.host }

// Publish makes the keys of these signers, and no others, the issuer's.
func (i *Issuer) Publish(signers ...*Signer) {
	keys := []map[string]string{}
	for _, signer := range signers {
		keys = append(keys, signer.jwk())
	}
	i.keys.Store(keys)
}

// Show is the certificate that the issuer shows from now on.
func (i *Issuer) Show(certificate *tls.Certificate) { i.certificate.Store(certificate) }

// ServeHTTP answers the two questions that a proxy has.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any
	switch {
	case r.Host == i.host && r.URL.Path == "/.well-known/openid-configuration":
		answer = map[string]any{"issuer": i.Name(), "jwks_uri": i.Name() + "/keys"}
	case r.Host == i.host && r.URL.Path == "/keys":
		answer = map[string]any{"keys": i.keys.Load()}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
