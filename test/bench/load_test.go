package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The load that a machine without the comparison corpus is measured with: events of eight groups with 20 streams each, JSON lines of a
// service and lines of a web server, with needles of known number.
const (
	loadEvents, loadGroups, loadStreams = 200_000, 8, 20
	loadBatch, loadConnections          = 2500, 4
	loadNeedle, loadEvery               = "ERR_QUOTA_7731", 20_000
)

// BenchmarkLoad: all events into an empty server, and queries like those of the comparison. The report makes its table of it.
func BenchmarkLoad(b *testing.B) {
	b.Run("ingest", func(b *testing.B) {
		c, bodies, size := newLoad(b)
		begun := time.Now()
		c.load(bodies)
		b.ReportMetric(float64(size)/1e6/time.Since(begun).Seconds(), "MB/s")
		b.ReportMetric(loadEvents, "events")
		c.server.Settle()
		use := c.server.Usage()
		b.ReportMetric(use.CPU.Seconds()/loadEvents*1e6, "cpu-s/Mevents")
		b.ReportMetric(float64(use.Peak)/(1<<20), "rss-MiB")
		b.ReportMetric(float64(diskOf(c.server.Data))/1e6, "disk-MB")
	})
	c, bodies, _ := newLoad(b)
	c.load(bodies)
	c.server.Settle()
	for _, q := range loadQueries {
		b.Run(q.name, func(b *testing.B) {
			var l latencies
			for range 8 { // the first is not counted
				l.time(func() {
					if got := q.ask(c); got != q.want {
						b.Fatalf("%d, want %d", got, q.want)
					}
				})
			}
			slices.Sort(l.all[1:])
			b.ReportMetric(float64(l.all[1+len(l.all[1:])/2].Microseconds())/1000, "ms")
		})
	}
	b.Run("queries", func(b *testing.B) { b.ReportMetric(float64(c.server.Usage().Peak)/(1<<20), "rss-MiB") })
}

// loadQueries are called as in the comparison.
var loadQueries = []struct {
	name string
	want int
	ask  func(*caller) int
}{
	{"needle_unique", 1, func(c *caller) int { return c.filter(fmt.Sprintf("req-%016x", requestID(77))) }},
	{"needle_absent", 0, func(c *caller) int { return c.filter("req-0000000000000000") }},
	{"needle_1in100k", loadEvents / loadEvery, func(c *caller) int { return c.filter(loadNeedle) }},
	{"first100", 100, func(c *caller) int { return c.page(true) }},
	{"last100", 100, func(c *caller) int { return c.page(false) }},
	{"phrase_count", loadEvents / 2 / 50, func(c *caller) int {
		return c.insights(`filter @message like "connection reset by peer" | stats count(*) as n`)
	}},
	{"substring_count", loadEvents / 2 / 25, func(c *caller) int { return c.insights(`filter @message like "imeout" | stats count(*) as n`) }},
	{"bins_5m", loadEvents, func(c *caller) int { return c.insights(`stats count(*) as n by bin(5m)`) }},
	{"p95_by_field", loadEvents / 2, func(c *caller) int {
		return c.insights(`filter ispresent(latency_ms) | stats pct(latency_ms, 95) as p95, count(*) as n by route`)
	}},
}

// newLoad starts a server and makes the bodies of its load, with size bytes of messages.
func newLoad(b *testing.B) (c *caller, bodies [][]byte, size int) {
	c = start(b, loadConnections)
	next := 0
	for g := range loadGroups {
		c.call("CreateLogGroup", fmt.Sprintf(`{"logGroupName":"load-%d"}`, g))
		for s := range loadStreams {
			c.call("CreateLogStream", fmt.Sprintf(`{"logGroupName":"load-%d","logStreamName":"s-%d"}`, g, s))
		}
	}
	now := time.Now().Add(-time.Hour).UnixMilli()
	for n := 0; n < loadEvents; n += loadBatch {
		i := n / loadBatch
		var body bytes.Buffer
		fmt.Fprintf(&body, `{"logGroupName":"load-%d","logStreamName":"s-%d","logEvents":[`, i%loadGroups, i/loadGroups%loadStreams)
		for k := range loadBatch {
			if k > 0 {
				body.WriteByte(',')
			}
			line := loadLine(next)
			size += len(line)
			message, _ := json.Marshal(line) // a string has no errors
			fmt.Fprintf(&body, `{"timestamp":%d,"message":%s}`, now+int64(next/10), message)
			next++
		}
		body.WriteString("]}")
		bodies = append(bodies, body.Bytes())
	}
	return c, bodies, size
}

