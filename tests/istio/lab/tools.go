package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Repository is the folder of the project: the one above that has the plugins.
func Repository() string {
	folder, err := os.Getwd()
	must(err)
	for folder != "/" {
		if _, err := os.Stat(filepath.Join(folder, "plugins/imports.txt")); err == nil {
			return folder
		}
		folder = filepath.Dir(folder)
	}
	panic("run the Istio tests inside the repository")
}

// Tool is the path of a program that scripts/install-tools.sh has put into .tools/.
func Tool(t testing.TB, name string) string {
	t.Helper()
	for _, place := range []string{"bin/" + name, "etcd/usr/bin/" + name, "registry/usr/bin/" + name, name + "/bin/" + name} {
		if path := filepath.Join(Repository(), ".tools", place); executable(path) {
			return path
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	t.Fatalf("%s is missing; run: scripts/install-tools.sh istio", name)
	return ""
}

// Module is the folder of a Go module's source, as go.mod pins it.
func Module(t testing.TB, path string) string {
	t.Helper()
	for _, line := range strings.Split(os.Getenv("PORTCULLIS_GO_MODULES"), "\n") {
		if module, folder, found := strings.Cut(line, " "); found && module == path {
			return folder
		}
	}
	cmd := exec.Command("go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", path)
	cmd.Dir = filepath.Join(Repository(), "tests/istio")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
