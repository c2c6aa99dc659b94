// Package scale makes meshes of many services with identity rules, lets a real istiod serve them, and measures what that takes.
package scale

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

func TestMain(m *testing.M) {
	lab.Enter()
	os.Exit(m.Run())
}

const istiodAddress = "127.0.0.1:15010"

// mesh is one mesh of n services: service 0 has a real Envoy, the others have clients that only count.
type mesh struct {
	t       *testing.T
	n       int
	shape   Shape
	dir     string
	cluster *lab.Cluster
	istiod  *lab.Istiod
	image   Image
	envoy   *lab.Proxy
	clients []*Client
	how     []string // of `kubectl apply`
}

func newMesh(t *testing.T, n int, shape Shape) *mesh {
	t.Helper()
	dir, err := os.MkdirTemp("", "mesh") // not t.TempDir(): the paths of sockets in it must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &mesh{t: t, n: n, shape: shape, dir: dir, how: []string{"apply", "-f", "-"}}
	registry := lab.NewRegistry(t, dir)
	m.cluster = lab.NewCluster(t, dir)
	m.istiod = lab.NewIstiod(t, m.cluster, dir)
	m.image = pushed(t, registry, dir)
	t.Logf("%d services, %s", n, shape)
	m.cluster.Apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + Namespace + "}\n")
	m.cluster.Kubectl(Services(n), "create", "-f", "-")
	m.cluster.Apply(fmt.Sprintf(`apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s0, namespace: %s}
spec:
  workloadSelector: {labels: {app: s0, real: envoy}}
  ingress: [{port: {number: %d, protocol: HTTP, name: http}, bind: %s, defaultEndpoint: "127.0.0.1:9002"}]
  egress: [{hosts: ["./*"]}]
`, Namespace, Port, Address(0)))
	return m
}

// pushed is our image, as `make push` leaves it in the registry.
func pushed(t *testing.T, registry *lab.Registry, dir string) Image {
	t.Helper()
	manifests := filepath.Join(dir, "istio")
	lab.Run(t, "", nil, "cp", "-r", filepath.Join(lab.Repository(), "istio"), manifests)
	lab.Run(t, "", []string{"PLAIN_HTTP=1", "MANIFESTS=" + manifests}, filepath.Join(lab.Repository(), "scripts/push.sh"), registry.Address+"/portcullis")
	digests := lab.Run(t, "", nil, "sh", "-c", `python3 "$0"/scripts/images.py digests | grep '^spiffe_authz compat'`, lab.Repository())
	return Image{URL: "oci://" + registry.Address + "/portcullis/spiffe-authz:0.1.0", SHA256: strings.TrimPrefix(strings.Fields(digests)[2], "sha256:")}
}

// apply applies the rules as they are with these callers of service 0: all of them, or only what holds service 0.
func (m *mesh) apply(first []int, all bool) {
	m.t.Helper()
	var text strings.Builder
	for name, document := range Documents(m.shape, m.n, first) {
		if all || m.shape == PerNamespace || name == Name(0) {
			fmt.Fprintf(&text, "%s---\n%s---\n", Plugin(name, document, m.image), Seal(name))
		}
	}
	out, err := m.cluster.TryKubectl(text.String(), m.how...)
	// kubectl keeps what was applied in an annotation, which holds 256 KiB.
	if err != nil && strings.Contains(out, "metadata.annotations: Too long") {
		m.t.Logf("kubectl apply: %s; from here on --server-side", strings.TrimSpace(out))
		m.how = append(m.how, "--server-side")
		out, err = m.cluster.TryKubectl(text.String(), m.how...)
	}
	if err != nil {
		m.t.Errorf("kubectl apply: %v\n%s", err, out)
	}
}

// connect connects the sidecars of all services but the first, and gives the seconds until the last of them was served.
func (m *mesh) connect(rules bool) float64 {
	m.t.Helper()
	for _, client := range m.clients {
		client.Close()
	}
	m.clients = nil
	start := time.Now()
	for at := 1; at < m.n; at++ {
		client, err := Connect(istiodAddress, at)
		if err != nil {
			m.t.Fatal(err)
		}
		m.t.Cleanup(client.Close)
		m.clients = append(m.clients, client)
	}
	return m.served(start, rules)
}

// served waits until every sidecar has what it needs and nothing has come for a second; it gives the seconds from the start
// until the last thing came.
func (m *mesh) served(start time.Time, rules bool) float64 {
	m.t.Helper()
	var last int64
	lab.Eventually(m.t, 5*time.Minute, "all sidecars are served", func() error {
		for at, client := range m.clients {
			if err := client.Broken(); err != nil {
				return fmt.Errorf("%s: %w", Name(at+1), err)
			}
			if client.Count(endpoints) < m.n || client.Count(routings) == 0 || rules != (client.Count(extensions) == 1) {
				return fmt.Errorf("%s has %d endpoints, %d routes, %d extensions", Name(at+1), client.Count(endpoints), client.Count(routings), client.Count(extensions))
			}
			last = max(last, client.last.Load())
		}
		if still := time.Since(time.Unix(0, last)); still < time.Second {
			return fmt.Errorf("something came %v ago", still)
		}
		return nil
	})
	return time.Unix(0, last).Sub(start).Seconds()
}

func (m *mesh) received() (bytes int64) {
	for _, client := range m.clients {
		bytes += client.received.Load()
	}
	return bytes
}

// caller is a workload of the namespace with an SVID of its own; it has no Envoy.
func (m *mesh) caller(at int) *lab.Client {
	m.t.Helper()
	return lab.As(m.t, lab.NewProxy(m.t, m.cluster, m.dir, lab.Workload{
		Name: "caller-" + Name(at), Namespace: Namespace, ServiceAccount: Name(at), IP: fmt.Sprintf("10.99.0.%d", at+1), Kind: lab.Sidecar,
		Labels: map[string]string{"app": "caller"}, WithoutEnvoy: true,
	}))
}

// usage is what a program has taken so far.
func usage(t *testing.T, pid int) Usage {
	t.Helper()
	u, err := UsageOf(pid)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// versions is what was measured, in one line of Markdown.
func versions(t *testing.T) string {
	t.Helper()
	first := func(text string) string { line, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); return line }
	envoy := regexp.MustCompile(`/([0-9.]+)/`).FindStringSubmatch(lab.Run(t, "", nil, lab.Tool(t, "envoy"), "--version"))
	processor := first(lab.Run(t, "", nil, "sh", "-c", `sed -n 's/^model name\t*: //p' /proc/cpuinfo`))
	module := first(lab.Run(t, "", nil, "sh", "-c", `wc -c <"$0"/dist/spiffe_authz.wasm`, lab.Repository()))
	_, istio, _ := strings.Cut(filepath.Base(lab.Module(t, "istio.io/istio")), "@")
	return fmt.Sprintf("`make istio-scale` on %s, %s cores: Istio %s, Kubernetes 1.37.2, Envoy %s, `spiffe_authz.wasm` of %s bytes.",
		processor, first(lab.Run(t, "", nil, "nproc")), istio, envoy[1], module)
}
