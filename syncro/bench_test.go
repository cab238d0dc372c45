package syncro_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
)

// BenchmarkRequest compares one lookup with a bare http.Client that only reads
// the same answer: what the request loop and the decoding add.
func BenchmarkRequest(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"asset": `+documentedAsset+`}`)
	}))
	b.Cleanup(server.Close)
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			response, err := http.Get(server.URL)
			require.NoError(b, err)
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	})
	b.Run("client", func(b *testing.B) {
		client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: key, Rate: -1})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			_, err := client.Asset(b.Context(), 98765)
			require.NoError(b, err)
		}
	})
}

// listing answers pages of 100 assets made from one record.
func listing(record string, pages int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		number := 1
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &number)
		var rows []string
		for i := range 100 {
			_, rest, _ := strings.Cut(record, ",")
			rows = append(rows, fmt.Sprintf(`{"id": %d,%s`, number*100+i, rest))
		}
		_, _ = fmt.Fprintf(w, `{"assets": [%s], "meta": {"page": %d, "total_pages": %d, "total_entries": %d}}`, strings.Join(rows, ","), number, pages, pages*100)
	}
}

// BenchmarkPage reads and decodes a page of 100 assets of either dialect.
func BenchmarkPage(b *testing.B) {
	for name, record := range map[string]string{"documented": documentedAsset, "production": productionAsset} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(listing(record, 1))
			b.Cleanup(server.Close)
			client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: key, Rate: -1})
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				rows, err := client.AssetRows(b.Context(), syncro.AssetFilter{}, 1)
				require.NoError(b, err)
				require.Len(b, rows.Assets, 100)
			}
		})
	}
}

// BenchmarkWalk walks 50,000 assets and reports how much the heap held at most
// above where it began: the walk streams.
func BenchmarkWalk(b *testing.B) {
	server := httptest.NewServer(listing(documentedAsset, 500))
	b.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: key, Rate: -1})
	require.NoError(b, err)
	for b.Loop() {
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		start, most, n := memory.HeapAlloc, uint64(0), 0
		var coverage syncro.Coverage
		for _, err := range client.Assets(b.Context(), syncro.AssetFilter{}, &coverage) {
			require.NoError(b, err)
			if n++; n%10_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&memory)
				most = max(most, memory.HeapAlloc)
			}
		}
		require.True(b, coverage.Complete)
		b.ReportMetric(float64(most-min(start, most))/(1<<20), "MiB-held")
	}
}

// TestAllocationsOfAPage keeps the cost of decoding a page of 100 assets where
// it is: the bounds leave a tenth for another Go version. It counts for the
// whole process, so it does not run beside other tests.
func TestAllocationsOfAPage(t *testing.T) {
	for name, page := range map[string]struct {
		record string
		most   float64
	}{"documented": {documentedAsset, 8500}, "production": {productionAsset, 24500}} {
		recorder := httptest.NewRecorder()
		listing(page.record, 1)(recorder, httptest.NewRequest(http.MethodGet, "/?page=1", nil))
		body := recorder.Body.String()
		g := &gate{answer: func(int) *http.Response { return response(body) }}
		client := g.client(t, -1)
		got := testing.AllocsPerRun(5, func() {
			_, err := client.AssetRows(t.Context(), syncro.AssetFilter{}, 1)
			require.NoError(t, err)
		})
		require.Less(t, got, page.most, name)
	}
}
