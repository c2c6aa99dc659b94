package mesh

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

// containsEscaped: a dump holds the document as a string in JSON, so its quotes are escaped.
func containsEscaped(dump, words string) bool {
	quoted, _ := json.Marshal(words)
	return strings.Contains(dump, words) || strings.Contains(dump, strings.Trim(string(quoted), `"`))
}

// upgrade goes from one module to another under load: no request fails, and none passes unchecked.
func (m *mesh) upgrade(t *testing.T, gateway *lab.Proxy, permitted func() (lab.Reply, error)) {
	module := m.nextVersion(t)
	digest := m.pushModule(t, module, "gateway:next")
	m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p", // the load is one address
		`[{"op":"replace","path":"/spec/pluginConfig/rate_limit/limits/0/rates","value":[{"requests":1000000,"per":"1s"}]}]`)
	m.live(t, gateway, `"requests":1000000`)
	load := startLoad(permitted, func() (lab.Reply, error) { return lab.Plain().Get(edgeURL + "/v1/orders") })
	load.until(t, 100)
	m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p", fmt.Sprintf(
		`[{"op":"replace","path":"/spec/url","value":"oci://%s/gateway:next"},{"op":"replace","path":"/spec/sha256","value":%q}]`,
		m.images(), strings.TrimPrefix(digest, "sha256:")))
	// The agent names the file in its cache after the image.
	m.live(t, gateway, strings.TrimPrefix(digest, "sha256:")+".wasm")
	load.until(t, load.done.Load()+200)
	load.stop()
	if len(load.faults) > 0 {
		t.Errorf("%d of %d requests were not answered as they should, the first: %s", len(load.faults), load.done.Load(), load.faults[0])
	}
	t.Logf("upgrade under load: %d requests, all as they should be", load.done.Load())
}

