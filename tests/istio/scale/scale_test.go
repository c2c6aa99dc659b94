package scale

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

const changes = 5

// permitted is a service that service 0 names; stranger is one that it does not name, and that service `another` does.
const permitted, stranger, another = 1, 3, 2

// TestScale measures meshes of SCALE_SIZES services and writes what came out into docs/scale.md. `make istio-scale` runs it.
func TestScale(t *testing.T) {
	sizes := os.Getenv("SCALE_SIZES")
	if sizes == "" {
		t.Skip("takes minutes; run: make istio-scale")
	}
	kept := filepath.Join(lab.Repository(), "target/istio-scale.json")
	for _, size := range strings.Split(sizes, ",") {
		for _, shape := range []Shape{PerWorkload, PerNamespace} {
			if only := os.Getenv("SCALE_SHAPE"); only != "" && only != string(shape) {
				continue
			}
			t.Run(size+" "+string(shape), func(t *testing.T) {
				var n int
				if _, err := fmt.Sscan(size, &n); err != nil || n < 17 {
					t.Fatalf("SCALE_SIZES: %q is no number from 17 on", size)
				}
				row := measure(t, n, shape)
				rows, err := Load(kept)
				if err != nil {
					t.Fatal(err)
				}
				rows = rows.Add(row)
				if err := errors.Join(rows.Save(kept), rows.Write(filepath.Join(lab.Repository(), "docs/scale.md"), versions(t))); err != nil {
					t.Error(err)
				}
				t.Logf("%+v", row)
			})
		}
	}
}

func measure(t *testing.T, n int, shape Shape) Row {
	row := Row{Services: n, Shape: shape}
	m := newMesh(t, n, shape)
	istiod := m.istiod.Pid()
	app(t)
	m.envoy = lab.NewProxy(t, m.cluster, m.dir, lab.Workload{
		Name: Name(0), Namespace: Namespace, ServiceAccount: Name(0), IP: Address(0), Kind: lab.Sidecar,
		Labels: map[string]string{"app": Name(0), "real": "envoy"}, Flags: []string{"--proxyLogLevel", "warning,wasm:trace"},
	})
	friend, other := m.caller(permitted), m.caller(stranger)
	ask := func(client *lab.Client, host int) int {
		reply, err := client.Get(fmt.Sprintf("https://%s:%d/v1/x", Address(0), Port), "host", Hosts(host)[3])
		if err != nil {
			return 0
		}
		return reply.Status
	}
	becomes := func(client *lab.Client, status int) {
		t.Helper()
		lab.Eventually(t, 2*time.Minute, fmt.Sprintf("a reply of %d", status), func() error {
			if got := ask(client, 0); got != status {
				return fmt.Errorf("it is %d", got)
			}
			return nil
		})
	}
	becomes(other, http.StatusOK)

	t.Log("all sidecars connect, without rules")
	cpu := usage(t, istiod).CPU
	row.ConnectWithout = m.connect(false)
	without := usage(t, istiod)
	row.ConnectCPUWithout, row.IstiodWithout = without.CPU-cpu, without.RSS
	row.Without = m.clients[0].Size("")
	envoy, err := Named("envoy")
	if err != nil {
		t.Fatal(err)
	}
	row.EnvoyWithout = usage(t, envoy).RSS

	t.Log("the rules of all services are applied")
	named := CallersOf(0, n)
	row.Document = len(Documents(shape, n, named)[map[Shape]string{PerWorkload: Name(1), PerNamespace: Namespace}[shape]])
	start := time.Now()
	m.apply(named, true)
	row.Apply = m.served(start, true)
	row.ApplyCPU = usage(t, istiod).CPU - without.CPU
	becomes(other, http.StatusForbidden)
	becomes(friend, http.StatusOK)
	row.With, row.Extension = m.clients[0].Size(""), m.clients[0].Size(extensions)
	row.Configures = Configures(m.envoy.Log())
	row.EnvoyWith = usage(t, envoy).RSS
	row.OtherHost = ask(other, another)
	if shape == PerWorkload && row.OtherHost != http.StatusForbidden {
		t.Errorf("who may not call is answered %d under another service's name", row.OtherHost)
	}

	t.Log("the rules of one service change, and change back")
	before, sent := usage(t, istiod).CPU, m.received()
	for turn := range changes {
		callers, status := slices.Clone(named), http.StatusOK
		if turn%2 == 0 {
			callers, status = named[1:], http.StatusForbidden
		}
		start := time.Now()
		applied := make(chan struct{})
		go func() { defer close(applied); m.apply(callers, false) }()
		becomes(friend, status)
		row.Live = append(row.Live, time.Since(start).Seconds())
		<-applied
		row.Served = append(row.Served, m.served(start, true))
	}
	row.ChangeCPU = (usage(t, istiod).CPU - before) / changes
	row.ChangeBytes = (m.received() - sent) / changes
	row.EnvoyAfter = usage(t, envoy).RSS

	t.Log("all sidecars connect anew, with rules")
	cpu = usage(t, istiod).CPU
	row.ConnectWith = m.connect(true)
	with := usage(t, istiod)
	row.ConnectCPUWith, row.IstiodWith, row.IstiodPeak = with.CPU-cpu, with.RSS, with.Peak
	return row
}

// app is the service behind the one real sidecar.
func app(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:9002")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}
