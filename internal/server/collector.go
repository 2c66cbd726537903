package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"tailrace/internal/storage"
)

// storeCollector shows the store's counts when it is asked for them.
type storeCollector struct {
	engine *storage.Engine
	series []storeSeries
}

// storeSeries is one number of storage.Stats.
type storeSeries struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*storage.Stats) float64
}

func newStoreCollector(engine *storage.Engine) *storeCollector {
	c := &storeCollector{engine: engine}
	c.counters()
	c.gauges()
	return c
}

func (c *storeCollector) add(kind prometheus.ValueType, name, help string, value func(*storage.Stats) float64) {
	c.addWith(nil, kind, name, help, value)
}

func (c *storeCollector) addWith(labels prometheus.Labels, kind prometheus.ValueType, name, help string, value func(*storage.Stats) float64) {
	c.series = append(c.series, storeSeries{prometheus.NewDesc("tailrace_"+name, help, nil, labels), kind, value})
}

func (c *storeCollector) counters() {
	count := func(name, help string, value func(*storage.Stats) int64) {
		c.add(prometheus.CounterValue, name, help, func(s *storage.Stats) float64 { return float64(value(s)) })
	}
	count("ingested_batches_total", "Batches acknowledged.", func(s *storage.Stats) int64 { return s.Batches })
	count("ingested_events_total", "Events acknowledged.", func(s *storage.Stats) int64 { return s.Events })
	count("ingested_bytes_total", "Bytes of acknowledged messages.", func(s *storage.Stats) int64 { return s.Bytes })
	count("flushes_total", "Heads made segments.", func(s *storage.Stats) int64 { return s.Flushes })
	count("flush_errors_total", "Tries to do so that failed.", func(s *storage.Stats) int64 { return s.FlushErrors })
	count("segment_written_bytes_total", "Bytes of segments written, by flushes and merges.", func(s *storage.Stats) int64 { return s.SegmentBytesWritten })
	count("merges_total", "Merges of segments, rewrites included.", func(s *storage.Stats) int64 { return s.Merges })
	count("merge_errors_total", "Merges that failed; their segments stayed.", func(s *storage.Stats) int64 { return s.MergeErrors })
	count("merge_read_bytes_total", "Bytes of segments that were merged.", func(s *storage.Stats) int64 { return s.MergeBytesRead })
	count("merge_written_bytes_total", "Bytes of segments that merges made.", func(s *storage.Stats) int64 { return s.MergeBytesWritten })
	count("segment_rewrites_total", "Segments rewritten without expired and deleted events.", func(s *storage.Stats) int64 { return s.Rewrites })
	count("segment_removals_total", "Segments removed.", func(s *storage.Stats) int64 { return s.Removals })
	count("reclaimed_bytes_total", "Bytes given back by rewrites and removals.", func(s *storage.Stats) int64 { return s.Reclaimed })
	count("scrubbed_segments_total", "Segments read again and checked in the background.", func(s *storage.Stats) int64 { return s.Scrubbed })
	count("scrubbed_bytes_total", "Bytes of their files.", func(s *storage.Stats) int64 { return s.ScrubbedBytes })
	count("scrub_passes_total", "Times that all segments were checked so.", func(s *storage.Stats) int64 { return s.ScrubPasses })
	count("damaged_total", "Files and parts of files found damaged and set aside.", func(s *storage.Stats) int64 { return int64(s.DamageCount) })
}

func (c *storeCollector) gauges() {
	gauge := func(name, help string, value func(*storage.Stats) float64) {
		c.add(prometheus.GaugeValue, name, help, value)
	}
	gauge("head_events", "Events in memory that are in no segment yet.", func(s *storage.Stats) float64 { return float64(s.HeadEvents) })
	gauge("head_bytes", "Bytes of memory that they take.", func(s *storage.Stats) float64 { return float64(s.HeadBytes) })
	gauge("frozen_heads", "Full heads that wait for their flush.", func(s *storage.Stats) float64 { return float64(s.FrozenHeads) })
	gauge("segments", "Segments in the live set.", func(s *storage.Stats) float64 { return float64(s.Segments) })
	gauge("pending_merges", "Merges that are due.", func(s *storage.Stats) float64 { return float64(s.PendingMerges) })
	gauge("pending_merge_bytes", "Bytes of the segments that they will merge.", func(s *storage.Stats) float64 { return float64(s.PendingMergeBytes) })
	for tier := range len(storage.Stats{}.Tiers) {
		c.addWith(prometheus.Labels{"tier": strconv.Itoa(tier)}, prometheus.GaugeValue, "segments_by_tier",
			"Segments by size: tier 0 is not merged any more, each further one holds smaller ones.",
			func(s *storage.Stats) float64 { return float64(s.Tiers[tier]) })
	}
	gauge("segment_bytes", "Bytes of their files.", func(s *storage.Stats) float64 { return float64(s.SegmentBytes) })
	gauge("dirty_streams", "Streams with statistics that the catalog lacks.", func(s *storage.Stats) float64 { return float64(s.DirtyStreams) })
	gauge("flush_failing", "1 while flushing fails, such as on a full disk.", func(s *storage.Stats) float64 {
		if s.FlushError != nil {
			return 1
		}
		return 0
	})
	gauge("recovery_seconds", "Time that the last start took to replay the write-ahead log.", func(s *storage.Stats) float64 { return s.Recovery.Duration.Seconds() })
	gauge("recovery_events", "Events that it replayed.", func(s *storage.Stats) float64 { return float64(s.Recovery.Events) })
}

// Describe implements prometheus.Collector.
func (c *storeCollector) Describe(out chan<- *prometheus.Desc) {
	for i := range c.series {
		out <- c.series[i].desc
	}
}

// Collect implements prometheus.Collector.
func (c *storeCollector) Collect(out chan<- prometheus.Metric) {
	stats := c.engine.Stats()
	for i := range c.series {
		out <- prometheus.MustNewConstMetric(c.series[i].desc, c.series[i].kind, c.series[i].value(&stats))
	}
}
