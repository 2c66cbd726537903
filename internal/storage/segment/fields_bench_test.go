package segment

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
)

// applicationRuns are lines of an application with 22 leaves.
func applicationRuns(size, streams int) (runs []testRun) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for s := range streams {
		run := testRun{Stream: Stream{Group: 1, Stream: logs.StreamID(s + 1), GroupName: "g", StreamName: fmt.Sprint("s", s)}}
		for n, i := 0, 0; n < size/streams; i++ {
			ms := int(rnd.ExpFloat64() * 40)
			m := fmt.Appendf(nil, `{"time":"2026-01-01T%02d:%02d:%02d.%03dZ","level":%q,"logger":"http.server","msg":"request completed","service":{"name":"payments-worker","version":"2.10.3"},"host":"ip-10-0-0-%d","pid":%d,"request_id":"req-%016x","trace":{"id":"%08x","sampled":%v},"http":{"method":%q,"route":"/api/v1/r%d/{id}","status":%d,"latency_ms":%d,"bytes":%d},"user":{"id":"u-%d","tenant":"t-%d","plan":"pro"},"db":{"calls":%d,"ms":%d},"retry":0,"region":"us-west-2"}`,
				i/3600%24, i/60%60, i%60, rnd.IntN(1000), []string{"info", "info", "info", "warn"}[rnd.IntN(4)], s, 1000+s, rnd.Uint64(), rnd.Uint32(), rnd.IntN(4) == 0,
				[]string{"GET", "GET", "POST"}[rnd.IntN(3)], rnd.IntN(12), []int{200, 200, 200, 200, 404, 500}[rnd.IntN(6)], ms, rnd.IntN(60000), rnd.IntN(1000000), rnd.IntN(99), rnd.IntN(5), ms/3)
			run.ids = append(run.ids, logs.EventID{Timestamp: int64(1000 * i), Ingestion: int64(1000*i + 5), Request: uint64(i / 100), Index: uint16(i % 100)})
			run.messages = append(run.messages, m)
			n += len(m)
		}
		runs = append(runs, run)
	}
	return runs
}

// latencies counts one field by another, in steps of a millisecond.
type latencies struct {
	routes map[string]*[1024]int
	slots  []*[1024]int // by place in a vector's dictionary
}

func (l *latencies) add(b *column.Batch) {
	route, ms := &b.Fields[0], &b.Fields[1]
	l.slots = l.slots[:0]
	for _, text := range route.Dict {
		counts := l.routes[string(text)]
		if counts == nil {
			counts = new([1024]int)
			l.routes[string(text)] = counts
		}
		l.slots = append(l.slots, counts)
	}
	for row, kind := range route.Kind {
		if kind == leaf.Text && ms.Kind[row] == leaf.Int {
			l.slots[route.Word[row]][min(max(ms.Int(row), 0), 1023)]++
		}
	}
}

// A number grouped by a text over 64 MB of JSON, from columns and from messages.
func BenchmarkFields(b *testing.B) {
	runs := applicationRuns(64<<20, 20)
	events := 0
	for i := range runs {
		events += len(runs[i].ids)
	}
	q := Query{Range: logs.AllTime, Columns: column.Time, Fields: []string{"http.route", "http.latency_ms"}}
	for _, c := range []struct {
		name string
		opts Options
	}{{"columns", Options{NoFilters: true, Fields: field.Options{Columns: 64}}}, {"messages", Options{NoFilters: true}}} {
		b.Run(c.name, func(b *testing.B) {
			file, _ := encode(b, runs, c.opts)
			r := open(b, file)
			b.SetBytes(messageBytes(runs))
			b.ReportAllocs()
			for b.Loop() {
				l := latencies{routes: map[string]*[1024]int{}}
				cursor := r.Scan(1, q, nil)
				var batch column.Batch
				for {
					ok, err := cursor.Next(&batch)
					if err != nil {
						b.Fatal(err)
					}
					if !ok {
						break
					}
					l.add(&batch)
				}
				cursor.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
		})
	}
}

// What columns add to writing.
func BenchmarkWriteFields(b *testing.B) {
	runs := applicationRuns(16<<20, 5)
	for _, columns := range []int{0, 64} {
		b.Run(fmt.Sprint(columns), func(b *testing.B) {
			b.SetBytes(messageBytes(runs))
			b.ReportAllocs()
			for b.Loop() {
				encode(b, runs, Options{NoFilters: true, Fields: field.Options{Columns: columns}})
			}
		})
	}
}
