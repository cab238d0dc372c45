package serve

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"syncro-mcp/internal/tool"
)

// MetricsOptions make Metrics. The functions are asked at each scrape; nil leaves
// their numbers out.
type MetricsOptions struct {
	Tools    []string                 // others are counted together: names come from clients
	Budget   func() (used, limit int) // requests taken in the window, and how many there are
	Upstream func() uint64            // requests sent to Syncro since the start
}

// Metrics counts calls for Prometheus.
type Metrics struct {
	tools         []string
	registry      *prometheus.Registry
	calls         *prometheus.CounterVec
	errors        *prometheus.CounterVec
	confirmations *prometheus.CounterVec
	durations     *prometheus.HistogramVec
}

// NewMetrics makes the metrics, with those of Go and the process.
func NewMetrics(o MetricsOptions) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		tools: slices.Clone(o.Tools), registry: prometheus.NewRegistry(),
		calls:         counter("syncro_mcp_calls_total", "Calls of tools.", "tool", "caller", "outcome"),
		errors:        counter("syncro_mcp_errors_total", "Calls that ended with an error.", "tool", "caller", "code"),
		confirmations: counter("syncro_mcp_confirmations_total", "What became of questions to users.", "tool", "caller", "way", "outcome"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "syncro_mcp_call_duration_seconds", Help: "How long calls took, including the wait for a user.",
			Buckets: []float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300},
		}, []string{"tool"}),
	}
	m.registry.MustRegister(m.calls, m.errors, m.confirmations, m.durations,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.register(o)
	return m
}

// register adds the numbers that others keep.
func (m *Metrics) register(o MetricsOptions) {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	if o.Budget != nil {
		m.registry.MustRegister(
			gauge("syncro_mcp_budget_used_requests", "Requests of the budget taken in the last 60 seconds.", func() float64 {
				used, _ := o.Budget()
				return float64(used)
			}),
			gauge("syncro_mcp_budget_limit_requests", "Requests that the budget allows in 60 seconds.", func() float64 {
				_, limit := o.Budget()
				return float64(limit)
			}))
	}
	if o.Upstream != nil {
		m.registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: "syncro_mcp_upstream_requests_total", Help: "Requests sent to Syncro."},
			func() float64 { return float64(o.Upstream()) }))
	}
}

// Observe counts one call. It is what the runner calls.
func (m *Metrics) Observe(o tool.Observation) {
	name := o.Tool
	if !slices.Contains(m.tools, name) {
		name = "unknown"
	}
	outcome := o.Outcome
	if o.Code != "" {
		outcome = "error"
		m.errors.WithLabelValues(name, o.Caller, o.Code).Inc()
	}
	m.calls.WithLabelValues(name, o.Caller, outcome).Inc()
	m.durations.WithLabelValues(name).Observe(o.Duration.Seconds())
	if o.Confirmation != "" && o.Confirmation != "not_needed" {
		m.confirmations.WithLabelValues(name, o.Caller, o.Confirmation, question(o)).Inc()
	}
}

// question is what became of the question to the user.
func question(o tool.Observation) string {
	if o.Answer == "" && o.Code != "" {
		return "refused" // forged, expired, used, or for something else
	}
	return cmp.Or(o.Answer, "asked")
}

// Handler serves the metrics in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
