package mesh

import (
	"fmt"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

// login is the issuer that istio/base/gateway/issuer.yaml names, and who vouches for it. At first another server stands in its
// place, with the same keys and a certificate that nobody vouches for.
type login struct {
	issuer    *lab.Issuer
	authority *lab.Authority
	first     *lab.Signer
}

const loginHost = "login.example.org"

// newLogin starts it. Call it before the gateway's agent, which reads the system's roots once.
func newLogin(t *testing.T, dir string) *login {
	t.Helper()
	l := &login{issuer: lab.NewIssuer(t, dir, loginHost, "10.99.0.20"), authority: lab.NewAuthority()}
	l.authority.Trusted(t, dir)
	l.first = lab.NewSigner(l.issuer.Name(), "k1")
	l.issuer.Publish(l.first)
	l.issuer.Show(lab.NewAuthority().Certificate(loginHost))
	return l
}

// reads is a request of somebody outside with a token.
func reads(token string) (lab.Reply, error) {
	return lab.Plain().Get(edgeURL+"/v1/orders", "authorization", "Bearer "+token)
}

// keys: the gateway has the keys that its issuer publishes, over the overlay's own ServiceEntry and DestinationRule, and believes
// nobody else's. Gives the signer whose key the issuer publishes in the end.
func (l *login) keys(t *testing.T, gateway *lab.Proxy) *lab.Signer {
	t.Helper()
	const failures = "wasmcustom.portcullis.gateway.jwks.failures"
	token := l.first.Token("ann", "orders:read")
	lab.Eventually(t, 60*time.Second, "keys of a server that nobody vouches for are not taken", func() error {
		if count := gateway.Counter(failures); count < 2 { // one could be from before the cluster was there
			return fmt.Errorf("%s is %d", failures, count)
		}
		reply, err := reads(token)
		return is(reply, err, 503, "jwt.keys_unavailable")
	})
	l.issuer.Show(l.authority.Certificate(loginHost))
	lab.Eventually(t, 60*time.Second, "the issuer's keys are here", func() error {
		reply, err := reads(token)
		return is(reply, err, 200, "GET /v1/orders from the app")
	})
	l.strangers(t)

	// The first token of a new key brings the set that has it, and waits meanwhile.
	second := lab.NewSigner(l.issuer.Name(), "k2")
	l.issuer.Publish(second)
	reply, err := reads(second.Token("ann", "orders:read"))
	if err := is(reply, err, 200, "GET /v1/orders from the app"); err != nil {
		t.Errorf("the first token of the new key: %v", err)
	}
	lab.Eventually(t, 10*time.Second, "the key that was withdrawn is good no longer", func() error {
		reply, err := reads(token)
		return is(reply, err, 401, "jwt.unknown_key")
	})
	return second
}

// strangers: tokens that the issuer did not sign.
func (l *login) strangers(t *testing.T) {
	t.Helper()
	for name, bad := range map[string]struct {
		signer *lab.Signer
		reason string
	}{
		"another's key under the issuer's name": {lab.NewSigner(l.issuer.Name(), "k1"), "jwt.bad_signature"},
		"another issuer":                        {lab.NewSigner("https://login.example.net", "k1"), "jwt.unknown_issuer"},
	} {
		reply, err := reads(bad.signer.Token("ann", "orders:read"))
		if err := is(reply, err, 401, bad.reason); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	reply, err := lab.Plain().Get(edgeURL + "/v1/orders")
	if err := is(reply, err, 401, "jwt.missing"); err != nil {
		t.Errorf("no token: %v", err)
	}
}
