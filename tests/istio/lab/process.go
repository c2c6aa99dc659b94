package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Process is a program that was started, with its output in a file.
type Process struct {
	Name string
	log  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs a program in a folder, with nothing in its environment but what is given and PATH.
func Start(t testing.TB, name, folder string, env []string, command ...string) *Process {
	t.Helper()
	p := &Process{Name: name, log: filepath.Join(folder, name+".log"), done: make(chan struct{})}
	must(os.MkdirAll(folder, 0o755))
	log, err := os.Create(p.log)
	must(err)
	defer log.Close()
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = folder, log, log
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder}, env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() { p.Stop(); p.keep(t) })
	return p
}

// keep copies the log of a failed test into the folder LAB_LOGS, if there is one.
func (p *Process) keep(t testing.TB) {
	if folder := os.Getenv("LAB_LOGS"); folder != "" && t.Failed() {
		_ = os.WriteFile(filepath.Join(folder, filepath.Base(p.cmd.Dir)+"-"+p.Name+".log"), []byte(p.Log()), 0o644)
	}
}

// Stop ends the program with all that it started, and waits for it.
func (p *Process) Stop() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// Pid is the id of the program in here.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Log is what the program has said so far.
func (p *Process) Log() string {
	log, _ := os.ReadFile(p.log)
	return string(log)
}

// Ready waits until the condition holds; a program that ends before is a failure, told with its last words.
func (p *Process) Ready(t testing.TB, within time.Duration, condition func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := condition()
		if err == nil {
			return
		}
		select {
		case <-p.done:
			t.Fatalf("%s ended: %s", p.Name, tail(p.Log()))
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not ready after %v: %v\n%s", p.Name, within, err, tail(p.Log()))
		}
		time.Sleep(20 * time.Millisecond) // between two looks, not in place of one
	}
}

// Eventually waits until a condition holds.
func Eventually(t testing.TB, within time.Duration, what string, condition func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v: %v", what, within, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Run runs a program to its end and gives its output; a failure ends the test.
func Run(t testing.TB, input string, env []string, command ...string) string {
	t.Helper()
	out, err := Try(input, env, command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return out
}

// Try runs a program to its end and gives its output, errors and all.
func Try(input string, env []string, command ...string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 30 {
		lines = append([]string{fmt.Sprintf("(%d lines before)", len(lines)-30)}, lines[len(lines)-30:]...)
	}
	return strings.Join(lines, "\n")
}