// requestID is event i's.
func requestID(i int) uint64 { return rand.New(rand.NewPCG(1, uint64(i))).Uint64() }

func loadLine(i int) string {
	note := "served"
	switch {
	case i%loadEvery == 0:
		note = loadNeedle
	case i%100 == 2:
		note = "connection reset by peer"
	case i%50 == 4:
		note = "upstream timeout after retry"
	}
	if i%2 == 0 {
		return fmt.Sprintf(`{"level":"info","service":"checkout","request_id":"req-%016x","route":"/api/v1/items/%d","status":%d,"latency_ms":%d,"bytes":%d,"agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","msg":"%s"}`,
			requestID(i), i/2%10, 200+i%4*100, i*7919%2000, i*104729%(1<<20), note)
	}
	return fmt.Sprintf(`10.%d.%d.%d - - "GET /api/v1/orders/%d/items HTTP/1.1" %d %d "https://shop.example.com/cart" "kube-probe/1.29" req-%016x %s`,
		i%7, i%251, i%253, i*7919%1_000_000, 200+i%3*100, i*104729%(1<<16), requestID(i), note)
}

// load sends all batches.
func (c *caller) load(bodies [][]byte) {
	next := make(chan []byte)
	var senders sync.WaitGroup
	for range loadConnections {
		senders.Go(func() {
			for body := range next {
				c.call("PutLogEvents", string(body))
			}
		})
	}
	for _, body := range bodies {
		next <- body
	}
	close(next)
	senders.Wait()
}

// filter counts the events with a term, in all groups.
func (c *caller) filter(term string) (n int) {
	for g := range loadGroups {
		token := ""
		for {
			var answer struct {
				Events    []struct{}
				NextToken string
			}
			c.ask("FilterLogEvents", fmt.Sprintf(`{"logGroupName":"load-%d","filterPattern":"\"%s\""%s}`, g, term, token), &answer)
			if n += len(answer.Events); answer.NextToken == "" {
				break
			}
			token = fmt.Sprintf(`,"nextToken":%q`, answer.NextToken)
		}
	}
	return n
}

func (c *caller) page(first bool) int {
	var answer struct{ Events []struct{} }
	c.ask("GetLogEvents", fmt.Sprintf(`{"logGroupName":"load-0","logStreamName":"s-0","limit":100,"startFromHead":%v}`, first), &answer)
	return len(answer.Events)
}

// insights sums column n of a query over all groups.
func (c *caller) insights(query string) (sum int) {
	var groups []string
	for g := range loadGroups {
		groups = append(groups, fmt.Sprintf(`"load-%d"`, g))
	}
	var started struct{ QueryID string }
	c.ask("StartQuery", fmt.Sprintf(`{"logGroupNames":[%s],"startTime":0,"endTime":%d,"queryString":%q}`, strings.Join(groups, ","), time.Now().Unix(), query), &started)
	for wait := time.Millisecond; ; wait = min(2*wait, 20*time.Millisecond) {
		var answer struct {
			Status  string
			Results [][]struct{ Field, Value string }
		}
		c.ask("GetQueryResults", fmt.Sprintf(`{"queryId":%q}`, started.QueryID), &answer)
		if answer.Status == "Scheduled" || answer.Status == "Running" {
			time.Sleep(wait)
			continue
		}
		for _, row := range answer.Results {
			for _, f := range row {
				var n int
				if f.Field == "n" {
					fmt.Sscan(f.Value, &n)
				}
				sum += n
			}
		}
		return sum
	}
}

func (c *caller) ask(operation, body string, answer any) {
	if err := json.Unmarshal([]byte(c.call(operation, body)), answer); err != nil {
		c.b.Fatal(operation, err)
	}
}

func diskOf(dir string) (size int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error { // files come and go meanwhile
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}
