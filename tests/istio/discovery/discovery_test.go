// Package discovery asks istiod's own code what it makes of the shipped manifests: which filter stands where, on which listener.
package discovery

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	wasmfilter "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/wasm/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pilot/test/xdstest"
	"istio.io/istio/pkg/test"
	"sigs.k8s.io/yaml"

	"portcullis.test/istio/lab"
)

// filters are the HTTP filters of each filter chain that has any, in order.
func filters(t *testing.T, listeners []*listener.Listener) [][]string {
	t.Helper()
	var found [][]string
	for _, l := range listeners {
		for _, chain := range append(l.FilterChains, l.DefaultFilterChain) {
			if chain == nil {
				continue
			}
			if _, names := xdstest.ExtractFilterNames(t, chain); len(names) > 0 {
				found = append(found, names)
			}
		}
	}
	return found
}

func isPlugin(name string) bool { return strings.Contains(name, ".portcullis") && !isSeal(name) }
func isSeal(name string) bool {
	return strings.Contains(name, "portcullis") && strings.Contains(name, "seal")
}

// sealed checks that in every chain the plugin stands, then the seal, then the router, in this order and once each.
func sealed(t *testing.T, chains [][]string) {
	t.Helper()
	if len(chains) == 0 {
		t.Fatal("no listener has HTTP filters")
	}
	for _, names := range chains {
		plugin, seal := slices.IndexFunc(names, isPlugin), slices.IndexFunc(names, isSeal)
		router := slices.Index(names, "envoy.filters.http.router")
		if plugin < 0 || seal < plugin || router < seal {
			t.Errorf("plugin, seal and router do not stand in this order: %v", names)
		}
		if count(names, isPlugin) != 1 || count(names, isSeal) != 1 {
			t.Errorf("plugin and seal are not there once each: %v", names)
		}
	}
}

func count(names []string, is func(string) bool) (n int) {
	for _, name := range names {
		if is(name) {
			n++
		}
	}
	return n
}

func server(t *testing.T, manifests ...string) *xds.FakeDiscoveryServer {
	t.Helper()
	test.SetForTest(t, &features.MetadataExchange, false)
	test.SetForTest(t, &features.ALPNFilter, false)
	test.SetForTest(t, &features.EnableAmbient, true)
	all := strings.Join(manifests, "\n---\n")
	return xds.NewFakeDiscoveryServer(t, xds.FakeOptions{ConfigString: all, KubernetesObjectString: all})
}

func TestGatewayPluginIsFirstAndSealed(t *testing.T) {
	for _, overlay := range []string{"gateway", "gateway-traffic-extension"} {
		t.Run(overlay, func(t *testing.T) {
			s := server(t, lab.Overlay(t, overlay), edge)
			chains := filters(t, s.Listeners(s.SetupProxy(&model.Proxy{
				Type: model.Router, ConfigNamespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"},
				Metadata: &model.NodeMetadata{Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}},
			})))
			sealed(t, chains)
			for _, names := range chains {
				if decides := slices.IndexFunc(names, decidesSomething); !isPlugin(names[decides]) {
					t.Errorf("something decides before the plugin does: %v", names)
				}
			}
		})
	}
}

// decidesSomething: whether a filter could answer a request, or change what is decided on.
func decidesSomething(name string) bool {
	return isPlugin(name) || slices.Contains([]string{"envoy.filters.http.rbac", "envoy.filters.http.jwt_authn", "envoy.filters.http.cors", "envoy.filters.http.fault"}, name)
}

func TestSidecarPluginIsInboundOnlyAndSealed(t *testing.T) {
	for _, overlay := range []string{"sidecar", "sidecar-traffic-extension"} {
		t.Run(overlay, func(t *testing.T) {
			s := server(t, lab.Overlay(t, overlay), payments)
			proxy := s.SetupProxy(&model.Proxy{
				Type: model.SidecarProxy, ConfigNamespace: "shop", IPAddresses: []string{"10.99.0.2"}, Labels: map[string]string{"app": "payments"},
				Metadata: &model.NodeMetadata{Namespace: "shop", Labels: map[string]string{"app": "payments"}},
			})
			inbound, outbound := split(s.Listeners(proxy))
			sealed(t, filters(t, inbound))
			chains := filters(t, outbound)
			if len(chains) == 0 {
				t.Fatal("no outbound listener: the test sees nothing")
			}
			for _, names := range chains {
				if slices.ContainsFunc(names, isPlugin) || slices.ContainsFunc(names, isSeal) {
					t.Errorf("plugin or seal on an outbound listener: %v", names)
				}
			}
		})
	}
}

