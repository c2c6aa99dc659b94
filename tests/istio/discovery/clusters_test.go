package discovery

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	tlscontext "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xdstest"

	"portcullis.test/istio/lab"
)

// A cluster that the document names and the proxy has not is found only when the first request is denied for it.
func TestTheProxyHasEveryClusterThatTheDocumentNames(t *testing.T) {
	chart, err := lab.Chart("istio-system", lab.EdgeValues)
	if err != nil {
		t.Fatalf("%v\n%s", err, chart)
	}
	for name, rendered := range map[string]string{
		"gateway": lab.Overlay(t, "gateway"), "gateway-traffic-extension": lab.Overlay(t, "gateway-traffic-extension"),
		"gateway-shared-limits": lab.Overlay(t, "gateway-shared-limits"), "chart": chart,
	} {
		t.Run(name, func(t *testing.T) {
			kind := "WasmPlugin"
			if strings.Contains(name, "extension") {
				kind = "TrafficExtension"
			}
			s := server(t, rendered, edge)
			clusters := s.Clusters(s.SetupProxy(&model.Proxy{
				Type: model.Router, ConfigNamespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"},
				Metadata: &model.NodeMetadata{Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}},
			}))
			named := regexp.MustCompile(`outbound\|[0-9]+\|\|[a-z.]+`).FindAllString(document(t, rendered, kind), -1)
			if want := map[string]int{"gateway-shared-limits": 2, "chart": 3}[name]; len(named) != max(want, 1) {
				t.Fatalf("the document names %v", named)
			}
			for _, name := range named {
				at := slices.IndexFunc(clusters, func(c *cluster.Cluster) bool { return c.Name == name })
				if at < 0 {
					t.Errorf("no cluster %s", name)
					continue
				}
				host := name[strings.LastIndexByte(name, '|')+1:]
				if strings.HasPrefix(host, "login.") {
					verifies(t, clusters[at], host)
				} else if clusters[at].TypedExtensionProtocolOptions == nil {
					t.Errorf("%s is not HTTP/2", name)
				}
			}
		})
	}
}

// verifies: the proxy speaks TLS to the issuer, asks for it by name, and takes only a certificate of that name that the system's
// roots vouch for. Whoever could answer in its place would choose the keys.
func verifies(t *testing.T, c *cluster.Cluster, host string) {
	t.Helper()
	if c.TransportSocket == nil {
		t.Errorf("%s: plain text", c.Name)
		return
	}
	tls := xdstest.UnmarshalAny[tlscontext.UpstreamTlsContext](t, c.TransportSocket.GetTypedConfig())
	roots := tls.CommonTlsContext.GetCombinedValidationContext()
	if tls.Sni != host || roots.GetValidationContextSdsSecretConfig().GetName() != "file-root:system" {
		t.Errorf("%s: SNI %q, roots %v", c.Name, tls.Sni, roots)
	}
	names := roots.GetDefaultValidationContext().GetMatchSubjectAltNames() //nolint:staticcheck // what istiod writes
	if len(names) != 1 || names[0].GetExact() != host {
		t.Errorf("%s takes certificates of %v", c.Name, names)
	}
}
