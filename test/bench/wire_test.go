// Package bench measures the real binary over the wire: durable small writes from many connections, and listings of very
// many streams. The comparison with other stores is in run.
package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"tailrace/test/servertest"
)

const accessKey, secret = "AKIABENCH", "bench-secret"

// caller signs and sends requests over its own connections.
type caller struct {
	b      *testing.B
	server *servertest.Server
	http   *http.Client
}

func start(b *testing.B, connections int) *caller {
	data := b.TempDir()
	if _, err := servertest.Run(b.Context(), "keys", "import", accessKey, "--secret", secret, "--data", data); err != nil {
		b.Fatal(err)
	}
	s := servertest.Start(b, data, "--log-level", "warn")
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	return &caller{b, s, &http.Client{Transport: transport}}
}

func (c *caller) call(operation, body string) string {
	r, err := http.NewRequest("POST", c.server.URL()+"/", strings.NewReader(body))
	if err != nil {
		c.b.Error(err)
		return ""
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secret}, r,
		hex.EncodeToString(sum[:]), "logs", servertest.Region, time.Now()); err != nil {
		c.b.Error(err)
		return ""
	}
	answer, err := c.http.Do(r)
	if err != nil {
		c.b.Error(err)
		return ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		c.b.Errorf("%s: %s %s %v", operation, answer.Status, text, err)
	}
	return string(text)
}

// latencies collects times of calls and reports their percentiles.
type latencies struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *latencies) time(f func()) {
	begun := time.Now()
	f()
	took := time.Since(begun)
	l.mu.Lock()
	l.all = append(l.all, took)
	l.mu.Unlock()
}

func (l *latencies) report(b *testing.B) {
	slices.Sort(l.all)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(l.all[len(l.all)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(float64(len(l.all))/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkPutSmall: durable PutLogEvents of 10 events from 32 connections, each with a stream of its own.
func BenchmarkPutSmall(b *testing.B) {
	const connections = 32
	c := start(b, connections)
	c.call("CreateLogGroup", `{"logGroupName":"small"}`)
	for i := range connections {
		c.call("CreateLogStream", fmt.Sprintf(`{"logGroupName":"small","logStreamName":"s%d"}`, i))
	}
	var l latencies
	var left atomic.Int64
	b.ResetTimer()
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				body := smallBatch(i)
				l.time(func() { c.call("PutLogEvents", body) })
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	l.report(b)
}

func smallBatch(stream int) string {
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"logGroupName":"small","logStreamName":"s%d","logEvents":[`, stream)
	now := time.Now().UnixMilli()
	for i := range 10 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"timestamp":%d,"message":"%d.%d GET /api/v1/orders/%d 200 a line of a container's log, as long as they are on average, which is a hundred bytes or so"}`, now, stream, i, now)
	}
	body.WriteString("]}")
	return body.String()
}

// BenchmarkDescribeLogStreams: pages of 50 in a group of STREAMS streams (100,000 unless set), a tenth of them with events.
func BenchmarkDescribeLogStreams(b *testing.B) {
	streams := 100_000
	if n, err := strconv.Atoi(os.Getenv("STREAMS")); err == nil {
		streams = n
	}
	const connections = 64
	c := start(b, connections)
	c.call("CreateLogGroup", `{"logGroupName":"many"}`)
	begun := time.Now()
	fillStreams(c, streams, connections)
	b.Logf("%d streams created in %s", streams, time.Since(begun).Round(time.Second))
	for _, q := range []struct{ name, query string }{
		{"name", `"descending":false`},
		{"name-desc", `"descending":true`},
		{"prefix", `"logStreamNamePrefix":"stream-0042"`},
		{"last-event", `"orderBy":"LastEventTime"`},
		{"last-event-desc", `"orderBy":"LastEventTime","descending":true`},
	} {
		b.Run(q.name, func(b *testing.B) {
			var l latencies
			token := ""
			for b.Loop() {
				body := `{"logGroupName":"many",` + q.query
				if token != "" {
					body += `,"nextToken":"` + token + `"`
				}
				var answer string
				l.time(func() { answer = c.call("DescribeLogStreams", body+"}") })
				_, token, _ = strings.Cut(answer, `"nextToken":"`)
				token, _, _ = strings.Cut(token, `"`)
			}
			l.report(b)
		})
	}
}

func fillStreams(c *caller, streams, connections int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(streams); i = next.Add(1) - 1 {
				name := fmt.Sprintf("stream-%07d", i)
				c.call("CreateLogStream", fmt.Sprintf(`{"logGroupName":"many","logStreamName":%q}`, name))
				if i%10 == 0 {
					c.call("PutLogEvents", fmt.Sprintf(`{"logGroupName":"many","logStreamName":%q,"logEvents":[{"timestamp":%d,"message":"x"}]}`,
						name, time.Now().UnixMilli()-i%100_000))
				}
			}
		})
	}
	wg.Wait()
}
