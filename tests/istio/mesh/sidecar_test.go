package mesh

import (
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

const paymentsURL = "https://10.99.0.2:8080"

// payments behind its sidecar. Nothing redirects connections here, so the sidecar listens where a Sidecar resource says.
const payments = `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: payments, namespace: shop}
spec:
  workloadSelector: {labels: {app: payments}}
  ingress: [{port: {number: 8080, protocol: HTTP, name: http}, bind: 10.99.0.2, defaultEndpoint: "127.0.0.1:9002"}]
  egress: [{hosts: ["./*"]}]
`

// caller is a workload whose agent holds its SVID; it has no Envoy of its own.
func (m *mesh) caller(t *testing.T, namespace, account, ip string) *lab.Client {
	t.Helper()
	return lab.As(t, lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: account, Namespace: namespace, ServiceAccount: account, IP: ip, Kind: lab.Sidecar, WithoutEnvoy: true,
		Labels: map[string]string{"app": account},
	}))
}

func TestSidecar(t *testing.T) {
	m := newMesh(t)
	app(t, "127.0.0.1:9002")
	m.cluster.Apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
	m.cluster.Apply(payments)
	sidecar := lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: "payments", Namespace: "shop", ServiceAccount: "payments", IP: "10.99.0.2", Kind: lab.Sidecar,
		Labels: map[string]string{"app": "payments"},
	})
	checkout := m.caller(t, "shop", "checkout", "10.99.0.11")
	batch := m.caller(t, "jobs", "batch", "10.99.0.12")
	stranger := m.caller(t, "default", "stranger", "10.99.0.13")
	sidecar.Ready(t, 60*time.Second, func() error {
		reply, err := stranger.Get(paymentsURL + "/v1/charges")
		return is(reply, err, 200, "from the app")
	})

	for _, overlay := range []string{"sidecar", "sidecar-traffic-extension"} {
		t.Run(overlay, func(t *testing.T) {
			m.cluster.Kubectl("", "apply", "-k", m.manifests+"/overlays/"+overlay)
			lab.Eventually(t, 30*time.Second, "a stranger is denied", func() error {
				reply, err := stranger.Get(paymentsURL + "/v1/charges")
				return is(reply, err, 403, "spiffe.not_allowed")
			})
			for _, request := range []struct {
				name         string
				caller       *lab.Client
				method, path string
				status       int
				word         string
			}{
				{"checkout charges", checkout, "POST", "/v1/charges", 200, "from the app"},
				{"checkout refunds", checkout, "POST", "/v1/charges/7/refund", 200, "from the app"},
				{"checkout may not read", checkout, "GET", "/v1/charges", 403, "spiffe.not_allowed"},
				{"the batch reads", batch, "GET", "/v1/charges/7", 200, "from the app"},
				{"the batch may not charge", batch, "POST", "/v1/charges", 403, "spiffe.not_allowed"},
				{"nobody scrapes but monitoring", batch, "GET", "/metrics", 403, "spiffe.not_allowed"},
				{"no route", checkout, "GET", "/admin", 403, "route.unmatched"},
			} {
				reply, err := request.caller.Send(request.method, paymentsURL+request.path)
				if err := is(reply, err, request.status, request.word); err != nil {
					t.Errorf("%s: %v", request.name, err)
				}
			}
			if reply, err := lab.Plain().Get("http://10.99.0.2:8080/v1/charges"); err == nil {
				t.Errorf("without mTLS: %d %s", reply.Status, reply.Body)
			}
			// Removed whole, in the order that leaves no gap: the seal denies alone, so it goes first.
			m.cluster.Kubectl("", "delete", "envoyfilter", "portcullis-seal", "-n", "shop")
			m.cluster.Kubectl("", "delete", "-k", m.manifests+"/overlays/"+overlay, "--ignore-not-found")
			lab.Eventually(t, 30*time.Second, "backed out", func() error {
				reply, err := stranger.Get(paymentsURL + "/v1/charges")
				return is(reply, err, 200, "from the app")
			})
		})
	}
}
