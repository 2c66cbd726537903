package service

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/exec"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// fillForQueries stores 200,000 events of six streams of a group and merges them: JSON lines of applications, lines of a web
// server's access log, and of syslog.
func fillForQueries(b *testing.B, o storage.Options) (*harness, catalog.Group) {
	const streams, perStream = 6, 34_000
	h := newHarness(b, Config{}, o)
	must(b, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	group, err := h.group(h.ctx, "g")
	must(b, err)
	r := rand.New(rand.NewPCG(1, 2))
	for s := range streams {
		stream, err := h.engine.CreateStream(h.ctx, catalog.Stream{Group: group.ID, Name: fmt.Sprintf("s-%d", s), Created: 1})
		must(b, err)
		for at := 0; at < perStream; at += 2000 {
			batch := storage.Batch{Group: group.ID, Stream: stream, Ingestion: testTime.UnixMilli()}
			for i := at; i < at+2000; i++ {
				batch.Events = append(batch.Events, logs.Event{Timestamp: testTime.UnixMilli() + int64(i)*1000, Message: queryLine(r, s, i)})
			}
			_, err := h.engine.Append(h.ctx, batch)
			must(b, err)
		}
		must(b, h.engine.Flush(h.ctx))
	}
	must(b, h.engine.Compact(h.ctx))
	return h, group
}

func queryLine(r *rand.Rand, kind, i int) []byte {
	switch kind % 3 {
	case 0:
		problem := "ok"
		if i%50 == 0 {
			problem = "upstream timeout: connection reset by peer"
		}
		return fmt.Appendf(nil, `{"ts":%d,"level":"INFO","service":"orders","http":{"method":"GET","route":"/api/v1/r%d","status":%d,"latency_ms":%d},"user":"u-%x","trace_id":"%016x%016x","msg":"request completed","error":%q}`,
			i, r.IntN(12), 200+100*r.IntN(4), r.IntN(5000), r.IntN(10_000), r.Uint64(), r.Uint64(), problem)
	case 1:
		return fmt.Appendf(nil, `10.%d.%d.7 - - [03/Feb/2026:21:57:%02d +0000] "GET /api/v%d/orders/%d/items?limit=%d HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)" 0.%03d`,
			r.IntN(256), r.IntN(256), i%60, 1+r.IntN(3), r.IntN(1_000_000), r.IntN(50), []int{200, 200, 200, 304, 404, 502}[r.IntN(6)], r.IntN(90_000), r.IntN(1000))
	}
	return fmt.Appendf(nil, `Feb  3 21:57:%02d host-%d sshd[%d]: Failed password for invalid user admin from 10.0.%d.%d port %d ssh2`,
		i%60, r.IntN(40), r.IntN(30_000), r.IntN(256), r.IntN(256), r.IntN(60_000))
}

// Queries over a store of 200,000 events: the first time, when messages have to be read, and again, when what was found out is
// still known.
func BenchmarkQuery(b *testing.B) {
	for _, query := range []struct{ name, text string }{
		{"phrase", `filter @message like "connection reset by peer" | stats count(*) as n`},
		{"substring", `filter @message like "imeout" | stats count(*) as n`},
		{"regex", `filter @message like /\/api\/v[12]\/orders\/[0-9]{4,9}\/items\?.*" 50[234] / | stats count(*) as n`},
		{"bins", `stats count(*) as n by bin(5m)`},
		{"quantile", `stats pct(http.latency_ms, 95) as p95, count(*) as n by http.route`},
		{"parse", `parse @message "HTTP/1.1\" * " as status | stats count(*) as n by status`},
		{"number", `filter http.latency_ms > 4990 | stats count(*) as n by http.route`},
		{"events", `filter http.latency_ms > 4990 and http.status = 500 | fields @timestamp, @message | limit 20`},
		{"id", `filter user = "u-1f" | stats count(*) as n by http.route`},
		{"newest", `fields @timestamp, @message | filter @message like /timeout/ | sort @timestamp desc | limit 20`},
	} {
		for _, mode := range []string{"first", "again"} {
			b.Run(query.name+"/"+mode, func(b *testing.B) {
				o := storage.Options{}
				if mode == "first" {
					o.FindingBytes = 1
				}
				h, group := fillForQueries(b, o)
				tree, err := syntax.Parse(query.text)
				must(b, err)
				p, err := plan.Build(query.text, tree, plan.Env{End: math.MaxInt64, Limit: 10_000})
				must(b, err)
				b.SetBytes(h.engine.GroupBytes(group.ID))
				b.ReportAllocs()
				for b.Loop() {
					source := &querySource{s: h.Service, groups: []catalog.Group{group}}
					result, err := exec.Run(h.ctx, p, source, exec.Options{Workers: runtime.GOMAXPROCS(0)})
					must(b, err)
					if len(result.Rows) == 0 {
						b.Fatal("no rows")
					}
				}
			})
		}
	}
}
