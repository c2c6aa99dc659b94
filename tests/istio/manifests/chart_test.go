package manifests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"portcullis.test/istio/lab"
)

// close refuses fields that a schema does not name, unless it says that it takes any.
func close(schema map[string]any) {
	properties, has := schema["properties"].(map[string]any)
	if has && schema["x-kubernetes-preserve-unknown-fields"] != true {
		schema["additionalProperties"] = false
	}
	for _, property := range properties {
		if nested, is := property.(map[string]any); is {
			close(nested)
			if items, is := nested["items"].(map[string]any); is {
				close(items)
			}
		}
	}
}

const sidecar = "plugin: spiffe-authz\nproxy: sidecar\nselector: {app: payments}\n"

// Values that leave a mesh open, or without a plugin, or that nobody can mean: each refused by a word that says what to do.
func TestChartRefusesWithAClearWord(t *testing.T) {
	for name, c := range map[string]struct{ values, word string }{
		"no policy":               {images + sidecar, "policy: missing; write the document here"},
		"no version":              {images + sidecar + `policy: {routes: [{name: a, paths: ["/**"], allow: none}]}`, "policy.version: missing"},
		"version skew":            {images + sidecar + `policy: {version: v2, routes: [{name: a, paths: ["/**"], allow: none}]}`, "version"},
		"no digest":               {callers + sidecar, "image.digests.spiffe-authz: missing; an image is named by its digest"},
		"a digest that is none":   {callers + sidecar + "image: {registry: r.example.org, tag: a, digests: {spiffe-authz: sha256:12}}", "digests"},
		"sidecar of everybody":    {images + callers + "plugin: spiffe-authz\nproxy: sidecar\n", "selector: missing; a sidecar's plugin says whose it is"},
		"waypoint by selector":    {images + callers + "plugin: spiffe-authz\nproxy: waypoint\nselector: {app: a}\n", "targetRefs: missing; a waypoint ignores selectors"},
		"fail open":               {images + callers + sidecar + "failStrategy: FAIL_OPEN\n", "allowOpen: true"},
		"no seal":                 {images + callers + sidecar + "seal: {enabled: false}\n", "allowOpen: true"},
		"shadow":                  {images + sidecar + strings.Replace(callers, "version: v1", "version: v1, mode: shadow", 1), "allowOpen: true"},
		"an unknown plugin":       {images + callers + "plugin: gatewey\n", "plugin"},
		"an unknown value":        {images + callers + sidecar + "failStrategie: FAIL_CLOSE\n", "failStrategie"},
		"a strategy of no Istio":  {images + callers + sidecar + "failStrategy: CLOSED\n", "failStrategy"},
		"a tag with a space":      {callers + sidecar + "image: {registry: r.example.org, tag: a b, digests: {spiffe-authz: " + digest + "}}", "tag"},
		"an issuer that is a URL": {images + callers + "issuers: [{host: \"https://login.example.org\"}]\n", "issuers"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := lab.Chart("shop", c.values)
			if err == nil {
				t.Fatalf("rendered:\n%s", out)
			}
			if !strings.Contains(out, c.word) {
				t.Errorf("no word of %q in: %s", c.word, out)
			}
		})
	}
}

func TestNotesWarnOfWhatIsOpen(t *testing.T) {
	for name, c := range map[string]struct{ values, word string }{
		"fail open": {images + callers + sidecar + "failStrategy: FAIL_OPEN\nallowOpen: true\n", "WARNING: failStrategy: FAIL_OPEN"},
		"no seal":   {images + callers + sidecar + "seal: {enabled: false}\nallowOpen: true\n", "WARNING: seal.enabled: false"},
		"shadow":    {images + sidecar + strings.Replace(callers, "version: v1", "version: v1, mode: shadow", 1) + "allowOpen: true\n", "WARNING: policy.mode: shadow"},
		"no mTLS":   {images + callers + sidecar + "strictMtls: {enabled: false}\n", "WARNING: strictMtls.enabled: false"},
		"closed":    {images + callers + sidecar, ""},
	} {
		t.Run(name, func(t *testing.T) {
			notes := notes(t, c.values)
			if !strings.Contains(notes, c.word) || (c.word == "") == strings.Contains(notes, "WARNING") {
				t.Errorf("%q is not what the notes say:\n%s", c.word, notes)
			}
			if !strings.Contains(notes, "cosign verify --key cosign.pub registry.example.org/portcullis/spiffe-authz@"+digest) {
				t.Errorf("the notes do not say how the image is verified:\n%s", notes)
			}
		})
	}
}

