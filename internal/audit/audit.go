package audit

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/snapshot"
)

// Options say how a check goes on. The zero value is good.
type Options struct {
	// Progress, if set, hears of the progress often.
	Progress func(Progress)
}

// Run checks the store in a directory. The error says that it could not be done; what is wrong with the store is in the report.
func Run(ctx context.Context, dir string, o Options) (report Report, err error) {
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	scratch, err := os.MkdirTemp("", "tailrace-verify-")
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	o.Progress(Progress{Stage: "snapshot"})
	snap, err := snapshot.Take(ctx, dir, scratch)
	if d, ok := errors.AsType[*sqlite.DamagedError](err); ok {
		report.problem(Catalog, d.File, adviseCatalog, "%v", d.Err)
		report.note("nothing but the catalog was checked: without it nobody knows what else there is to be")
		return report, nil
	} else if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	c := &check{
		o: o, snap: snap, report: &report,
		held: map[logs.StreamID]*tally{}, groups: map[logs.GroupID]*catalog.Group{}, uncertain: map[logs.GroupID]bool{},
	}
	if err := c.run(ctx); err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	return report, nil
}

// check is one check on its way.
type check struct {
	o      Options
	snap   *snapshot.Snapshot
	report *Report
	done   int64 // bytes of segments

	groups    map[logs.GroupID]*catalog.Group
	dropped   map[logs.StreamID]logs.GroupID
	held      map[logs.StreamID]*tally
	uncertain map[logs.GroupID]bool // parts of their events could not be read
}

// tally is what segments and log hold of a stream.
type tally struct {
	group                            logs.GroupID
	name                             string // as segments have it; empty: none has
	events, bytes                    int64
	first, last, ingestion           int64
	laterEvents, laterBytes          int64 // in records of the log that the catalog's statistics do not count yet
	laterFirst, laterLast, laterTime int64
	runs                             []span
}

// span is where and when a stream has events in a segment.
type span struct {
	segment     int // of the live set
	first, last int64
}

func (t *tally) add(events, bytes, first, last, ingestion int64) {
	if t.events == 0 || first < t.first {
		t.first = first
	}
	t.events += events
	t.bytes += bytes
	t.last, t.ingestion = max(t.last, last), max(t.ingestion, ingestion)
}

func (c *check) of(group logs.GroupID, stream logs.StreamID) *tally {
	t := c.held[stream]
	if t == nil {
		t = &tally{group: group}
		c.held[stream] = t
	}
	return t
}

func (c *check) run(ctx context.Context) error {
	c.o.Progress(Progress{Stage: "catalog"})
	found, err := sqlite.Check(ctx, c.snap.CatalogFile)
	if err != nil {
		return err
	}
	for _, what := range found {
		c.report.problem(Catalog, "catalog.db", adviseCatalog, "%s", what)
	}
	all, err := c.snap.Catalog.AllGroups(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		c.groups[all[i].ID] = &all[i]
	}
	if c.dropped, err = c.snap.Catalog.DroppedStreams(ctx); err != nil {
		return err
	}
	c.files()
	for _, step := range []func(context.Context) error{c.segments, c.log, c.twice, c.statistics} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
