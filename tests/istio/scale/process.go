package scale

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Usage is what a process has taken so far.
type Usage struct {
	CPU       float64 // seconds of processor time, all threads
	RSS, Peak float64 // MiB
}

// UsageOf reads it from /proc.
func UsageOf(pid int) (u Usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name, in brackets, may hold anything; utime and stime are the 12th and 13th field behind it, in hundredths.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return u, err
		}
		u.CPU += ticks / 100
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		name, value, _ := strings.Cut(line, ":")
		for field, into := range map[string]*float64{"VmRSS": &u.RSS, "VmHWM": &u.Peak} {
			if name == field {
				var kib float64
				if _, err := fmt.Sscan(value, &kib); err != nil {
					return u, err
				}
				*into = kib / 1024
			}
		}
	}
	return u, nil
}

// Named is the process of a program, of which there is one in here.
func Named(program string) (int, error) {
	found, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range found {
		if name, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(name)) == program {
			return strconv.Atoi(filepath.Base(filepath.Dir(path)))
		}
	}
	return 0, fmt.Errorf("no process %s", program)
}
