// Package fetch lets Istio's own fetcher, the code that its agent runs, take each of the layouts from a registry.
package fetch

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"istio.io/istio/pkg/wasm"

	"portcullis.test/istio/lab"
)

func TestMain(m *testing.M) {
	lab.Enter()
	os.Exit(m.Run())
}

func TestAgentTakesEveryLayoutThatIsPushed(t *testing.T) {
	registry := lab.NewRegistry(t, t.TempDir())
	pushed := push(t, registry)
	if len(pushed) != 12 {
		t.Fatalf("%d images were pushed, not three of each of four plugins: %v", len(pushed), pushed)
	}
	for _, image := range pushed {
		name, digest, _ := strings.Cut(image, "@")
		// By tag and by digest, as a user may write it.
		for _, reference := range []string{name, name[:strings.LastIndex(name, ":")] + "@" + digest} {
			module, got, err := fetch(reference)
			if err != nil {
				t.Errorf("%s: %v", reference, err)
				continue
			}
			if "sha256:"+got != digest {
				t.Errorf("%s: digest %s, not %s", reference, got, digest)
			}
			if !bytes.Equal(module, built(t, name)) {
				t.Errorf("%s: another module than dist/ holds", reference)
			}
		}
	}
}

// An artifact without its description is what `oras push plugin.wasm` makes at first try; Istio does not take it.
func TestAgentRefusesAnArtifactOfOneLayer(t *testing.T) {
	registry := lab.NewRegistry(t, t.TempDir())
	image := registry.Address + "/portcullis/one-layer:1"
	module := filepath.Join(lab.Repository(), "dist/gateway.wasm")
	lab.Run(t, "", nil, lab.Tool(t, "oras"), "push", "--plain-http", "--disable-path-validation", image,
		module+":application/vnd.module.wasm.content.layer.v1+wasm")
	if _, _, err := fetch(image); err == nil || !strings.Contains(err.Error(), "number of layers must be 2") {
		t.Errorf("taken, or refused for another reason: %v", err)
	}
}

func fetch(reference string) (module []byte, digest string, err error) {
	fetcher := wasm.NewImageFetcher(context.Background(), wasm.ImageFetcherOption{})
	take, digest, err := fetcher.PrepareFetch(reference)
	if err != nil {
		return nil, "", err
	}
	module, err = take()
	return module, digest, err
}

// push is `make push`; it gives NAME:TAG@DIGEST of each image.
func push(t *testing.T, registry *lab.Registry) []string {
	t.Helper()
	manifests := filepath.Join(t.TempDir(), "istio")
	lab.Run(t, "", nil, "cp", "-r", filepath.Join(lab.Repository(), "istio"), manifests)
	out := lab.Run(t, "", []string{"PLAIN_HTTP=1", "MANIFESTS=" + manifests},
		filepath.Join(lab.Repository(), "scripts/push.sh"), registry.Address+"/portcullis")
	var images []string
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "@sha256:") {
			images = append(images, line)
		}
	}
	return images
}

// built is the module in dist/ that an image was made of.
func built(t *testing.T, image string) []byte {
	t.Helper()
	plugin, _, _ := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	module, err := os.ReadFile(filepath.Join(lab.Repository(), "dist", strings.ReplaceAll(plugin, "-", "_")+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}
