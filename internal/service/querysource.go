package service

import (
	"context"
	"errors"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/insights/exec"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// querySource gives a query the events of its groups.
type querySource struct {
	s      *Service
	groups []catalog.Group
}

// Groups implements exec.Source.
func (q *querySource) Groups() []exec.Group {
	out := make([]exec.Group, len(q.groups))
	for i := range q.groups {
		g := &q.groups[i]
		out[i] = exec.Group{Account: g.Scope.Account, Region: g.Scope.Region, Name: g.Name}
	}
	return out
}

// ask is what a request is to the engine; ok is false if no event can be wanted.
func (q *querySource) ask(ctx context.Context, group int, r *exec.Request) (ask storage.Query, ok bool, err error) {
	g := q.groups[group]
	ask = storage.Query{
		Group: g.ID, Range: q.span(g, r),
		Report: func(x storage.ScanStats) {
			if r.Report != nil {
				r.Report(scanned(x))
			}
		},
		Match: r.Match, Seek: r.Seek, Name: r.Name, Loose: r.Loose, Required: r.Required, Where: r.Where, Fields: r.Fields, Parts: r.Parts, Columns: r.Columns, Reverse: r.Reverse, Limit: r.Limit,
	}
	if r.Streams == nil {
		return ask, true, nil
	}
	for _, name := range r.Streams {
		stream, err := q.s.engine.Stream(ctx, g.ID, name)
		if errors.Is(err, catalog.ErrNotFound) {
			continue
		}
		if err != nil {
			return ask, false, err
		}
		ask.Streams = append(ask.Streams, stream.ID)
	}
	return ask, len(ask.Streams) > 0, nil
}

// span is the time of a request, as far as the group keeps events.
func (q *querySource) span(g catalog.Group, r *exec.Request) logs.TimeRange {
	return logs.TimeRange{Start: max(r.Start, expiry(g, q.s.millis())), End: min(r.End, logs.AllTime.End-1) + 1}
}

// Visit implements exec.Source.
func (q *querySource) Visit(ctx context.Context, request func(int) *exec.Request, workers int, visit func(int, int, *column.Batch) error) (exec.Statistics, error) {
	groups := 0
	stats, err := q.s.engine.VisitAll(ctx, func(yield func(storage.Query, error) bool) {
		for group := range q.groups {
			ask, ok, err := q.ask(ctx, group, request(group))
			if !ok {
				ask.Range = logs.TimeRange{} // which holds nothing
			}
			if groups++; !yield(ask, err) {
				return
			}
		}
	}, workers, visit)
	out := scanned(stats)
	out.Groups = groups
	return out, err
}

// Scan implements exec.Source.
func (q *querySource) Scan(ctx context.Context, group int, r *exec.Request, visit func(*column.Batch) (bool, error)) (exec.Statistics, error) {
	ask, ok, err := q.ask(ctx, group, r)
	if err != nil || !ok {
		return exec.Statistics{}, err
	}
	scan := q.s.engine.Scan(ctx, ask)
	defer scan.Close()
	for scan.Next() {
		if r.Report != nil {
			r.Report(scanned(scan.Stats()))
		}
		more, err := visit(scan.Batch())
		if err != nil {
			return scanned(scan.Stats()), err
		}
		if !more {
			break
		}
	}
	return scanned(scan.Stats()), scan.Err()
}

func scanned(x storage.ScanStats) exec.Statistics {
	return exec.Statistics{Scanned: x.Events, Bytes: x.Bytes, SkippedEvents: x.SkippedEvents, SkippedBytes: x.SkippedBytes}
}

// Pointer implements exec.Source.
func (q *querySource) Pointer(group int, stream logs.StreamID, id logs.EventID) string {
	return recordPointer{q.groups[group].ID, stream, id}.String()
}

// Estimate implements exec.Source. What streams and literals leave out is not known before they are looked for.
func (q *querySource) Estimate(_ context.Context, group int, r *exec.Request) (int64, error) {
	g := q.groups[group]
	return q.s.engine.EstimateBytes(g.ID, q.span(g, r)), nil
}
