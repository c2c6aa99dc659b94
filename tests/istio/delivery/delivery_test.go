// Package delivery is about what a user pulls: that it is the very thing that was tested, and that one changed byte shows.
package delivery

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis.test/istio/lab"
)

func TestMain(m *testing.M) {
	lab.Enter()
	os.Exit(m.Run())
}

// clone is a clean clone of the commit, at a path of its own, with the tools of this one.
func clone(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "somewhere-else")
	lab.Run(t, "", nil, "git", "clone", "--quiet", lab.Repository(), folder)
	if err := os.Symlink(filepath.Join(lab.Repository(), ".tools"), filepath.Join(folder, ".tools")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestTwoClonesGiveTheSameBytes(t *testing.T) {
	if changed := lab.Run(t, "", nil, "git", "-C", lab.Repository(), "status", "--porcelain", "--untracked-files=no"); changed != "" {
		t.Fatalf("commit first; a clone would be another source than this folder:\n%s", changed)
	}
	folder := clone(t)
	lab.Run(t, "", []string{"CARGO_TARGET_DIR=" + filepath.Join(folder, "target"), "CARGO_NET_OFFLINE=true"}, filepath.Join(folder, "scripts/images.sh"))
	there, here := sums(t, folder), sums(t, lab.Repository())
	if there != here {
		t.Errorf("two clones of one commit differ:\n%s\n%s", there, here)
	}
	if strings.Count(here, ".wasm\n") != 4 || strings.Count(here, "index.json") != 12 {
		t.Errorf("not everything is compared:\n%s", here)
	}
}

func sums(t *testing.T, folder string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "dist/images/SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signed is a clone with what was built here, signed with a key of its own.
func signed(t *testing.T) (folder, public, private string) {
	t.Helper()
	folder = clone(t)
	lab.Run(t, "", nil, "cp", "-r", filepath.Join(lab.Repository(), "dist"), filepath.Join(folder, "dist"))
	keys := t.TempDir()
	lab.Run(t, "", noPassword, "sh", "-c", `cd "$0" && "$1" generate-key-pair`, keys, lab.Tool(t, "cosign"))
	public, private = filepath.Join(keys, "cosign.pub"), filepath.Join(keys, "cosign.key")
	lab.Run(t, "", append(noPassword, "COSIGN_KEY="+private), filepath.Join(folder, "scripts/sign.sh"))
	return folder, public, private
}

var noPassword = []string{"COSIGN_PASSWORD="}

func TestVerifyFailsOnOneByte(t *testing.T) {
	folder, public, _ := signed(t)
	verify := func() (string, error) {
		return lab.Try("", []string{"COSIGN_PUB=" + public}, filepath.Join(folder, "scripts/verify.sh"))
	}
	if out, err := verify(); err != nil {
		t.Fatalf("what was signed does not verify: %s", out)
	}
	images := filepath.Join(folder, "dist/images")
	for file, word := range map[string]string{
		filepath.Join(folder, "dist/gateway.wasm"):            "dist/gateway.wasm: changed",
		filepath.Join(folder, "dist/rate_limit.wasm"):         "dist/rate_limit.wasm: changed",
		filepath.Join(images, "gateway/artifact/index.json"):  "index.json: changed",
		filepath.Join(images, "sbom/gateway.cdx.json"):        "gateway.cdx.json: changed",
		filepath.Join(images, "provenance.json"):              "provenance.json: changed",
		filepath.Join(images, "SHA256SUMS"):                   "error",
		blob(t, filepath.Join(images, "spiffe_authz/compat")): "changed",
		filepath.Join(images, "SHA256SUMS.sigstore.json"):     "no signature",
	} {
		change(t, file, func() {
			if out, err := verify(); err == nil || !strings.Contains(out, word) {
				t.Errorf("%s: one byte changed: %v %s", file, err, out)
			}
		})
	}
	// Who can change a module can write its sum anew; he cannot sign it.
	change(t, filepath.Join(folder, "dist/gateway.wasm"), func() {
		change(t, filepath.Join(images, "SHA256SUMS"), func() {
			lab.Run(t, "", nil, "python3", filepath.Join(folder, "scripts/images.py"), "build")
			lab.Run(t, "", nil, "python3", filepath.Join(folder, "scripts/images.py"), "sums")
			if out, err := verify(); err == nil {
				t.Errorf("a forged sum passes: %s", out)
			}
		})
	})
}

// change turns one bit in the middle of a file for as long as the check runs.
func change(t *testing.T, file string, check func()) {
	t.Helper()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after := bytes.Clone(before)
	after[len(after)/2] ^= 1
	if err := os.WriteFile(file, after, 0o644); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.WriteFile(file, before, 0o644) }()
	check()
}

// blob is the largest blob of a layout: its layer.
func blob(t *testing.T, layout string) string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(layout, "blobs/sha256/*"))
	largest, size := "", int64(-1)
	for _, path := range found {
		if info, err := os.Stat(path); err == nil && info.Size() > size {
			largest, size = path, info.Size()
		}
	}
	return largest
}

func TestSignedImagesAreVerifiedInTheRegistry(t *testing.T) {
	registry := lab.NewRegistry(t, t.TempDir())
	folder, public, private := signed(t)
	images := registry.Address + "/portcullis"
	verify := func(public string) (string, error) {
		return lab.Try("", []string{"COSIGN_PUB=" + public, "REGISTRY=" + images, "PLAIN_HTTP=1"}, filepath.Join(folder, "scripts/verify.sh"))
	}
	push := func(env ...string) string {
		return lab.Run(t, "", append(append(noPassword, "PLAIN_HTTP=1"), env...), filepath.Join(folder, "scripts/push.sh"), images)
	}
	push()
	if out, err := verify(public); err == nil || !strings.Contains(out, "carries no signature") {
		t.Errorf("images that nobody signed: %v %s", err, out)
	}
	push("COSIGN_KEY=" + private)
	if out, err := verify(public); err != nil || !strings.Contains(out, "holds the same images, signed") {
		t.Errorf("images that were signed: %v %s", err, out)
	}
	// The SBOM and the provenance are attached to the image, signed as it is.
	digest := strings.Fields(lab.Run(t, "", nil, "python3", filepath.Join(folder, "scripts/images.py"), "digests"))[2]
	for _, kind := range []string{"cyclonedx", "slsaprovenance1"} {
		out, err := lab.Try("", nil, lab.Tool(t, "cosign"), "verify-attestation", "--key", public, "--insecure-ignore-tlog=true",
			"--allow-http-registry", "--type", kind, images+"/gateway@"+digest)
		if err != nil {
			t.Errorf("%s: %s", kind, out)
		}
	}
}
