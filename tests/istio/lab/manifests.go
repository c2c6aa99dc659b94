package lab

import (
	"path/filepath"
	"testing"
)

// Overlays are the kustomize overlays that are shipped.
func Overlays(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(Repository(), "istio/overlays/*/kustomization.yaml"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no overlays found: %v", err)
	}
	for i, path := range found {
		found[i] = filepath.Base(filepath.Dir(path))
	}
	return found
}

// Kustomize renders a folder.
func Kustomize(t testing.TB, folder string) string {
	t.Helper()
	return Run(t, "", nil, Tool(t, "kubectl"), "kustomize", folder)
}

// Overlay renders one of the shipped overlays as it stands.
func Overlay(t testing.TB, name string) string {
	t.Helper()
	return Kustomize(t, filepath.Join(Repository(), "istio/overlays", name))
}

// Chart renders the chart with values, as `helm template` does for an install in a namespace.
func Chart(namespace, values string, more ...string) (string, error) {
	args := []string{"template", "payments", filepath.Join(Repository(), "istio/chart"), "--namespace", namespace, "--values", "-"}
	helm := filepath.Join(Repository(), ".tools/bin/helm")
	return Try(values, nil, append(append([]string{helm}, args...), more...)...)
}

// Pinned is a copy of istio/ whose overlays name the images of a registry by digest.
func Pinned(t testing.TB, dir, registry string) string {
	t.Helper()
	folder := filepath.Join(dir, "istio")
	Run(t, "", nil, "cp", "-r", filepath.Join(Repository(), "istio"), folder)
	Run(t, "", nil, "python3", filepath.Join(Repository(), "scripts/images.py"), "pin", registry, folder)
	return folder
}

// EdgeValues are values of an edge with two issuers and a rate limit service, whose clusters the document names.
const EdgeValues = `image: {registry: r.example.org/portcullis, tag: 0.1.0, digests: {gateway: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}
issuers: [{host: login.example.org}, {host: login.partner.net, port: 8443}]
rateLimitService: {host: limits.example.org}
policy:
  version: v1
  jwt:
    providers:
      - {name: login, issuer: "https://login.example.org", audiences: [shop], jwks: {discovery: "https://login.example.org/.well-known/openid-configuration", cluster: "outbound|443||login.example.org"}}
      - {name: partner, issuer: "https://login.partner.net", audiences: [shop], jwks: {uri: "https://login.partner.net:8443/keys", cluster: "outbound|8443||login.partner.net"}}
  routes: [{name: all, paths: ["/**"], allow: {any_of: [{jwt: login}, {jwt: partner}]}}]
  rate_limit:
    service: {cluster: "outbound|8081||limits.example.org", domain: shop}
    limits: [{name: all, store: shared, rates: [{requests: 100, per: 1s}]}]
`
