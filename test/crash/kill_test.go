package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"tailrace/test/servertest"
)

const (
	group   = "/crash/load"
	writers = 8
)

// Small files and heads, and merges of two, so that the kills hit flushes, rotations, commits and merges as often as appends.
var tight = []string{"--flush-bytes", "1048576", "--wal-file-bytes", "1048576", "--flush-age", "100ms", "--merge-fan-out", "2", "--reclaim-every", "200ms"}

// TestKill9 kills the server ROUNDS times at a random moment under load. After each start every acknowledged event is
// there exactly once, every refused one is absent, and a batch without an answer is there whole or not at all.
func TestKill9(t *testing.T) {
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("ROUNDS")); err == nil {
		rounds = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d rounds", seed, rounds)
	rng := rand.New(rand.NewPCG(seed, 0))
	data, l := t.TempDir(), newLedger()
	for round := range rounds {
		s := servertest.Start(t, data, tight...)
		verify(t, s.Client(), l)
		if t.Failed() {
			t.Fatalf("before round %d", round)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for w := range writers {
			own := rng.Uint64()
			wg.Go(func() { load(ctx, s.Client(servertest.Once), l, fmt.Sprintf("r%d-w%d", round, w), own) })
		}
		time.Sleep(time.Duration(50+rng.IntN(700)) * time.Millisecond)
		s.Kill()
		cancel()
		wg.Wait()
	}
	if merged := segmentsMerged(t, data); merged == 0 {
		t.Error("no merge came to its end before a kill: the test shows nothing of them")
	}
	s := servertest.Start(t, data, tight...)
	verify(t, s.Client(), l)
	s.Stop()
	s = servertest.Start(t, data, tight...)
	verify(t, s.Client(), l)
	sent, acked := 0, 0
	for _, b := range l.batches {
		sent += b.size
		if b.outcome == acknowledged {
			acked += b.size
		}
	}
	t.Logf("%d events sent, %d acknowledged, %d streams", sent, acked, len(l.streams))
	if acked == 0 {
		t.Error("nothing was acknowledged: the test shows nothing")
	}
}

// segmentsMerged is how many segments there were that are there no more: nothing is deleted, so they were merged.
func segmentsMerged(t *testing.T, data string) int64 {
	files, err := os.ReadDir(filepath.Join(data, "segments"))
	if err != nil {
		t.Fatal(err)
	}
	last, finished := int64(0), int64(0)
	for _, f := range files {
		if id, err := strconv.ParseInt(strings.TrimSuffix(f.Name(), ".parquet"), 10, 64); err == nil {
			last, finished = max(last, id), finished+1
		}
	}
	t.Logf("%d segments of %d are left", finished, last)
	return last - finished
}

func outcomeOf(err error) outcome {
	var api smithy.APIError
	switch {
	case err == nil:
		return acknowledged
	case errors.As(err, &api):
		return refused
	}
	return unknown
}

// load creates streams and fills them until the server is gone.
func load(ctx context.Context, c *cloudwatchlogs.Client, l *ledger, name string, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)})
	for n := 0; ctx.Err() == nil; n++ {
		stream := fmt.Sprintf("%s-%d", name, n)
		_, err := c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream)})
		l.created(group, stream, outcomeOf(err))
		if err != nil {
			return
		}
		for i := range 20 {
			b := batch{name: fmt.Sprintf("%s-%d", stream, i), group: group, stream: stream, first: time.Now().UnixMilli(), size: 1 + rng.IntN(200)}
			_, err := c.PutLogEvents(ctx, b.request(rng))
			b.outcome = outcomeOf(err)
			l.put(b)
			if b.outcome == unknown {
				return
			}
		}
	}
}

func (b *batch) request(rng *rand.Rand) *cloudwatchlogs.PutLogEventsInput {
	pad := strings.Repeat("x", rng.IntN(400))
	events := make([]types.InputLogEvent, b.size)
	for i := range events {
		events[i] = types.InputLogEvent{Timestamp: aws.Int64(b.first + int64(i)), Message: aws.String(fmt.Sprintf("%s#%d %s", b.name, i, pad))}
	}
	return &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(b.group), LogStreamName: aws.String(b.stream), LogEvents: events}
}

// verify reads everything back, stream by stream, and holds it against the ledger.
func verify(t *testing.T, c *cloudwatchlogs.Client, l *ledger) {
	t.Helper()
	if len(l.streams) == 0 {
		return
	}
	found := map[string]int{}
	there := map[string]bool{}
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(c, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String(group)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		for _, s := range page.LogStreams {
			there[group+"\x00"+*s.LogStreamName] = true
			n := readStream(t, c, *s.LogStreamName, found)
			if (n > 0) != (s.LastEventTimestamp != nil) {
				t.Errorf("stream %s: %d events, but last event time %v", *s.LogStreamName, n, s.LastEventTimestamp)
			}
		}
	}
	for name, o := range l.streams {
		if o == acknowledged && !there[name] {
			t.Errorf("acknowledged stream %q is gone", name)
		}
	}
	l.compare(t, found)
}

// untilRepeated ends a walk where the service ends it: at the token that comes again.
func untilRepeated(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true }

// readStream counts each message of a stream in found and returns how many events it has.
func readStream(t *testing.T, c *cloudwatchlogs.Client, stream string, found map[string]int) int {
	t.Helper()
	n := 0
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream), StartFromHead: aws.Bool(true)}
	pages := cloudwatchlogs.NewGetLogEventsPaginator(c, in, untilRepeated)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Errorf("read %s: %v", stream, err)
			return n
		}
		n += len(page.Events)
		for _, e := range page.Events {
			name, _, _ := strings.Cut(*e.Message, " ")
			found[name]++
		}
	}
	return n
}

// compare fails for every acknowledged event that is not there once, every refused one that is, every batch that is there
// in part, and every event that nobody sent.
func (l *ledger) compare(t *testing.T, found map[string]int) {
	t.Helper()
	for _, b := range l.batches {
		once := 0
		for i := range b.size {
			message := fmt.Sprintf("%s#%d", b.name, i)
			switch found[message] {
			case 0:
			case 1:
				once++
			default:
				t.Errorf("%s is there %d times", message, found[message])
			}
			delete(found, message)
		}
		switch {
		case b.outcome == acknowledged && once != b.size:
			t.Errorf("acknowledged batch %s: %d of %d events are there", b.name, once, b.size)
		case b.outcome == refused && once != 0:
			t.Errorf("refused batch %s: %d events are there", b.name, once)
		case once != 0 && once != b.size:
			t.Errorf("batch %s without an answer is there in part: %d of %d", b.name, once, b.size)
		}
	}
	for message := range found {
		t.Errorf("%s was never sent", message)
	}
}
