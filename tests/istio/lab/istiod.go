package lab

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Istiod is Istio's control plane.
type Istiod struct {
	*Process
	cluster *Cluster
}

// NewIstiod puts Istio's resources into the cluster, as `istioctl install` would, and starts istiod.
func NewIstiod(t testing.TB, c *Cluster, dir string) *Istiod {
	t.Helper()
	c.Kubectl("", "apply", "--server-side", "-f",
		filepath.Join(Module(t, "istio.io/api"), "kubernetes/customresourcedefinitions.gen.yaml"))
	c.Kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
	c.Apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system}\n")
	folder := filepath.Join(dir, "istiod")
	must(os.MkdirAll(filepath.Join(folder, "etc/istio/config"), 0o755))
	must(os.MkdirAll(filepath.Join(folder, "var/lib/istio/inject"), 0o755))
	must(os.WriteFile(filepath.Join(folder, "etc/istio/config/mesh"), []byte(mesh), 0o644))
	istiod := &Istiod{cluster: c, Process: Start(t, "istiod", folder, []string{
		"POD_NAMESPACE=istio-system", "POD_NAME=istiod-0", "CLUSTER_ID=Kubernetes",
		// Filters that only Istio's own build of Envoy has.
		"PILOT_ENABLE_METADATA_EXCHANGE=false", "PILOT_ENABLE_ALPN_FILTER=false",
		"INJECT_ENABLED=false", "VALIDATION_WEBHOOK_CONFIG_NAME=", "PILOT_ENABLE_GATEWAY_API=false",
		"PILOT_ENABLE_LEADER_ELECTION=false", "PILOT_ENABLE_AMBIENT=false",
	}, Tool(t, "pilot-discovery"), "discovery", "--kubeconfig", c.Kubeconfig,
		"--meshConfig", "./etc/istio/config/mesh",
		"--grpcAddr", "127.0.0.1:15010", "--secureGRPCAddr", "127.0.0.1:15012", "--httpAddr", "127.0.0.1:18081",
		"--httpsAddr", "127.0.0.1:15017", "--monitoringAddr", "127.0.0.1:15014", "--ctrlz_port", "0")}
	istiod.Ready(t, 60*time.Second, func() error { return Answers("http://127.0.0.1:18081/ready") })
	istiod.Ready(t, 30*time.Second, func() error {
		_, err := c.TryKubectl("", "get", "configmap", "istio-ca-root-cert", "-n", "istio-system")
		return err
	})
	return istiod
}

// What istio's own profile says, less what needs its own build of Envoy.
const mesh = `accessLogFile: /dev/stdout
accessLogFormat: "%REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS%\n"
trustDomain: cluster.local
rootNamespace: istio-system
defaultConfig: {discoveryAddress: "127.0.0.1:15012"}
outboundTrafficPolicy: {mode: REGISTRY_ONLY}
`
