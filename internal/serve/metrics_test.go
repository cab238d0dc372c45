package serve_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"syncro-mcp/internal/serve"
	"syncro-mcp/internal/tool"
)

func TestMetricsCountWhatWasObserved(t *testing.T) {
	t.Parallel()
	m := serve.NewMetrics(serve.MetricsOptions{
		Tools:    []string{"get_asset", "delete_asset"},
		Budget:   func() (int, int) { return 17, 180 },
		Upstream: func() uint64 { return 4711 },
	})
	var observers sync.WaitGroup
	for range 10 {
		observers.Go(func() {
			m.Observe(tool.Observation{Tool: "get_asset", Caller: "ann", Outcome: "done", Confirmation: "not_needed", Duration: 30 * time.Millisecond})
		})
	}
	observers.Wait()
	for _, o := range []tool.Observation{
		{Tool: "get_asset", Caller: "bob", Outcome: "not_found", Code: "not_found"},
		{Tool: "made_up_by_a_client", Caller: "bob", Outcome: "invalid_argument", Code: "invalid_argument"},
		{Tool: "delete_asset", Caller: "ann", Outcome: "asked", Confirmation: "client"},
		{Tool: "delete_asset", Caller: "ann", Outcome: "done", Confirmation: "client", Answer: "accepted"},
		{Tool: "delete_asset", Caller: "ann", Outcome: "declined", Confirmation: "client", Answer: "declined"},
		{Tool: "delete_asset", Caller: "ann", Outcome: "confirmation_required", Confirmation: "token"},
		{Tool: "delete_asset", Caller: "bob", Outcome: "forbidden", Code: "forbidden", Confirmation: "token"},
	} {
		m.Observe(o)
	}
	options := newShop().options(annAndBob()...)
	options.Metrics = m.Handler()
	s := open(t, options)
	status, _, text := request(t, http.MethodGet, s.URL+"/metrics", "", "Authorization", "Bearer "+annsToken)
	assert.Equal(t, http.StatusOK, status)
	for _, line := range []string{
		`syncro_mcp_calls_total{caller="ann",outcome="done",tool="get_asset"} 10`,
		`syncro_mcp_calls_total{caller="bob",outcome="error",tool="get_asset"} 1`,
		`syncro_mcp_errors_total{caller="bob",code="not_found",tool="get_asset"} 1`,
		`syncro_mcp_errors_total{caller="bob",code="invalid_argument",tool="unknown"} 1`,
		`syncro_mcp_confirmations_total{caller="ann",outcome="asked",tool="delete_asset",way="client"} 1`,
		`syncro_mcp_confirmations_total{caller="ann",outcome="accepted",tool="delete_asset",way="client"} 1`,
		`syncro_mcp_confirmations_total{caller="ann",outcome="declined",tool="delete_asset",way="client"} 1`,
		`syncro_mcp_confirmations_total{caller="ann",outcome="asked",tool="delete_asset",way="token"} 1`,
		`syncro_mcp_confirmations_total{caller="bob",outcome="refused",tool="delete_asset",way="token"} 1`,
		`syncro_mcp_call_duration_seconds_bucket{tool="get_asset",le="0.05"} 11`,
		`syncro_mcp_call_duration_seconds_count{tool="get_asset"} 11`,
		`syncro_mcp_budget_used_requests 17`, `syncro_mcp_budget_limit_requests 180`, `syncro_mcp_upstream_requests_total 4711`,
		"go_goroutines ",
	} {
		assert.Contains(t, text, line)
	}
	assert.NotContains(t, text, "made_up_by_a_client")
}
