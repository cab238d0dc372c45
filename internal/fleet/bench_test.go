package fleet_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
)

// listing answers pages of 100 assets without keeping any.
func listing(pages int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		number := 1
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &number)
		var rows []string
		for i := range 100 {
			rows = append(rows, fmt.Sprintf(`{"id": %d, "customer_id": 7, "name": "PC-%d", "serial_number": "S%d", "warranty_expires": "2027-01-15",
				"model": "OptiPlex 7090", "notes": "Finance", "properties": {"online": true, "last_seen": "2024-02-15T14:25:00Z"}}`, number*100+i, i, i))
		}
		_, _ = fmt.Fprintf(w, `{"assets": [%s], "meta": {"page": %d, "total_pages": %d, "total_entries": %d}}`, strings.Join(rows, ","), number, pages, pages*100)
	}
}

// BenchmarkExport exports fleets of two sizes and reports how much the heap held
// at most above where it began: what grows is the ids that the walk remembers.
func BenchmarkExport(b *testing.B) {
	for _, size := range []int{5_000, 50_000} {
		for name, write := range map[string]func(context.Context, io.Writer, fleet.Stream, fleet.Export) error{"csv": fleet.WriteCSV, "jsonl": fleet.WriteJSONLines} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				server := httptest.NewServer(listing(size / 100))
				b.Cleanup(server.Close)
				client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: "demo-key", Rate: -1})
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					runtime.GC()
					var memory runtime.MemStats
					runtime.ReadMemStats(&memory)
					start, most := memory.HeapAlloc, uint64(0)
					stream := fleet.List(b.Context(), client, syncro.AssetFilter{})
					stream.Progress = func(done, _ int, _ string) {
						if done%(size/5) == 0 {
							runtime.GC()
							runtime.ReadMemStats(&memory)
							most = max(most, memory.HeapAlloc)
						}
					}
					require.NoError(b, write(b.Context(), io.Discard, stream, fleet.Export{}))
					b.ReportMetric(float64(most-min(start, most))/(1<<20), "MiB-held")
				}
			})
		}
	}
}

// BenchmarkInventory reads a megabyte of CSV.
func BenchmarkInventory(b *testing.B) {
	text := &strings.Builder{}
	text.WriteString("Hostname,Serial Number,Model\n")
	for i := range 30_000 {
		fmt.Fprintf(text, "ACME-WKS-%05d,SN%08d,OptiPlex\n", i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		_, err := fleet.ParseInventory(text.String())
		require.NoError(b, err)
	}
}
