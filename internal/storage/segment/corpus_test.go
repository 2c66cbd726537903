package segment

import (
	"fmt"
	"math/rand/v2"

	"tailrace/internal/logs"
)

// testRun is a stream and its events, as a naive store would hold them.
type testRun struct {
	Stream
	ids      []logs.EventID
	messages [][]byte
}

func (r *testRun) bytes() (n int64) {
	for _, m := range r.messages {
		n += int64(len(m))
	}
	return n
}

// corpus is about size bytes of messages like those of services: JSON of 20 to 30 fields, access lines, syslog, stack
// traces; in groups of 20 streams, put in batches of up to batch events.
func corpus(seed uint64, size, streams, batch int) []testRun {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var runs []testRun
	per := size / streams
	request := uint64(1 << 20)
	for s := range streams {
		g := s/20 + 1
		run := testRun{Stream: Stream{
			Group: logs.GroupID(g), Stream: logs.StreamID(100 + s), GroupName: fmt.Sprintf("/aws/lambda/service-%d", g),
			StreamName: fmt.Sprintf("2026/01/01/[$LATEST]%016x%04x", rnd.Uint64(), s),
			Scope:      logs.Scope{Account: "000000000000", Region: "eu-west-1"},
		}}
		ts, in, index := int64(1767225600000), int64(1767225600200), batch
		for n := 0; n < per; {
			ts += int64(rnd.IntN(40))
			if index >= batch {
				in, request, index = max(in, ts)+int64(rnd.IntN(300)), request+uint64(rnd.IntN(60)), 0
			}
			m := testMessage(rnd, s%20, ts)
			run.ids = append(run.ids, logs.EventID{Timestamp: ts, Ingestion: in, Request: request, Index: uint16(index)})
			run.messages = append(run.messages, m)
			n += len(m)
			index++
		}
		runs = append(runs, run)
	}
	return runs
}

var words = []string{
	"timeout", "connection reset by peer", "order accepted", "payment declined", "cache miss", "retrying request",
	"user logged in", "inventory updated", "shipment created", "session expired",
}

func testMessage(rnd *rand.Rand, kind int, ts int64) []byte {
	switch {
	case kind < 9:
		return fmt.Appendf(nil, `{"timestamp":%d,"level":%q,"service":"orders-api","version":"1.%d.%d","request_id":"req-%016x%08x","trace":{"id":"%016x","span":"%08x"},"http":{"method":%q,"route":"/api/v%d/orders","status":%d,"bytes":%d,"latency_ms":%d},"user":{"id":%d,"tenant":"t-%03d","region":"eu-west-%d"},"msg":%q,"retry":%d,"cache":%v,"shard":%d}`,
			ts, []string{"INFO", "WARN", "ERROR"}[rnd.IntN(3)], rnd.IntN(9), rnd.IntN(40), rnd.Uint64(), rnd.Uint32(), rnd.Uint64(), rnd.Uint32(),
			[]string{"GET", "POST", "PUT"}[rnd.IntN(3)], 1+rnd.IntN(3), []int{200, 200, 200, 404, 500}[rnd.IntN(5)], rnd.IntN(90000), rnd.IntN(2000),
			rnd.IntN(900000), rnd.IntN(200), 1+rnd.IntN(3), words[rnd.IntN(len(words))], rnd.IntN(4), rnd.IntN(2) == 0, rnd.IntN(64))
	case kind < 15:
		return fmt.Appendf(nil, `10.%d.%d.%d - - [01/Jan/2026:%02d:%02d:%02d +0000] "GET /api/v%d/orders/%d/items?page=%d HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" 0.%03d`,
			rnd.IntN(256), rnd.IntN(256), rnd.IntN(256), ts/3600000%24, ts/60000%60, ts/1000%60, 1+rnd.IntN(3), rnd.IntN(9999999), rnd.IntN(40),
			[]int{200, 200, 304, 404, 502}[rnd.IntN(5)], rnd.IntN(100000), rnd.IntN(1000))
	case kind < 19:
		return fmt.Appendf(nil, "Jan  1 %02d:%02d:%02d ip-10-1-0-%d sshd[%d]: Failed password for invalid user admin from 203.0.%d.%d port %d ssh2",
			ts/3600000%24, ts/60000%60, ts/1000%60, kind, rnd.IntN(30000), rnd.IntN(256), rnd.IntN(256), rnd.IntN(65536))
	}
	m := fmt.Appendf(nil, "2026-01-01 ERROR [pool-%d-thread-%d] c.e.Ledger - Posting batch %012x failed", rnd.IntN(8), rnd.IntN(64), rnd.Uint64())
	for range 5 + rnd.IntN(18) {
		m = fmt.Appendf(m, "\n\tat com.example.ledger.PostingService.apply(PostingService.java:%d)", rnd.IntN(900))
	}
	return m
}
