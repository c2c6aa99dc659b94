// Package lab runs a real Istio on this machine, without a cluster: API server, istiod, agents with their Envoys, and a registry.
//
// Everything runs in namespaces of its own (mount, network, process), so that nothing listens where anybody else could reach
// it, ports are free whatever else runs here, and all of it is gone when the test ends, however it ends.
package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

const inside = "PORTCULLIS_LAB"

// Enter moves the test binary into namespaces of its own; it returns in there. Call it first in TestMain.
func Enter() {
	if os.Getenv(inside) != "" {
		must(exec.Command("ip", "link", "set", "lo", "up").Run())
		return
	}
	if os.Getuid() != 0 {
		fmt.Fprintln(os.Stderr, "the Istio tests need root, for network and mount namespaces of their own")
		os.Exit(1)
	}
	unshare, err := exec.LookPath("unshare")
	must(err)
	args := append([]string{"unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "/proc/self/exe"}, os.Args[1:]...)
	// The path of the binary itself: inside, /proc is another.
	exe, err := os.Executable()
	must(err)
	args[7] = exe
	must(syscall.Exec(unshare, args, append(os.Environ(), inside+"=1")))
}

// Address gives this machine's side of the sandbox one more address, as a pod would have, if it has it not yet.
func Address(ip string) {
	if out, err := exec.Command("ip", "address", "replace", ip+"/32", "dev", "lo").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("ip address add %s: %v: %s", ip, err, out))
	}
}

// shadow adds text to a file of the system, as this sandbox sees it until the test ends, and nobody else.
func shadow(t testing.TB, dir, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	must(err)
	own := filepath.Join(dir, filepath.Base(path))
	must(os.WriteFile(own, append(before, "\n"+text...), 0o644))
	must(exec.Command("mount", "--bind", own, path).Run())
	t.Cleanup(func() { must(exec.Command("umount", "--lazy", path).Run()) })
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