func split(all []*listener.Listener) (inbound, outbound []*listener.Listener) {
	for _, l := range all {
		if l.TrafficDirection.String() == "INBOUND" {
			inbound = append(inbound, l)
		} else {
			outbound = append(outbound, l)
		}
	}
	return inbound, outbound
}

func TestWaypointHasPluginAndSeal(t *testing.T) {
	s := server(t, lab.Overlay(t, "waypoint"), waypoint)
	proxy := s.SetupProxy(&model.Proxy{
		Type: model.Waypoint, ConfigNamespace: "shop", IPAddresses: []string{"10.99.0.3"},
		Labels: map[string]string{"gateway.networking.k8s.io/gateway-name": "waypoint", "gateway.istio.io/managed": "istio.io-mesh-controller"},
	})
	var ours [][]string
	for _, names := range filters(t, s.Listeners(proxy)) {
		if slices.ContainsFunc(names, isPlugin) || slices.ContainsFunc(names, isSeal) {
			ours = append(ours, names)
		}
	}
	sealed(t, ours)
}

// What a plugin reads is what was written: JSON through YAML, Kubernetes, istiod's Struct and back, numbers and all.
func TestTheDocumentArrivesAsItWasWritten(t *testing.T) {
	for overlay, kind := range map[string]string{"gateway": "WasmPlugin", "gateway-traffic-extension": "TrafficExtension"} {
		t.Run(overlay, func(t *testing.T) {
			rendered := lab.Overlay(t, overlay)
			s := server(t, rendered, edge)
			proxy := s.SetupProxy(&model.Proxy{
				Type: model.Router, ConfigNamespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"},
				Metadata: &model.NodeMetadata{Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}},
			})
			var name string
			for _, names := range filters(t, s.Listeners(proxy)) {
				if at := slices.IndexFunc(names, isPlugin); at >= 0 {
					name = names[at]
				}
			}
			ads := s.ConnectADS().WithType("type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig").
				WithMetadata(model.NodeMetadata{Namespace: "istio-system", Labels: map[string]string{"istio": "ingressgateway"}}).WithID("router~10.99.0.1~gateway.istio-system~istio-system.svc.cluster.local")
			response := ads.RequestResponseAck(t, &discovery.DiscoveryRequest{ResourceNames: []string{name}})
			got := configuration(t, response)
			want := document(t, rendered, kind)
			if !equal(t, got, want) {
				t.Errorf("the plugin gets\n%s\nwhere\n%s\nwas written", got, want)
			}
		})
	}
}

func configuration(t *testing.T, response *discovery.DiscoveryResponse) string {
	t.Helper()
	if len(response.Resources) != 1 {
		t.Fatalf("%d extension configurations, not one", len(response.Resources))
	}
	extension := xdstest.UnmarshalAny[typedExtension](t, response.Resources[0])
	wasm := xdstest.UnmarshalAny[wasmfilter.Wasm](t, extension.TypedConfig)
	text := xdstest.UnmarshalAny[wrapperspb.StringValue](t, wasm.Config.Configuration)
	return text.Value
}

// document is the pluginConfig of the one resource of a kind, as JSON.
func document(t *testing.T, rendered, kind string) string {
	t.Helper()
	for _, text := range strings.Split(rendered, "\n---\n") {
		var resource struct {
			Kind string
			Spec struct {
				PluginConfig json.RawMessage
				Wasm         struct{ PluginConfig json.RawMessage }
			}
		}
		if err := yaml.Unmarshal([]byte(text), &resource); err != nil {
			t.Fatal(err)
		}
		if resource.Kind == kind {
			return string(append(resource.Spec.PluginConfig, resource.Spec.Wasm.PluginConfig...))
		}
	}
	t.Fatalf("no %s in the overlay", kind)
	return ""
}

func equal(t *testing.T, a, b string) bool {
	t.Helper()
	canonical := func(text string) string {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		out, _ := json.Marshal(value)
		return string(out)
	}
	return canonical(a) == canonical(b)
}

// Both kinds of resource carry the same policy: who moves from one to the other changes nothing.
func TestBothKindsCarryTheSameDocument(t *testing.T) {
	for _, overlay := range []string{"gateway", "sidecar"} {
		plugin := document(t, lab.Overlay(t, overlay), "WasmPlugin")
		extension := document(t, lab.Overlay(t, overlay+"-traffic-extension"), "TrafficExtension")
		if !equal(t, plugin, extension) {
			t.Errorf("%s: WasmPlugin and TrafficExtension differ:\n%s\n%s", overlay, plugin, extension)
		}
	}
}
