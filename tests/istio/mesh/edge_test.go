package mesh

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

const edgeURL = "http://10.99.0.1:8080"

// An edge with one HTTP port, and the service behind it.
const edge = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: 10.99.0.1, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: app, namespace: istio-system}
spec:
  hosts: [app.example.org]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 127.0.0.1, ports: {http: 9001}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: app, namespace: istio-system}
spec:
  hosts: ["*"]
  gateways: [edge]
  http: [{route: [{destination: {host: app.example.org, port: {number: 80}}}]}]
`

func TestEdge(t *testing.T) {
	m := newMesh(t)
	app(t, "127.0.0.1:9001")
	m.cluster.Apply(edge)
	gateway := lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: "gateway", Namespace: "istio-system", ServiceAccount: "gw", IP: "10.99.0.1", Kind: lab.Gateway,
		Labels: map[string]string{"istio": "ingressgateway"},
	})
	stranger := lab.Plain()
	orders := func() (lab.Reply, error) { return stranger.Get(edgeURL + "/v1/orders") }
	gateway.Ready(t, 60*time.Second, func() error {
		reply, err := orders()
		return is(reply, err, 200, "GET /v1/orders from the app")
	})

	t.Log("kubectl apply -k istio/overlays/gateway")
	m.cluster.Kubectl("", "apply", "-k", m.manifests+"/overlays/gateway")
	lab.Eventually(t, 30*time.Second, "a stranger is denied", func() error {
		reply, err := orders()
		return is(reply, err, 401, "jwt.missing")
	})
	if reply, err := stranger.Get(edgeURL + "/v1/products/7"); is(reply, err, 200, "from the app") != nil {
		t.Errorf("an open route: %d %s %v", reply.Status, reply.Body, err)
	}
	if reply, err := stranger.Get(edgeURL + "/elsewhere"); is(reply, err, 403, "route.unmatched") != nil {
		t.Errorf("a path without a route: %d %s %v", reply.Status, reply.Body, err)
	}

	t.Log("a new pluginConfig is live, and counters go on")
	issuer := newIssuer(t)
	m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p", issuer.patch("30s"))
	token := issuer.token("ann", "orders:read orders:write")
	read := func() (lab.Reply, error) {
		return stranger.Get(edgeURL+"/v1/orders", "authorization", "Bearer "+token)
	}
	lab.Eventually(t, 30*time.Second, "the issuer's key is live", func() error {
		reply, err := read()
		return is(reply, err, 200, "from the app")
	})
	write := func() (lab.Reply, error) {
		return stranger.Send("POST", edgeURL+"/v1/orders", "authorization", "Bearer "+token)
	}
	for i := range 2 {
		if reply, err := write(); is(reply, err, 200, "from the app") != nil {
			t.Fatalf("write %d: %d %s %v", i, reply.Status, reply.Body, err)
		}
	}
	m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p", issuer.patch("31s"))
	m.live(t, gateway, `"clock_skew":"31s"`)
	if reply, err := write(); is(reply, err, 200, "from the app") != nil {
		t.Fatalf("the third write: %d %s %v", reply.Status, reply.Body, err)
	}
	if reply, err := write(); is(reply, err, 429, "rate_limit.exceeded") != nil {
		t.Errorf("the fourth write within a minute: %d %s %v", reply.Status, reply.Body, err)
	}
	m.upgrade(t, gateway, read)
	m.failures(t, gateway, read)
}

// live waits until Envoy holds an extension configuration with these words, on all of its workers.
func (m *mesh) live(t *testing.T, p *lab.Proxy, words string) {
	t.Helper()
	lab.Eventually(t, 30*time.Second, "Envoy has the new configuration", func() error {
		dump, err := p.Admin("/config_dump?resource=ecds_filters")
		if err != nil {
			return err
		}
		if !containsEscaped(dump, words) {
			return fmt.Errorf("not in Envoy's configuration: %s", words)
		}
		return nil
	})
}

// issuer is a signer whose public key goes into the policy.
type issuer struct{ key *ecdsa.PrivateKey }

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{key}
}

func encode(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }

// patch puts the issuer's key, and a clock skew to tell one version from another, into the WasmPlugin.
func (i *issuer) patch(skew string) string {
	point, _ := i.key.PublicKey.Bytes()
	keys := map[string]any{"keys": []any{map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1", "x": encode(point[1:33]), "y": encode(point[33:]),
	}}}
	patch, _ := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/spec/pluginConfig/jwt/providers/0/jwks", "value": map[string]any{"inline": keys}},
		{"op": "replace", "path": "/spec/pluginConfig/jwt/providers/0/clock_skew", "value": skew},
	})
	return string(patch)
}

func (i *issuer) token(subject, scope string) string {
	now := time.Now().Unix()
	header, _ := json.Marshal(map[string]any{"alg": "ES256", "kid": "k1", "typ": "JWT"})
	claims, _ := json.Marshal(map[string]any{
		"iss": "https://login.example.org", "aud": "shop", "sub": subject, "scope": scope, "iat": now, "exp": now + 3600,
	})
	signed := encode(header) + "." + encode(claims)
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, digest[:])
	if err != nil {
		panic(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + encode(signature)
}
