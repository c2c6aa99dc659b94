package mesh

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

// The steps of docs/istio.md, in their order.
func TestRollout(t *testing.T) {
	m := newMesh(t)
	app(t, "127.0.0.1:9002")
	m.cluster.Apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
	m.cluster.Apply(payments)
	sidecar := lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: "payments", Namespace: "shop", ServiceAccount: "payments", IP: "10.99.0.2", Kind: lab.Sidecar,
		Labels: map[string]string{"app": "payments", "version": "canary"},
	})
	batch := m.caller(t, "jobs", "batch", "10.99.0.12")
	stranger := m.caller(t, "default", "stranger", "10.99.0.13")
	read := func(client *lab.Client) func() (lab.Reply, error) {
		return func() (lab.Reply, error) { return client.Get(paymentsURL + "/v1/charges/7") }
	}
	becomes := func(what string, as *lab.Client, status int, word string) {
		t.Helper()
		lab.Eventually(t, 60*time.Second, what, func() error {
			reply, err := read(as)()
			return is(reply, err, status, word)
		})
	}
	becomes("without a plugin", stranger, 200, "from the app")

	t.Log("shadow first: installed by the chart, with the explicit word")
	values := func(mode string) string {
		digest := strings.Fields(lab.Run(t, "", nil, "sh", "-c", `python3 "$0"/scripts/images.py digests | grep '^spiffe_authz compat'`, lab.Repository()))[2]
		return fmt.Sprintf(`plugin: spiffe-authz
proxy: sidecar
selector: {app: payments}
image: {registry: %s, tag: 0.1.0, digests: {spiffe-authz: %q}}
policy:
  version: v1
  mode: %s
  identity: {trust_domain: cluster.local}
  routes: [{name: read, methods: [GET], paths: ["/v1/**"], allow: {service_accounts: [jobs/batch]}}]
`, m.images(), digest, mode)
	}
	install := func(values string) {
		t.Helper()
		manifests, err := lab.Chart("shop", values)
		if err != nil {
			t.Fatalf("%v\n%s", err, manifests)
		}
		m.cluster.Kubectl(manifests, "apply", "-n", "shop", "-f", "-")
	}
	if out, err := lab.Chart("shop", values("shadow")); err == nil {
		t.Fatalf("shadow without the explicit word: %s", out)
	}
	install(values("shadow") + "allowOpen: true\n")
	const counter = "wasmcustom.portcullis.spiffe_authz.shadow.denied.spiffe.not_allowed"
	lab.Eventually(t, 60*time.Second, "what would be denied is counted", func() error {
		reply, err := read(stranger)()
		if err := is(reply, err, 200, "from the app"); err != nil {
			return err
		}
		if count := sidecar.Counter(counter); count < 1 {
			return fmt.Errorf("%s is %d", counter, count)
		}
		return nil
	})

	t.Log("enforce")
	install(values("enforce"))
	becomes("a stranger is denied", stranger, 403, "spiffe.not_allowed")
	becomes("the batch goes on", batch, 200, "from the app")

	t.Log("canary by label: both documents must permit")
	digest := m.cluster.Kubectl("", "get", "wasmplugin", "payments", "-n", "shop", "-o", "jsonpath={.spec.sha256}")
	m.cluster.Apply(fmt.Sprintf(`apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: payments-canary, namespace: shop}
spec:
  selector: {matchLabels: {app: payments, version: canary}}
  match: [{mode: SERVER}]
  phase: AUTHZ
  priority: 2000
  failStrategy: FAIL_RELOAD
  url: oci://%s/spiffe-authz:0.1.0
  sha256: %s
  pluginConfig:
    version: v1
    identity: {trust_domain: cluster.local}
    routes: [{name: canary, methods: [GET], paths: ["/v1/**"], allow: none}]
`, m.images(), digest))
	becomes("the canary's document counts", batch, 403, "route.not_allowed")
	m.cluster.Kubectl("", "delete", "wasmplugin", "payments-canary", "-n", "shop")
	becomes("the canary is gone", batch, 200, "from the app")
	becomes("the first document still counts", stranger, 403, "spiffe.not_allowed")

	t.Log("back out: the seal first")
	m.cluster.Kubectl("", "delete", "envoyfilter", "payments-seal", "-n", "shop")
	m.cluster.Kubectl("", "delete", "wasmplugin", "payments", "-n", "shop")
	becomes("backed out", stranger, 200, "from the app")

	t.Log("in the other order the seal denies alone")
	install(values("enforce"))
	becomes("enforced again", stranger, 403, "spiffe.not_allowed")
	m.cluster.Kubectl("", "delete", "wasmplugin", "payments", "-n", "shop")
	becomes("sealed", batch, 403, "RBAC: access denied")
}

// A proxy that starts with a document that is refused has nothing to fall back to: it stays closed.
func TestNewProxyWithABadDocumentStaysClosed(t *testing.T) {
	m := newMesh(t)
	app(t, "127.0.0.1:9001")
	m.cluster.Apply(edge)
	bad := strings.Replace(lab.Kustomize(t, m.manifests+"/overlays/gateway"), "    routes:", "    rouets:", 1)
	if !strings.Contains(bad, "rouets") {
		t.Fatal("the document has no mistake: the test sees nothing")
	}
	m.cluster.Apply(bad)
	gateway := lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: "gateway", Namespace: "istio-system", ServiceAccount: "gw", IP: "10.99.0.1", Kind: lab.Gateway,
		Labels: map[string]string{"istio": "ingressgateway"},
	})
	gateway.Ready(t, 60*time.Second, func() error {
		if !strings.Contains(gateway.Log(), "rouets") || gateway.Counter("listener_manager.lds.update_attempt") < 1 {
			return fmt.Errorf("the document has not come yet")
		}
		return nil
	})
	if reply, err := lab.Plain().Get(edgeURL + "/v1/products/1"); err == nil && reply.Status == 200 {
		t.Errorf("passed under a document that was refused: %d %s", reply.Status, reply.Body)
	}
}
