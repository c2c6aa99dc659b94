package lab

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Kind of proxy, as the agent names it.
type Kind string

const (
	Gateway  Kind = "router"
	Sidecar  Kind = "sidecar"
	Waypoint Kind = "waypoint"
)

// Workload is what a pod would be: a name, an identity, labels and an address.
type Workload struct {
	Name, Namespace, ServiceAccount, IP string
	Labels                              map[string]string
	Kind                                Kind
	// Concurrency is the number of Envoy's workers; 0 means two.
	Concurrency int
	// WithoutEnvoy is an agent alone: it keeps the workload's SVID, and the test sends the requests.
	WithoutEnvoy bool
	// Flags are more of the agent's, such as those for Envoy's log.
	Flags []string
}

// Proxy is an agent with its Envoy.
type Proxy struct {
	*Process
	Workload
	dir   string
	ports ports
}

// ports are those that the agent and its Envoy need besides the listeners.
type ports struct{ admin, status, health, prometheus int }

var proxies int // so many were started; pods would have addresses of their own for these ports

func nextPorts() ports {
	proxies++
	base := 20000 + 10*proxies
	return ports{admin: base, status: base + 1, health: base + 2, prometheus: base + 3}
}

// NewProxy starts Istio's agent for a workload. The agent gets an SVID from istiod's CA, starts Envoy, and fetches its modules.
func NewProxy(t testing.TB, c *Cluster, dir string, w Workload) *Proxy {
	t.Helper()
	Address(w.IP)
	folder := filepath.Join(dir, w.Namespace+"-"+w.Name)
	p := &Proxy{Workload: w, dir: folder, ports: nextPorts()}
	p.secrets(c)
	labels, err := json.Marshal(w.Labels)
	must(err)
	concurrency := w.Concurrency
	if concurrency == 0 {
		concurrency = 2
	}
	config, err := json.Marshal(map[string]any{
		"binaryPath": Tool(t, "envoy"), "configPath": filepath.Join(folder, "etc/istio/proxy"),
		"discoveryAddress": "127.0.0.1:15012", "concurrency": concurrency,
		"statusPort": p.ports.status, "proxyAdminPort": p.ports.admin,
		"proxyBootstrapTemplatePath": filepath.Join(Module(t, "istio.io/istio"), "tools/packaging/common/envoy_bootstrap.json"),
	})
	must(err)
	command := append([]string{"unshare", "--mount", "sh", "-c",
		// Each agent keeps its modules under /var/lib/istio: a pod of its own would have its own.
		`mount -t tmpfs tmpfs /var/lib && mkdir -p /var/lib/istio/data && exec "$@"`, "sh",
		Tool(t, "pilot-agent"), "proxy", string(w.Kind), "--domain", w.Namespace + ".svc.cluster.local"}, w.Flags...)
	p.Process = Start(t, "agent", folder, []string{
		"POD_NAME=" + w.Name, "POD_NAMESPACE=" + w.Namespace, "INSTANCE_IP=" + w.IP, "SERVICE_ACCOUNT=" + w.ServiceAccount,
		"ISTIO_META_CLUSTER_ID=Kubernetes", "ISTIO_META_INTERCEPTION_MODE=NONE", "ISTIO_METAJSON_LABELS=" + string(labels),
		"PEER_METADATA_DISCOVERY=false", "PILOT_CERT_PROVIDER=istiod", "WASM_INSECURE_REGISTRIES=127.0.0.1:5000",
		"TRUST_DOMAIN=cluster.local", "PROXY_CONFIG=" + string(config), "OUTPUT_CERTS=" + filepath.Join(folder, "svid"),
		fmt.Sprint("DISABLE_ENVOY=", w.WithoutEnvoy),
		fmt.Sprint("ENVOY_STATUS_PORT=", p.ports.health), fmt.Sprint("ENVOY_PROMETHEUS_PORT=", p.ports.prometheus),
	}, command...)
	return p
}

// secrets puts the token and the root where a kubelet would mount them.
func (p *Proxy) secrets(c *Cluster) {
	write := func(path, content string) {
		path = filepath.Join(p.dir, path)
		must(os.MkdirAll(filepath.Dir(path), 0o755))
		must(os.WriteFile(path, []byte(content), 0o600))
	}
	must(os.MkdirAll(filepath.Join(p.dir, "svid"), 0o755))
	c.Apply(fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s, namespace: %s}\n",
		p.Namespace, p.ServiceAccount, p.Namespace))
	token := c.Kubectl("", "create", "token", p.ServiceAccount, "-n", p.Namespace, "--audience", "istio-ca")
	write("var/run/secrets/tokens/istio-token", strings.TrimSpace(token))
	root := c.Kubectl("", "get", "configmap", "istio-ca-root-cert", "-n", "istio-system", "-o", `jsonpath={.data.root-cert\.pem}`)
	write("var/run/secrets/istio/root-cert.pem", root)
}

// Certificate is the workload's SVID, as the agent has it from istiod's CA.
func (p *Proxy) Certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	var certificate tls.Certificate
	roots := x509.NewCertPool()
	// The agent writes three files, one after the other: the last may be missing, or half written, for a moment.
	p.Ready(t, 30*time.Second, func() (err error) {
		if certificate, err = tls.LoadX509KeyPair(filepath.Join(p.dir, "svid/cert-chain.pem"), filepath.Join(p.dir, "svid/key.pem")); err != nil {
			return err
		}
		pem, err := os.ReadFile(filepath.Join(p.dir, "svid/root-cert.pem"))
		if err == nil && !roots.AppendCertsFromPEM(pem) {
			err = errors.New("istiod's root certificate cannot be read")
		}
		return err
	})
	return certificate, roots
}

// Admin asks Envoy's admin interface.
func (p *Proxy) Admin(path string) (string, error) {
	return get(fmt.Sprintf("http://127.0.0.1:%d%s", p.ports.admin, path))
}

// Counter is the value of one of Envoy's counters, -1 while it has none of the name.
func (p *Proxy) Counter(name string) int {
	text, err := p.Admin("/stats?filter=" + name)
	if err != nil {
		return -1
	}
	for _, line := range strings.Split(text, "\n") {
		if key, value, found := strings.Cut(line, ": "); found && strings.HasSuffix(key, name) {
			var number int
			if _, err := fmt.Sscan(value, &number); err == nil {
				return number
			}
		}
	}
	return -1
}
