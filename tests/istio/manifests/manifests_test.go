// Package manifests holds what kustomize and Helm render against the schemas of those who read it.
package manifests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"istio.io/istio/pkg/config/crd"
	"sigs.k8s.io/yaml"

	"portcullis.test/istio/lab"
)

// Istio's CRDs with their CEL rules, as the API server would apply them.
func validator(t *testing.T) *crd.Validator {
	t.Helper()
	v, err := crd.NewValidatorFromFiles(crds(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func crds(t *testing.T) string {
	return filepath.Join(lab.Module(t, "istio.io/api"), "kubernetes/customresourcedefinitions.gen.yaml")
}

const digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

const images = "image: {registry: registry.example.org/portcullis, tag: 0.1.0, digests: {gateway: " + digest +
	", spiffe-authz: " + digest + ", jwt-authn: " + digest + ", rate-limit: " + digest + "}}\n"

const callers = "policy: {version: v1, identity: {trust_domain: cluster.local}, routes: [{name: all, paths: [\"/**\"], allow: {namespaces: [shop]}}]}\n"

// What users install, one for each kind of proxy and resource.
var releases = map[string]string{
	"sidecar":            images + callers + "plugin: spiffe-authz\nproxy: sidecar\nselector: {app: payments}\n",
	"sidecar-extension":  images + callers + "plugin: spiffe-authz\nproxy: sidecar\nselector: {app: payments}\nkind: TrafficExtension\n",
	"gateway":            images + callers + "issuers: [{host: login.example.org}]\nrateLimitService: {host: limits.example.org}\n",
	"gateway-edge":       lab.EdgeValues,
	"gateway-api":        images + callers + "targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}]\n",
	"gateway-extension":  images + callers + "kind: TrafficExtension\nfailStrategy: FAIL_CLOSE\n",
	"waypoint":           images + callers + "plugin: spiffe-authz\nproxy: waypoint\ntargetRefs: [{kind: Service, name: payments}]\n",
	"waypoint-extension": images + callers + "plugin: spiffe-authz\nproxy: waypoint\nkind: TrafficExtension\ntargetRefs: [{kind: Service, name: payments}]\n",
}

// rendered is everything that is shipped, by name.
func rendered(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range lab.Overlays(t) {
		all["overlay "+name] = lab.Overlay(t, name)
	}
	for name, values := range releases {
		text, err := lab.Chart("shop", values)
		if err != nil {
			t.Fatalf("chart %s: %v\n%s", name, err, text)
		}
		all["chart "+name] = text
	}
	return all
}

func TestEverythingPassesTheSchemasOfIstio(t *testing.T) {
	v := validator(t)
	for name, text := range rendered(t) {
		if err := v.ValidateCustomResourceYAML(text, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v.ValidateCustomResourceYAML(strings.ReplaceAll(lab.Overlay(t, "gateway"), "oci://", "ftp://"), nil) == nil {
		t.Error("a url that no agent can fetch passes: the rules are not looked at")
	}
}

func TestEverythingPassesIstioctlValidate(t *testing.T) {
	for name, text := range rendered(t) {
		if out, err := lab.Try(text, nil, lab.Tool(t, "istioctl"), "validate", "-f", "-"); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
	wrong := strings.ReplaceAll(lab.Overlay(t, "gateway"), "FAIL_RELOAD", "FAIL_SOMEHOW")
	if out, err := lab.Try(wrong, nil, lab.Tool(t, "istioctl"), "validate", "-f", "-"); err == nil {
		t.Errorf("a strategy that does not exist passes: %s", out)
	}
}

func TestEverythingPassesKubeconform(t *testing.T) {
	schemas := schemaFolder(t)
	conform := func(text string) (string, error) {
		return lab.Try(text, nil, lab.Tool(t, "kubeconform"), "-strict", "-schema-location", schemas+"/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json", "-")
	}
	for name, text := range rendered(t) {
		if out, err := conform(text); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
	if out, err := conform(strings.ReplaceAll(lab.Overlay(t, "gateway"), "failStrategy", "failStrategie")); err == nil {
		t.Errorf("an unknown field passes: %s", out)
	}
}

// schemaFolder has one JSON schema for each version of each of Istio's kinds, which kubeconform wants as files.
func schemaFolder(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(crds(t))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, document := range strings.Split(string(text), "\n---\n") {
		var definition struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Schema struct{ OpenAPIV3Schema map[string]any }
				}
			}
		}
		if err := yaml.Unmarshal([]byte(document), &definition); err != nil {
			t.Fatal(err)
		}
		for _, version := range definition.Spec.Versions {
			schema := version.Schema.OpenAPIV3Schema
			properties := schema["properties"].(map[string]any)
			for _, name := range []string{"apiVersion", "kind"} {
				properties[name] = map[string]any{"type": "string"}
			}
			properties["metadata"] = map[string]any{"type": "object"}
			close(schema)
			out, _ := json.Marshal(schema)
			name := strings.ToLower(definition.Spec.Names.Kind) + "_" + version.Name + ".json"
			if err := os.WriteFile(filepath.Join(folder, name), out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}
