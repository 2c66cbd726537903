package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tailrace/internal/query"
	"tailrace/internal/storage"
)

// metrics is what /metrics shows: requests as they are answered, and the store's own counts when somebody asks.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	sync     prometheus.Histogram
	synced   prometheus.Counter
	written  prometheus.Counter
	queries  *prometheus.HistogramVec
	scanned  *prometheus.CounterVec

	mu       sync.RWMutex
	outcomes map[outcome]*counted
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		outcomes: map[outcome]*counted{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tailrace_requests_total",
			Help: "Requests answered, by API, operation, exception (empty: success) and HTTP status.",
		}, []string{"api", "operation", "code", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tailrace_request_seconds",
			Help: "Time from a request's headers to its answer.", Buckets: prometheus.ExponentialBuckets(0.0002, 2, 16),
		}, []string{"api", "operation"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tailrace_request_bytes_total",
			Help: "Bytes of bodies, as sent: direction in (requests) and out (answers).",
		}, []string{"api", "operation", "direction"}),
		sync: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tailrace_wal_fsync_seconds",
			Help: "Time of a sync of the write-ahead log; its count is the number of syncs.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 14),
		}),
		synced: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tailrace_wal_synced_records_total",
			Help: "Records that syncs made durable; divided by the syncs it is the size of a group commit.",
		}),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tailrace_query_seconds",
			Help:    "Time that queries of Logs Insights ran, without the time they waited, by language and the status they ended with.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 12),
		}, []string{"language", "status"}),
		scanned: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tailrace_query_events_total",
			Help: "Events that queries looked at (work scanned), that were left out unseen (skipped), and that passed their filters (matched).",
		}, []string{"work"}),
		written: prometheus.NewCounter(prometheus.CounterOpts{Name: "tailrace_wal_synced_bytes_total", Help: "Bytes of these records."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.bytes, m.sync, m.synced, m.written, m.queries, m.scanned,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// outcome is what requests are counted by.
type outcome struct {
	api, operation, code string
	status               int
}

// counted are the metrics of an outcome.
type counted struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
	in, out  prometheus.Counter
}

// observe counts one answered request. An operation that nobody knows has an empty name, so that clients cannot make labels.
func (m *metrics) observe(api, operation, code string, status int, took time.Duration, in, out int) {
	c := m.counted(outcome{api, operation, code, status})
	c.requests.Inc()
	c.seconds.Observe(took.Seconds())
	c.in.Add(float64(in))
	c.out.Add(float64(out))
}

// counted finds the metrics of an outcome: by their labels only the first time, for that takes longer than to count.
func (m *metrics) counted(o outcome) *counted {
	m.mu.RLock()
	c := m.outcomes[o]
	m.mu.RUnlock()
	if c != nil {
		return c
	}
	c = &counted{
		requests: m.requests.WithLabelValues(o.api, o.operation, o.code, strconv.Itoa(o.status)),
		seconds:  m.seconds.WithLabelValues(o.api, o.operation),
		in:       m.bytes.WithLabelValues(o.api, o.operation, "in"),
		out:      m.bytes.WithLabelValues(o.api, o.operation, "out"),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[o] = c
	return c
}

func (m *metrics) observeSync(took time.Duration, records, bytes int) {
	m.sync.Observe(took.Seconds())
	m.synced.Add(float64(records))
	m.written.Add(float64(bytes))
}

// observeQuery counts a query that has ended.
func (m *metrics) observeQuery(x *query.Info) {
	m.queries.WithLabelValues(x.Language, string(x.Status)).Observe((time.Duration(x.Duration) * time.Millisecond).Seconds())
	m.scanned.WithLabelValues("scanned").Add(x.Statistics.Scanned)
	m.scanned.WithLabelValues("skipped").Add(x.Statistics.Skipped)
	m.scanned.WithLabelValues("matched").Add(x.Statistics.Matched)
}

// watch adds the store's counts and those of the queries.
func (m *metrics) watch(engine *storage.Engine, queries *query.Jobs) {
	m.registry.MustRegister(newStoreCollector(engine))
	gauge := func(name, help string, value func(query.Load) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tailrace_" + name, Help: help}, func() float64 { return value(queries.Load()) }))
	}
	gauge("queries_running", "Queries of Logs Insights that run.", func(l query.Load) float64 { return float64(l.Running) })
	gauge("queries_waiting", "Queries that wait for others to end.", func(l query.Load) float64 { return float64(l.Waiting) })
	gauge("query_results", "Results of queries on disk.", func(l query.Load) float64 { return float64(l.Kept) })
	gauge("query_result_bytes", "Bytes of their files.", func(l query.Load) float64 { return float64(l.KeptBytes) })
}
