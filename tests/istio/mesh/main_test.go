// Package mesh runs the shipped manifests in a real Istio: API server, istiod, agents, a registry, and Envoys with real SVIDs.
package mesh

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis.test/istio/lab"
)

func TestMain(m *testing.M) {
	lab.Enter()
	os.Exit(m.Run())
}

// mesh is what all of these tests share; they run in the order in which they stand, as a roll-out would.
type mesh struct {
	dir       string
	cluster   *lab.Cluster
	istiod    *lab.Istiod
	registry  *lab.Registry
	manifests string // istio/, with the images of our registry
}

func newMesh(t *testing.T) *mesh {
	t.Helper()
	// Not t.TempDir(): the paths of sockets in it must be short.
	dir, err := os.MkdirTemp("", "mesh")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &mesh{dir: dir}
	m.registry = lab.NewRegistry(t, dir)
	m.cluster = lab.NewCluster(t, dir)
	m.istiod = lab.NewIstiod(t, m.cluster, dir)
	m.manifests = filepath.Join(dir, "istio")
	lab.Run(t, "", nil, "cp", "-r", filepath.Join(lab.Repository(), "istio"), m.manifests)
	m.push(t, m.manifests)
	return m
}

// push is `make push` to the registry of the lab.
func (m *mesh) push(t *testing.T, manifests string) string {
	t.Helper()
	return lab.Run(t, "", []string{"PLAIN_HTTP=1", "MANIFESTS=" + manifests},
		filepath.Join(lab.Repository(), "scripts/push.sh"), m.images())
}

func (m *mesh) images() string { return m.registry.Address + "/portcullis" }

// app is a service that answers 200 to everything and tells what it was asked.
func app(t *testing.T, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s from the app", r.Method, r.URL.Path)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// is fails unless a reply has the status and holds the word.
func is(reply lab.Reply, err error, status int, word string) error {
	if err != nil {
		return err
	}
	if reply.Status != status || !strings.Contains(reply.Body, word) {
		return fmt.Errorf("%d %q, not %d with %q", reply.Status, reply.Body, status, word)
	}
	return nil
}
