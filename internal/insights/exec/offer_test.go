package exec

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
)

// stuckSource gives the events of a memory source and then hangs until it is told to end.
type stuckSource struct{ memorySource }

func (s *stuckSource) Visit(ctx context.Context, request func(int) *Request, workers int, visit func(int, int, *column.Batch) error) (Statistics, error) {
	x, err := s.memorySource.Visit(ctx, request, workers, visit)
	if err != nil {
		return x, err
	}
	request(0).Report(x)
	<-ctx.Done()
	return x, ctx.Err()
}

func (s *stuckSource) Scan(ctx context.Context, group int, r *Request, visit func(*column.Batch) (bool, error)) (Statistics, error) {
	x, err := s.memorySource.Scan(ctx, group, r, visit)
	if err != nil {
		return x, err
	}
	<-ctx.Done()
	return x, ctx.Err()
}

// TestRunningQueryShowsRowsAndEnds holds queries up behind their events: what they have shown by then is what the result would
// begin with, and they end when they are told to.
func TestRunningQueryShowsRowsAndEnds(t *testing.T) {
	s := &stuckSource{memorySource{groups: []Group{{Name: "g"}}, batch: 2}}
	for i := range 7 {
		s.events = append(s.events, event{0, "s", logs.EventID{Timestamp: int64(1000 + i), Index: uint16(i)}, fmt.Sprintf(`{"n":%d}`, i%5)})
	}
	for _, c := range []struct {
		query string
		want  []string // nil: nothing is shown
	}{
		{"fields n | limit 3", []string{"1", "0", "4"}},
		{"fields n | sort n desc, @timestamp | limit 3", []string{"4", "3", "2"}},
		{"fields n * 10 as n | filter n >= 20", []string{"40", "30", "20"}},
		{"stats count(*)", nil},
		{"fields n | sort n | tail 2", nil},
	} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprint(c.query, " ", workers), func(t *testing.T) {
				tree, err := syntax.Parse(c.query)
				if err != nil {
					t.Fatal(err)
				}
				p, err := plan.Build(c.query, tree, plan.Env{End: 5000, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				var shown []string
				scanned := int64(0)
				var seconds atomic.Int64
				now := func() time.Time { return time.Unix(seconds.Add(1), 0) }
				stopped := errors.New("stopped")
				report := func(x Statistics) {
					if scanned = max(scanned, x.Scanned); x.Matched == 0 {
						t.Errorf("%+v", x)
					}
					cancel(stopped)
				}
				offer := func(rows [][]Field) {
					shown = nil
					for _, row := range rows {
						shown = append(shown, row[0].Value)
					}
					if len(shown) == len(c.want) && p.Scan.Order != plan.AnyOrder {
						cancel(stopped) // a scan in order reports when it has ended only
					}
				}
				if _, err = Run(ctx, p, s, Options{Workers: workers, Now: now, Report: report, Offer: offer}); !errors.Is(err, context.Canceled) && !errors.Is(err, stopped) {
					t.Errorf("ended with %v", err)
				}
				if !cmp.Equal(shown, c.want) {
					t.Errorf("shown %v, want %v", shown, c.want)
				}
			})
		}
	}
}
