package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// Authority is a root that vouches for the names of servers. Nobody believes it until Trusted.
type Authority struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes one, good for an hour.
func NewAuthority() *Authority {
	a := &Authority{root: hourly(1), key: newKey()}
	a.root.Subject.CommonName, a.root.IsCA, a.root.BasicConstraintsValid, a.root.KeyUsage = "root of the lab", true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, a.root, a.root, &a.key.PublicKey, a.key)
	must(err)
	a.root, err = x509.ParseCertificate(der)
	must(err)
	return a
}

// Certificate is a server's certificate for a name.
func (a *Authority) Certificate(host string) *tls.Certificate {
	key, leaf := newKey(), hourly(2)
	leaf.DNSNames, leaf.KeyUsage, leaf.ExtKeyUsage = []string{host}, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.root, &key.PublicKey, a.key)
	must(err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Trusted puts the root among those of the system, as this sandbox sees it. What runs already may have read them.
func (a *Authority) Trusted(t testing.TB, dir string) {
	t.Helper()
	shadow(t, dir, "/etc/ssl/certs/ca-certificates.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})))
}

func hourly(number int64) *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(number), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}
