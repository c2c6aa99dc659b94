package mesh

import (
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
	login := newLogin(t, m.dir)
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

	t.Log("the issuer's keys, by discovery")
	token := login.keys(t, gateway).Token("ann", "orders:read orders:write")
	read := func() (lab.Reply, error) { return reads(token) }

	t.Log("a new pluginConfig is live, and counters go on")
	write := func() (lab.Reply, error) {
		return stranger.Send("POST", edgeURL+"/v1/orders", "authorization", "Bearer "+token)
	}
	for i := range 2 {
		if reply, err := write(); is(reply, err, 200, "from the app") != nil {
			t.Fatalf("write %d: %d %s %v", i, reply.Status, reply.Body, err)
		}
	}
	m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p",
		`[{"op":"replace","path":"/spec/pluginConfig/jwt/providers/0/clock_skew","value":"31s"}]`)
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
