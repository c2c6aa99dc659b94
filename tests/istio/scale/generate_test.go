package scale

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis.test/istio/lab"
)

// What is measured is a document that the plugin takes, in which each service names five others.
func TestGeneratedDocumentsAreTaken(t *testing.T) {
	portcullis := os.Getenv("PORTCULLIS_CLI")
	if portcullis == "" {
		portcullis = filepath.Join(lab.Repository(), "target/debug/portcullis")
	}
	for _, n := range []int{50, 500} {
		for at := range n {
			callers := CallersOf(at, n)
			slices.Sort(callers)
			if len(slices.Compact(callers)) != Callers || slices.Contains(callers, at) {
				t.Fatalf("service %d of %d names %v", at, n, callers)
			}
		}
		for _, shape := range []Shape{PerWorkload, PerNamespace} {
			documents := Documents(shape, n, CallersOf(0, n))
			if want := map[Shape]int{PerWorkload: n, PerNamespace: 1}[shape]; len(documents) != want {
				t.Fatalf("%s: %d documents of %d services", shape, len(documents), n)
			}
			for _, name := range []string{Name(0), Namespace} {
				text, has := documents[name]
				if !has {
					continue
				}
				if out, err := lab.Try(text, nil, portcullis, "check", "-"); err != nil {
					t.Errorf("%d services, %s: %s", n, shape, out)
				}
				if !strings.Contains(text, `"service_accounts":["shop/s1","shop/s2","shop/s4","shop/s8","shop/s16"]`) {
					t.Errorf("%s: service 0 does not name its callers: %.400s", shape, text)
				}
			}
		}
	}
}
