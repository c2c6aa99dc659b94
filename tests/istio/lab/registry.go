package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Registry is an image registry on loopback, without TLS.
type Registry struct{ Address string }

// NewRegistry starts one.
func NewRegistry(t testing.TB, dir string) *Registry {
	t.Helper()
	r := &Registry{Address: "127.0.0.1:5000"}
	folder := filepath.Join(dir, "registry")
	must(os.MkdirAll(folder, 0o755))
	config := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s/data}, delete: {enabled: true}}\nhttp: {addr: %q}\n", folder, r.Address)
	must(os.WriteFile(filepath.Join(folder, "config.yml"), []byte(config), 0o644))
	registry := Start(t, "registry", folder, nil, Tool(t, "docker-registry"), "serve", filepath.Join(folder, "config.yml"))
	registry.Ready(t, 10*time.Second, func() error { return Answers("http://" + r.Address + "/v2/") })
	return r
}
