package scale

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Row is what was measured of one mesh.
type Row struct {
	Services int
	Shape    Shape

	Document, Extension, Without, With int // bytes: of a document, of ours in a sidecar's configuration, of all of it before and after

	ConnectWithout, ConnectWith       float64 // seconds until every sidecar that connects at once is served
	ConnectCPUWithout, ConnectCPUWith float64 // istiod's processor time for it

	Apply, ApplyCPU float64   // seconds of `kubectl apply` of all rules until the last sidecar is served; istiod's processor time
	Live, Served    []float64 // seconds from the start of a `kubectl apply` to another verdict, to the last sidecar served
	ChangeCPU       float64   // istiod's processor time for one such change
	ChangeBytes     int64     // bytes that one such change sends to all sidecars

	IstiodWithout, IstiodWith, IstiodPeak float64 // MiB resident
	Configures                            []time.Duration
	EnvoyWithout, EnvoyWith, EnvoyAfter   float64 // MiB resident: before the rules, with them, after the changes
	OtherHost                             int     // status for a caller who may not, with another service's name as host
}

// Rows are all that were measured, over several runs: a file keeps them.
type Rows []Row

// Load reads the rows that earlier runs left in a file.
func Load(path string) (rows Rows, err error) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &rows)
	}
	return rows, err
}

// Add puts a row in its place, over one of the same mesh.
func (rows Rows) Add(row Row) Rows {
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Services == row.Services && r.Shape == row.Shape })
	rows = append(rows, row)
	slices.SortFunc(rows, func(a, b Row) int {
		if a.Shape != b.Shape {
			return -strings.Compare(string(a.Shape), string(b.Shape))
		}
		return a.Services - b.Services
	})
	return rows
}

// Save writes the rows into a file.
func (rows Rows) Save(path string) error {
	text, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// Tables are the rows as docs/scale.md shows them.
func (rows Rows) Tables() string {
	var text strings.Builder
	table := func(title string, columns []string, cells func(Row) []string) {
		fmt.Fprintf(&text, "%s\n\n| WasmPlugins | services | %s |\n| --- | ---: |%s\n", title, strings.Join(columns, " | "), strings.Repeat(" ---: |", len(columns)))
		for _, row := range rows {
			fmt.Fprintf(&text, "| %s | %d | %s |\n", row.Shape, row.Services, strings.Join(cells(row), " | "))
		}
		text.WriteString("\n")
	}
	table("What a sidecar gets: its document, and its whole configuration without and with ours.",
		[]string{"document, bytes", "ours (ECDS), bytes", "all without, kB", "all with, kB"}, func(r Row) []string {
			return []string{fmt.Sprint(r.Document), fmt.Sprint(r.Extension), kilo(r.Without), kilo(r.With)}
		})
	table("From `kubectl apply` of one service's change: another verdict in its Envoy, the last sidecar served (median, worst of five).",
		[]string{"verdict, ms", "all served, ms", "sent to all, kB", "istiod, CPU s"}, func(r Row) []string {
			return []string{spread(r.Live), spread(r.Served), kilo(int(r.ChangeBytes)), fmt.Sprintf("%.2f", r.ChangeCPU)}
		})
	table("istiod: all rules applied at once; all sidecars connecting at once, without and with rules; its memory.",
		[]string{"apply, s", "CPU s", "connect without, s", "CPU s", "connect with, s", "CPU s", "RSS without, MiB", "with", "peak"}, func(r Row) []string {
			return []string{one(r.Apply), one(r.ApplyCPU), one(r.ConnectWithout), one(r.ConnectCPUWithout), one(r.ConnectWith), one(r.ConnectCPUWith),
				whole(r.IstiodWithout), whole(r.IstiodWith), whole(r.IstiodPeak)}
		})
	table("One Envoy with two workers: each configure of the first document, resident memory; what a stranger gets who names another service as host.",
		[]string{"configure, ms", "RSS without, MiB", "with", "after five changes", "stranger"}, func(r Row) []string {
			var took []string
			for _, each := range r.Configures {
				took = append(took, fmt.Sprintf("%.1f", float64(each.Microseconds())/1000))
			}
			return []string{strings.Join(took, ", "), whole(r.EnvoyWithout), whole(r.EnvoyWith), whole(r.EnvoyAfter), fmt.Sprint(r.OtherHost)}
		})
	return strings.TrimRight(text.String(), "\n")
}

func kilo(bytes int) string        { return fmt.Sprintf("%.1f", float64(bytes)/1000) }
func one(value float64) string     { return fmt.Sprintf("%.1f", value) }
func whole(value float64) string   { return fmt.Sprintf("%.0f", value) }
func median(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/2] }

func spread(seconds []float64) string {
	if len(seconds) == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f, %.0f", median(seconds)*1000, slices.Max(seconds)*1000)
}

const begin, end = "<!-- run -->", "<!-- end of run -->"

// Write puts the tables between the markers of a page.
func (rows Rows) Write(page, versions string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return fmt.Errorf("%s: no markers %s and %s", page, begin, end)
	}
	return os.WriteFile(page, []byte(before+begin+"\n"+versions+"\n\n"+rows.Tables()+"\n"+end+after), 0o644)
}
