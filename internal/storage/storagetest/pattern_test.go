package storagetest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tailrace/internal/filterpattern"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/field"
	"tailrace/internal/storage/segment"
)

// patternMessage is JSON whose values change slowly, so that blocks differ, with numbers as texts and paths that stand twice.
func patternMessage(r *rand.Rand, i int) []byte {
	step := i / 40
	switch r.IntN(8) {
	case 0:
		return fmt.Appendf(nil, `{"status":"%d","level":null}`, 200+step)
	case 1:
		return fmt.Appendf(nil, `{"status":%d,"a":{"b":1},"a.b":%d,"status":%d}`, 100, step, 200+step)
	case 2:
		return fmt.Appendf(nil, `{"status":%d.0,"ms":%de-1,"ok":%v}`, 200+step, step, step%2 == 0)
	case 3:
		return fmt.Appendf(nil, `no JSON {"status":%d}`, 200+step)
	}
	return fmt.Appendf(nil, `{"status":%d,"level":"L%d","ms":%d.%d,"a":{"b":[%d]},"\u006fk":true}`, 200+step, step, step*10, 1+r.IntN(9), step)
}

// What a pattern says of leaves leaves blocks out, and never one with a match.
func TestPatternsLeaveOutBlocks(t *testing.T) {
	t.Parallel()
	s := New(t, storage.Options{Manual: true, Segment: segment.Options{BlockBytes: 700, Fields: field.Options{Columns: 64, Share: 1}}})
	r := rand.New(rand.NewPCG(5, 5))
	var events []logs.Event
	for i := range 600 {
		events = append(events, logs.Event{Timestamp: int64(i), Message: patternMessage(r, i)})
	}
	if _, err := s.Append("app", "a", events...); err != nil {
		t.Fatal(err)
	}
	if err := s.Engine.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	skipped := map[string]bool{}
	for n := range 20 {
		if testing.Short() && n%4 > 0 {
			continue
		}
		for _, form := range []string{
			`{ $.status = %d }`, `{ $.status = "%d" }`, `{ $.status > %d }`, `{ $.status <= %d && $.level = * }`, `{ $.status != %d }`, `{ $.status = %d* }`,
			`{ $.ms >= %d.5 || $.level IS NULL }`, `{ $.ms < 9 && $.status = %d }`, `{ $.level = "L%d" }`, `{ $.level = %%L%d%% }`, `{ $.ok IS TRUE && $.status = %d }`,
			`{ $.a.b = %d }`, `{ $.['a.b'] = %d }`, `{ $.a.b[0] = %d }`, `{ $.a.b NOT EXISTS && $.status = %d }`, `{ $.nowhere = %d }`, `{ $.ms = %d.0 }`,
		} {
			for _, number := range []int{n, 200 + n, 10 * n} {
				text := fmt.Sprintf(form, number)
				pattern, err := filterpattern.Parse(text)
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				var want []string
				for _, e := range events {
					if pattern.Match(bytes.Clone(e.Message)) {
						want = append(want, string(e.Message))
					}
				}
				q := storage.Query{Group: s.Group("app").ID, Range: logs.AllTime, Match: pattern.Match, Where: pattern.Where()}
				scan := s.Engine.Scan(context.Background(), q)
				var got []string
				for scan.Next() {
					for _, m := range scan.Batch().Message {
						got = append(got, string(m))
					}
				}
				if err := scan.Err(); err != nil || !slices.Equal(got, want) {
					t.Fatalf("%s: %d events, want %d, %v", text, len(got), len(want), err)
				}
				skipped[form] = skipped[form] || scan.Stats().SkippedBlocks > 0
				scan.Close()
			}
		}
	}
	for _, form := range []string{`{ $.status > %d }`, `{ $.level = "L%d" }`, `{ $.nowhere = %d }`, `{ $.ms < 9 && $.status = %d }`} {
		if !skipped[form] {
			t.Errorf("%s never left out a block", form)
		}
	}
}