// notes are what `helm install` prints.
func notes(t *testing.T, values string) string {
	t.Helper()
	out, err := lab.Try(values, nil, lab.Tool(t, "helm"), "install", "payments", filepath.Join(lab.Repository(), "istio/chart"),
		"--namespace", "shop", "--values", "-", "--dry-run=client")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, notes, found := strings.Cut(out, "NOTES:")
	if !found {
		t.Fatalf("no notes in:\n%s", out)
	}
	return notes
}

// The document that a chart or an overlay carries is one that the plugin of its name takes.
func TestEveryDocumentIsChecked(t *testing.T) {
	portcullis := os.Getenv("PORTCULLIS_CLI") // scripts/istio-test.sh builds it
	if portcullis == "" {
		portcullis = filepath.Join(lab.Repository(), "target/debug/portcullis")
	}
	for name, text := range rendered(t) {
		if out, err := lab.Try(text, nil, portcullis, "check", "-"); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// The digest is written by `make push` and by nobody else, and the overlays take it.
func TestPushedDigestsReachEveryResource(t *testing.T) {
	folder := lab.Pinned(t, t.TempDir(), "registry.example.org/other")
	pinned := regexp.MustCompile(`url: oci://registry\.example\.org/other/(gateway|spiffe-authz):\S+`)
	for _, name := range lab.Overlays(t) {
		text := lab.Kustomize(t, filepath.Join(folder, "overlays", name))
		if !pinned.MatchString(text) || !regexp.MustCompile(`sha256: "?[0-9a-f]{64}`).MatchString(text) {
			t.Errorf("%s: image not pinned:\n%s", name, text)
		}
	}
	var values struct {
		Image struct {
			Registry string
			Digests  map[string]string
		}
	}
	text := lab.Run(t, "", nil, "cat", filepath.Join(folder, "chart/values.yaml"))
	if err := yaml.Unmarshal([]byte(text), &values); err != nil {
		t.Fatal(err)
	}
	if values.Image.Registry != "registry.example.org/other" || len(values.Image.Digests) != 4 || !strings.HasPrefix(values.Image.Digests["gateway"], "sha256:") {
		t.Errorf("the chart's values: %+v", values.Image)
	}
}

func TestATagAloneIsRefused(t *testing.T) {
	folder := t.TempDir()
	check := func(url, sum string) (string, error) {
		manifest := "kind: WasmPlugin\nspec:\n  url: " + url + "\n" + sum
		lab.Run(t, manifest, nil, "sh", "-c", `cat >"$0/plugin.yaml"`, folder)
		return lab.Try("", nil, "python3", filepath.Join(lab.Repository(), "scripts/pinned.py"), folder)
	}
	if out, err := check("oci://r.example.org/portcullis/gateway:1", ""); err == nil || !strings.Contains(out, "plugin.yaml:3: oci://r.example.org/portcullis/gateway:1 is named by a tag alone") {
		t.Errorf("a tag alone: %v %s", err, out)
	}
	for _, good := range [][2]string{
		{"oci://r.example.org/portcullis/gateway:1", "  sha256: " + strings.TrimPrefix(digest, "sha256:") + "\n"},
		{"oci://r.example.org/portcullis/gateway@" + digest, ""},
		{"oci://r.example.org:5000/portcullis/gateway", ""},
	} {
		if out, err := check(good[0], good[1]); err != nil {
			t.Errorf("%v: %s", good, out)
		}
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Fatal(err)
	}
}
