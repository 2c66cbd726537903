package main

import (
	"slices"
	"strings"
)

// goal is a row of the table: where its values are, and what was set.
type goal struct {
	part, what, unit string
	must             float64 // 0: nothing was set
	atLeast          bool    // more is better
	key, builtIn     string  // of the values with the comparison corpus, and with the load that the repository has itself
	cpu              string
	isOfCorpus       bool   // must is for goalEvents events
	timesKey         string // must is so many times the median of this key; empty: must is a value of its own
}

// goalEvents is the size of the corpus that goals are for.
const goalEvents = 2_000_000

var goals = slices.Concat(
	[]goal{
		ingest("messages", "MB/s", 110, "ingest.mb_per_s", "ingest MB/s").least(),
		ingest("server CPU, a million events, acknowledged", "s", 0, "ingest.cpu_s_per_m_events", ""),
		ingest("server CPU, a million events, settled", "s", 6, "ingest.cpu_s_per_m_events_settled", "ingest cpu-s/Mevents"),
		ingest("resident memory, peak", "MiB", 384, "ingest.at_settled.peak_rss_mib", "ingest rss-MiB"),
		ingest("on disk, settled and stopped", "MB", 110, "ingest.disk_after_stop.size_mb", "ingest disk-MB"),
		ingest("written, settled", "MB", 1323, "ingest.at_settled.write_mb", ""), // 1.9 bytes a byte of messages
		ingest("batches of 100 events, 8 connections", "events/s", 200_000, "ingest_small.events_per_s", "").least(),
		ingest("… acknowledgement p50", "ms", 2, "ingest_small.ack_p50_ms", ""),
		ingest("… acknowledgement p99", "ms", 12, "ingest_small.ack_p99_ms", ""),
		benchmark("ingest", "batches of 10 events, 32 connections", "calls/s", 0, "PutSmall calls/s").least(),
		benchmark("ingest", "… acknowledgement p50", "ms", 0, "PutSmall p50-ms"),
		benchmark("ingest", "… acknowledgement p99", "ms", 0, "PutSmall p99-ms"),
		benchmark("ingest", "p99 of batches of 100 in the engine, 8 writers, idle", "µs", 0, "AppendWhileMerging/pause=10ms idle-p99-us"),
		benchmark("ingest", "… while segments are merged", "µs", 2, "AppendWhileMerging/pause=10ms merging-p99-us").times("AppendWhileMerging/pause=10ms idle-p99-us"),
		benchmark("ingest", "p99 of writers without a pause, idle", "µs", 0, "AppendWhileMerging/pause=0s idle-p99-us"),
		benchmark("ingest", "… while segments are merged", "µs", 2, "AppendWhileMerging/pause=0s merging-p99-us").times("AppendWhileMerging/pause=0s idle-p99-us"),
		benchmark("a simulated day", "written a byte of messages, batches of 20", "", 3, "Day/batch=20 written/byte"),
		benchmark("a simulated day", "… batches of 3,000", "", 3, "Day/batch=3000 written/byte"),
		benchmark("a simulated day", "merging, CPU a million events, batches of 20", "s", 0, "Day/batch=20 cpu-s/Mevents"),
	},
	warm("needle_unique", 5), warm("needle_absent", 5), warm("needle_1in100k", 10), warm("phrase_count", 100), warm("substring_count", 290),
	warm("regex_count", 200), warm("first100", 1.5), warm("last100", 1.5), warm("page_100k", 150), warm("bins_5m", 30), warm("p95_by_field", 120),
	warm("parse_group_count", 55),
	cold("needle_unique", 30), cold("needle_absent", 30), cold("needle_1in100k", 80), cold("phrase_count", 150), cold("substring_count", 350),
	cold("regex_count", 250), cold("first100", 15), cold("last100", 15), cold("page_100k", 200), cold("bins_5m", 45), cold("p95_by_field", 200),
	cold("parse_group_count", 100),
	[]goal{
		benchmark("pages in the engine", "10,000 events, the first of a stream of 10 million", "ms", 0, "Page/first ms"),
		benchmark("pages in the engine", "… in the middle", "ms", 0, "Page/middle ms"),
		benchmark("pages in the engine", "… the last", "ms", 0, "Page/last ms"),
		benchmark("pages in the engine", "10,000 events, of a group of 100,000 streams in order of time", "ms", 0, "PageOfStreams ms"),
		listing("page by prefix, 10,000 streams", 0.5, "streams_prefix_10k"), listing("page by prefix, 100,000", 0.5, "streams_prefix_100k"),
		listing("newest 50, 10,000", 0.5, "streams_newest50_10k"), listing("newest 50, 100,000", 0.5, "streams_newest50_100k"),
		listing("all in pages of 50, 10,000", 60, "streams_all_10k"), listing("all in pages of 50, 100,000", 500, "streams_all_100k"),
		benchmark("listings", "p99 of a page in the largest group, by name", "ms", 10, "DescribeLogStreams/name p99-ms"),
		benchmark("listings", "… by prefix", "ms", 10, "DescribeLogStreams/prefix p99-ms"),
		benchmark("listings", "… by last event", "ms", 10, "DescribeLogStreams/last-event-desc p99-ms"),
		{part: "start and memory", what: "start to the first answer, after a clean stop", unit: "s", must: 0.06, key: "start.first_s", isOfCorpus: true},
		benchmark("start and memory", "replay of the log, batches of 10,000", "MB/s", 200, "Replay/events=10000 MB/s").least(),
		benchmark("start and memory", "replay of the log, batches of 10", "MB/s", 200, "Replay/events=10 MB/s").least(),
		{part: "start and memory", what: "resident memory, peak of all queries", unit: "MiB", must: 256, key: "start.peak_rss_mib_after_queries", builtIn: "Load/queries rss-MiB", isOfCorpus: true},
	},
)

// scale is by what a value is multiplied to be what a machine of speed 1 measures; 0 if speed does not matter or is not known.
func (g goal) scale(speed float64) float64 {
	switch {
	case speed == 0:
		return 0
	case g.unit == "s", g.unit == "ms", g.unit == "µs":
		return speed
	case strings.HasSuffix(g.unit, "/s"):
		return 1 / speed
	}
	return 0
}

func ingest(what, unit string, must float64, key, builtIn string) goal {
	g := goal{part: "ingest", what: what, unit: unit, must: must, key: key, isOfCorpus: true}
	if builtIn != "" {
		g.builtIn = "Load/" + builtIn
	}
	return g
}

func benchmark(part, what, unit string, must float64, key string) goal {
	return goal{part: part, what: what, unit: unit, must: must, key: key}
}

func (g goal) least() goal { g.atLeast = true; return g }

func (g goal) times(key string) goal { g.timesKey = key; return g }

func warm(id string, must float64) []goal {
	return []goal{{part: "queries, warm", what: id, unit: "ms", must: must, key: "warm." + id + ".ms", builtIn: "Load/" + id + " ms", cpu: "warm." + id + ".server_cpu_ms", isOfCorpus: true}}
}

func cold(id string, must float64) []goal {
	return []goal{{part: "queries, first after a restart, files out of the page cache", what: id, unit: "ms", must: must, key: "cold." + id + ".ms", isOfCorpus: true}}
}

func listing(what string, must float64, id string) goal {
	return goal{part: "listings", what: what, unit: "ms", must: must, key: "many." + id + ".ms", cpu: "many." + id + ".server_cpu_ms"}
}
