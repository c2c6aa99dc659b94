package scale

import (
	"regexp"
	"time"
)

// A line of Envoy's log as Istio's agent has it written: the time, what was logged, the thread.
var configure = regexp.MustCompile(`(?m)^(\S+Z)\t.*\[(host->vm|vm<-host|host<-vm|vm->host)\] proxy_on_configure( return)?.*thread=(\d+)$`)

// Configures is how long each call of the plugin's `proxy_on_configure` took, from Envoy's own trace log.
func Configures(log string) (took []time.Duration) {
	began := map[string]time.Time{}
	for _, call := range configure.FindAllStringSubmatch(log, -1) {
		at, err := time.Parse(time.RFC3339Nano, call[1])
		if err != nil {
			continue
		}
		if call[3] == "" {
			began[call[4]] = at
		} else if start, is := began[call[4]]; is {
			took = append(took, at.Sub(start))
			delete(began, call[4])
		}
	}
	return took
}
