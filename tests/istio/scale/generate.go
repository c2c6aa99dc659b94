package scale

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Namespace is where all services are: the worst case for one document that speaks for a whole namespace.
const Namespace = "shop"

// Callers is how many services may call each service.
const Callers = 5

// Port is the one that every service listens on.
const Port = 8080

// Shape is how the rules are cut into resources.
type Shape string

const (
	// PerWorkload is a WasmPlugin and a seal for each service, as the chart installs them.
	PerWorkload Shape = "one per workload"
	// PerNamespace is one WasmPlugin and one seal, whose document has each service's routes by its hosts.
	PerNamespace Shape = "one per namespace"
)

// Name is the name of a service, and of its service account and its label `app`.
func Name(at int) string { return fmt.Sprintf("s%d", at) }

// Address is the address of the one workload behind a service.
func Address(at int) string { return fmt.Sprintf("10.88.%d.%d", at/250, at%250+1) }

// Hosts are the names by which a service is called inside its cluster.
func Hosts(at int) []string {
	name := Name(at)
	return []string{name, name + "." + Namespace, name + "." + Namespace + ".svc", name + "." + Namespace + ".svc.cluster.local"}
}

// CallersOf are those whom a service names in a mesh of n. Distinct from 17 services on.
func CallersOf(at, n int) (callers []int) {
	for step := range Callers {
		callers = append(callers, (at+1<<step)%n)
	}
	return callers
}

// Route is a route of a document, as its JSON.
type Route struct {
	Name    string              `json:"name"`
	Hosts   []string            `json:"hosts,omitempty"`
	Methods []string            `json:"methods"`
	Paths   []string            `json:"paths"`
	Allow   map[string][]string `json:"allow"`
}

// routes are what a service says: all of its callers read, the first two write, and monitoring scrapes.
func routes(prefix string, hosts []string, callers []int) []Route {
	accounts := make([]string, len(callers))
	for i, caller := range callers {
		accounts[i] = Namespace + "/" + Name(caller)
	}
	return []Route{
		{prefix + "read", hosts, []string{"GET", "HEAD"}, []string{"/v1/**"}, map[string][]string{"service_accounts": accounts}},
		{prefix + "write", hosts, []string{"POST", "PUT", "DELETE"}, []string{"/v1/**"}, map[string][]string{"service_accounts": accounts[:min(2, len(accounts))]}},
		{prefix + "metrics", hosts, []string{"GET"}, []string{"/metrics"}, map[string][]string{"namespaces": {"monitoring"}}},
	}
}

// document is the text of a policy.
func document(routes []Route) string {
	text, err := json.Marshal(map[string]any{
		"version": "v1", "identity": map[string]string{"trust_domain": "cluster.local"}, "routes": routes,
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Documents are the policies of a mesh of n services, by the resource's name. Service 0 takes the callers that are given.
func Documents(shape Shape, n int, first []int) map[string]string {
	of := func(at int) []int {
		if at == 0 {
			return first
		}
		return CallersOf(at, n)
	}
	documents := map[string]string{}
	if shape == PerWorkload {
		for at := range n {
			documents[Name(at)] = document(routes("", nil, of(at)))
		}
		return documents
	}
	var all []Route
	for at := range n {
		all = append(all, routes(Name(at)+"-", Hosts(at), of(at))...)
	}
	documents[Namespace] = document(all)
	return documents
}

// Image is where the agent finds the plugin.
type Image struct{ URL, SHA256 string }

// Plugin is the WasmPlugin of a document. One that is named after the namespace holds for all of it.
func Plugin(name, document string, image Image) string {
	return fmt.Sprintf(`apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: %s, namespace: %s}
spec:%s
  match: [{mode: SERVER}]
  phase: AUTHZ
  priority: 1000
  failStrategy: FAIL_RELOAD
  imagePullPolicy: IfNotPresent
  url: %s
  sha256: %s
  pluginConfig: %s
`, name, Namespace, selected(name, "selector: {matchLabels: {app: %s}}"), image.URL, image.SHA256, document)
}

// Seal is the seal that belongs to a plugin.
func Seal(name string) string {
	return fmt.Sprintf(`apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: %s-seal, namespace: %s}
spec:%s
  priority: 100
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
        listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: envoy.filters.http.router}}}}
      patch:
        operation: INSERT_BEFORE
        value:
          name: portcullis.seal
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
            rules:
              action: ALLOW
              policies:
                portcullis-pass:
                  permissions: [{any: true}]
                  principals: [{filter_state: {key: wasm.portcullis.spiffe_authz.pass, string_match: {exact: "1"}}}]
`, name, Namespace, selected(name, "workloadSelector: {labels: {app: %s}}"))
}

func selected(name, selector string) string {
	if name == Namespace {
		return ""
	}
	return "\n  " + fmt.Sprintf(selector, name)
}

// Services are the services of a mesh of n, each with the address of its workload, as Kubernetes would keep them; STRICT for all.
func Services(n int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: strict, namespace: %s}\nspec: {mtls: {mode: STRICT}}\n", Namespace)
	for at := range n {
		fmt.Fprintf(&text, `---
apiVersion: v1
kind: Service
metadata: {name: %[1]s, namespace: %[2]s}
spec: {ports: [{name: http, port: %[3]d, protocol: TCP}], selector: {app: %[1]s}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s-1, namespace: %[2]s, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
ports: [{name: http, port: %[3]d, protocol: TCP}]
endpoints: [{addresses: [%[4]s], conditions: {ready: true}}]
`, Name(at), Namespace, Port, Address(at))
	}
	return text.String()
}