// nextVersion is the same plugin with another custom section: another module by its digest, and the same by what it does.
func (m *mesh) nextVersion(t *testing.T) []byte {
	t.Helper()
	module, err := os.ReadFile(filepath.Join(lab.Repository(), "dist/gateway.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return append(module, 0, 6, 4, 'n', 'e', 'x', 't', 0)
}

// pushModule pushes a module as a compat image; gives the manifest's digest.
func (m *mesh) pushModule(t *testing.T, module []byte, image string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "plugin.wasm")
	if err := os.WriteFile(path, module, 0o644); err != nil {
		t.Fatal(err)
	}
	script := `import sys; sys.path.insert(0, "scripts"); import images, pathlib
print(images.compat(pathlib.Path(sys.argv[2]), "gateway", open(sys.argv[1], "rb").read()))`
	layout := filepath.Join(dir, "layout")
	digest := strings.TrimSpace(lab.Run(t, "", nil, "sh", "-c", `cd "$0" && python3 -c "$1" "$2" "$3"`, lab.Repository(), script, path, layout))
	lab.Run(t, "", nil, lab.Tool(t, "oras"), "cp", "--from-oci-layout", layout+"@"+digest, "--to-plain-http", m.images()+"/"+image)
	return digest
}

// load sends a permitted and a denied request in turn until it is stopped.
type load struct {
	done   atomic.Int64
	over   atomic.Bool
	wait   sync.WaitGroup
	lock   sync.Mutex
	faults []string
}

func startLoad(permitted, denied func() (lab.Reply, error)) *load {
	l := &load{}
	for range 4 {
		l.wait.Go(func() {
			for !l.over.Load() {
				reply, err := permitted()
				l.note(is(reply, err, 200, "from the app"))
				reply, err = denied()
				l.note(is(reply, err, 401, "jwt.missing"))
			}
		})
	}
	return l
}

func (l *load) note(err error) {
	l.done.Add(1)
	if err != nil {
		l.lock.Lock()
		l.faults = append(l.faults, err.Error())
		l.lock.Unlock()
	}
}

func (l *load) until(t *testing.T, count int64) {
	t.Helper()
	lab.Eventually(t, 60*time.Second, "requests under load", func() error {
		if done := l.done.Load(); done < count {
			return fmt.Errorf("%d of %d", done, count)
		}
		return nil
	})
}

func (l *load) stop() {
	l.over.Store(true)
	l.wait.Wait()
}

// failures: whatever does not arrive or cannot be read leaves the edge closed, or as it was; and shows.
func (m *mesh) failures(t *testing.T, gateway *lab.Proxy, permitted func() (lab.Reply, error)) {
	good := m.cluster.Kubectl("", "get", "wasmplugin", "portcullis", "-n", "istio-system", "-o", "json")
	restore := func(t *testing.T) {
		t.Helper()
		m.cluster.Kubectl(good, "replace", "--force", "-f", "-")
		lab.Eventually(t, 30*time.Second, "the good plugin is back", func() error {
			reply, err := permitted()
			return is(reply, err, 200, "from the app")
		})
	}
	patch := func(text string) {
		m.cluster.Kubectl("", "patch", "wasmplugin", "portcullis", "-n", "istio-system", "--type=json", "-p", text)
	}
	// Istio's agent puts a filter that denies all in the place of a module that did not arrive: its words, not ours.
	t.Run("wrong digest", func(t *testing.T) {
		patch(`[{"op":"replace","path":"/spec/sha256","value":"` + strings.Repeat("0", 64) + `"}]`)
		lab.Eventually(t, 30*time.Second, "closed", func() error {
			reply, err := permitted()
			return is(reply, err, 403, "RBAC: access denied")
		})
		if !strings.Contains(gateway.Log(), "module downloaded from") && !strings.Contains(gateway.Log(), "checksum") {
			t.Errorf("the agent's log does not tell of the digest:\n%s", gateway.Log())
		}
		restore(t)
	})
	t.Run("missing image", func(t *testing.T) {
		patch(`[{"op":"replace","path":"/spec/url","value":"oci://` + m.images() + `/gateway:none"},{"op":"remove","path":"/spec/sha256"}]`)
		lab.Eventually(t, 30*time.Second, "closed", func() error {
			reply, err := permitted()
			return is(reply, err, 403, "RBAC: access denied")
		})
		if !strings.Contains(gateway.Log(), "could not fetch") {
			t.Errorf("the agent's log does not tell of the image:\n%s", gateway.Log())
		}
		restore(t)
	})
	t.Run("bad configuration", func(t *testing.T) {
		patch(`[{"op":"add","path":"/spec/pluginConfig/rouets","value":[]}]`)
		lab.Eventually(t, 30*time.Second, "the agent's log says what is wrong with the document", func() error {
			if !strings.Contains(gateway.Log(), "rouets") {
				return fmt.Errorf("no word of it")
			}
			return nil
		})
		reply, err := permitted()
		if err := is(reply, err, 200, "from the app"); err != nil {
			t.Errorf("the configuration that was live is not any more: %v", err)
		}
		reply, err = lab.Plain().Get(edgeURL + "/v1/orders")
		if err := is(reply, err, 401, "jwt.missing"); err != nil {
			t.Errorf("a stranger under the configuration that was live: %v", err)
		}
		restore(t)
	})
	t.Run("version skew", func(t *testing.T) {
		patch(`[{"op":"replace","path":"/spec/pluginConfig/version","value":"v9"}]`)
		lab.Eventually(t, 30*time.Second, "the log names the version", func() error {
			if !strings.Contains(gateway.Log(), `v9`) {
				return fmt.Errorf("no word of it")
			}
			return nil
		})
		reply, err := permitted()
		if err := is(reply, err, 200, "from the app"); err != nil {
			t.Errorf("the configuration that was live is not any more: %v", err)
		}
		restore(t)
	})
	t.Run("workers that could not start the plugin", func(t *testing.T) { m.skipped(t, permitted, restore, patch) })
}

// skipped: Envoy skips a plugin on workers where it could not be configured. The seal stops what comes through; without it,
// it would pass.
func (m *mesh) skipped(t *testing.T, permitted func() (lab.Reply, error), restore func(*testing.T), patch func(string)) {
	m.loadFaulty(t, "sealed", patch)
	lab.Eventually(t, 30*time.Second, "sealed", func() error {
		reply, err := permitted()
		return is(reply, err, 403, "RBAC: access denied")
	})
	restore(t)
	m.unsealed(t)
}

// unsealed: so that the 403 above is the seal's and nobody else's. A gateway of its own, with the same module and no seal, lets
// everything pass.
func (m *mesh) unsealed(t *testing.T) {
	digest := m.pushModule(t, faulty(t, "broken"), "gateway:broken")
	m.cluster.Apply(strings.NewReplacer("ingressgateway", "unsealed", "edge", "unsealed", "10.99.0.1", "10.99.0.4", "name: app,", "name: unsealed,").Replace(edge))
	m.cluster.Apply(fmt.Sprintf(`apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: unsealed, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: unsealed}}
  failStrategy: FAIL_CLOSE
  url: oci://%s/gateway:broken
  sha256: %s
`, m.images(), strings.TrimPrefix(digest, "sha256:")))
	open := lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: "unsealed", Namespace: "istio-system", ServiceAccount: "unsealed", IP: "10.99.0.4", Kind: lab.Gateway,
		Labels: map[string]string{"istio": "unsealed"},
	})
	open.Ready(t, 60*time.Second, func() error {
		reply, err := lab.Plain().Get("http://10.99.0.4:8080/v1/orders")
		return is(reply, err, 200, "from the app")
	})
	if !strings.Contains(open.Log(), "Failed to configure thread-local Wasm plugin") {
		t.Errorf("the plugin was never tried, so nothing is shown:\n%s", open.Log())
	}
}

// loadFaulty puts a module in the plugin's place that no worker can start.
func (m *mesh) loadFaulty(t *testing.T, name string, patch func(string)) {
	t.Helper()
	digest := m.pushModule(t, faulty(t, name), "gateway:"+name)
	patch(fmt.Sprintf(`[{"op":"replace","path":"/spec/url","value":"oci://%s/gateway:%s"},{"op":"replace","path":"/spec/sha256","value":%q}]`,
		m.images(), name, strings.TrimPrefix(digest, "sha256:")))
}

// faulty is a module that can be configured by a throw-away instance and by the main thread, and by no worker. Instances are
// counted in shared data; each module has a counter of its own, named by six letters.
func faulty(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(lab.Repository(), "tests/envoy/tests/seal/faulty.wat"))
	if err != nil {
		t.Fatal(err)
	}
	wat := strings.NewReplacer("FAIL_FROM)", "3)", "FAULT)", "(i32.const 0))", `"configured"`, `"conf`+name+`"`).Replace(string(text))
	dir := t.TempDir()
	assemble := filepath.Join(lab.Repository(), ".tools/binaryen/node_modules/.bin/wasm-as")
	lab.Run(t, wat, nil, "sh", "-c", `cat >"$0/faulty.wat" && "$1" "$0/faulty.wat" -o "$0/faulty.wasm"`, dir, assemble)
	module, err := os.ReadFile(filepath.Join(dir, "faulty.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}
