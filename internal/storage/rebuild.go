package storage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
)

// Rebuilt says what Rebuild found.
type Rebuilt struct {
	Segments int // that are live now
	Groups   int // that events in segments name
	Streams  int
	// Unnamed counts the streams of which the log alone tells, and it has no names: they are called recovered/stream-ID, and
	// their groups, where these are unknown too, recovered/group-ID.
	Unnamed int
	// Superseded are segments whose events others have as well, and Damaged those that cannot be opened. They are in the
	// quarantine.
	Superseded, Damaged []string
	// Complete says that nothing that was deleted is back: the catalog had all groups and streams.
	Complete bool
}

// RebuildCatalog is a catalog that Rebuild can fill.
type RebuildCatalog interface {
	catalog.Catalog
	catalog.Restorer
}

// Rebuild fills a catalog that was lost, and made anew, from the segments and the log: every event that one of them holds is
// there, once. c may hold groups and streams already; as of is the flushed position that they are as new as, 0 if that is not known.
// With it, what c lacks was deleted; without it, deleted groups and streams come back as far as their events were
// not removed yet. The caller keeps others away from the directory (LockFile). It can be repeated if it is interrupted.
func Rebuild(ctx context.Context, o Options, c RebuildCatalog, asOf uint64) (Rebuilt, error) {
	o.Catalog = c
	o = o.withDefaults()
	b := &rebuild{
		e: &Engine{o: o, readers: newReaders(o, nil)}, catalog: c,
		streams: map[logs.StreamID]*catalog.Stream{}, groups: map[logs.GroupID]*catalog.Group{}, runs: map[logs.StreamID][]keptRun{},
	}
	defer b.e.readers.close()
	if err := b.rebuild(ctx, asOf); err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild the catalog of %s: %w", o.Dir, err)
	}
	return b.Rebuilt, nil
}

type rebuild struct {
	Rebuilt
	e        *Engine // for its files; it is not opened
	catalog  RebuildCatalog
	contents catalog.Contents
	groups   map[logs.GroupID]*catalog.Group
	streams  map[logs.StreamID]*catalog.Stream
	runs     map[logs.StreamID][]keptRun // of segments that stay
}

func (b *rebuild) rebuild(ctx context.Context, asOf uint64) error {
	objects, err := b.objects()
	if err != nil {
		return err
	}
	// What is written meanwhile gets a new id.
	if err := b.catalog.Restore(ctx, catalog.Contents{LastSegment: b.contents.LastSegment}); err != nil {
		return err
	}
	for _, object := range objects {
		if err := b.segment(ctx, object); err != nil {
			return fmt.Errorf("segment %s: %w", object, err)
		}
	}
	log, err := wal.OpenView(b.e.o.FS, path.Join(b.e.o.Dir, LogDir))
	if err != nil {
		return err
	}
	defer log.Close()
	if first := firstRecord(log); first > 0 {
		b.contents.Flushed = max(b.contents.Flushed, first-1) // what was cut is in segments
	}
	b.Complete = asOf > 0 && asOf >= b.contents.Flushed
	b.contents.Complete = b.Complete
	for _, g := range b.groups {
		b.contents.Groups = append(b.contents.Groups, *g)
	}
	for id, s := range b.streams {
		b.contents.Streams = append(b.contents.Streams, *s)
		b.contents.LastStream = max(b.contents.LastStream, uint64(id))
	}
	b.Groups, b.Streams, b.Segments = len(b.groups), len(b.streams), len(b.contents.Segments)
	if err := b.catalog.Restore(ctx, b.contents); err != nil {
		return err
	}
	return b.unnamed(ctx, log)
}

// firstRecord is the sequence that a log begins with, 0 if it has no files.
func firstRecord(log *wal.View) uint64 {
	for _, f := range log.Files() {
		if f.First > 0 {
			return f.First
		}
	}
	return 0
}

// objects are the finished segments, newest first: those that a merge made come before those that it read.
func (b *rebuild) objects() (objects []string, err error) {
	names, err := b.e.o.FS.List(b.e.readers.dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		id, finished, ok := parseObject(name)
		if !ok {
			continue
		}
		b.contents.LastSegment = max(b.contents.LastSegment, id)
		if finished {
			objects = append(objects, name)
		}
	}
	slices.Reverse(objects)
	return objects, nil
}

// segment takes in one segment, or what no other has of it.
func (b *rebuild) segment(ctx context.Context, object string) error {
	l, err := b.find(object)
	if isDamage(err) {
		b.Damaged = append(b.Damaged, object)
		return b.putAway(object, err.Error())
	} else if err != nil {
		return err
	}
	b.e.readers.hold(l)
	defer b.e.readers.release(l)
	r, err := b.e.readers.open(l)
	if err != nil {
		return err
	}
	fresh, rows := int64(0), int64(0)
	for i := range r.All() {
		n, err := b.count(ctx, r, &r.All()[i])
		if err != nil {
			return err
		}
		fresh, rows = fresh+n, rows+r.All()[i].Rows
	}
	if fresh == rows {
		b.keep(l, r)
		return nil
	}
	if fresh > 0 {
		if err := b.split(ctx, r); err != nil {
			return err
		}
	}
	b.Superseded = append(b.Superseded, object)
	return b.putAway(object, "other segments have its events")
}

// find reads what a segment says of itself, as a catalog would have it.
func (b *rebuild) find(object string) (*live, error) {
	f, err := b.e.o.FS.Open(b.e.readers.path(object))
	if err != nil {
		return nil, err
	}
	l := &live{meta: catalog.Segment{Object: object}}
	l.meta.ID, _, _ = parseObject(object)
	if l.meta.Size, err = f.Size(); err == nil {
		var r *segment.Reader
		if r, err = segment.Open(f, l.meta.Size); err == nil {
			for _, g := range r.Meta().Groups {
				l.meta.Groups = append(l.meta.Groups, catalog.SegmentGroup(g))
			}
		}
	}
	return l, errors.Join(err, f.Close())
}

// split writes what no other segment has of one into a segment of its own.
func (b *rebuild) split(ctx context.Context, r *segment.Reader) error {
	made, err := b.e.writeSegment(ctx, making{options: b.e.o.Merge}, func(w *segment.Writer) error {
		for i := range r.All() {
			run := &r.All()[i]
			left := b.leftOf(ctx, r, run, 0)
			err := w.Add(run.Stream, left.next)
			left.close()
			if err = errors.Join(left.err, err); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || made == nil {
		return err
	}
	b.contents.LastSegment = max(b.contents.LastSegment, made.meta.ID)
	b.e.readers.hold(made)
	defer b.e.readers.release(made)
	if r, err = b.e.readers.open(made); err != nil {
		return err
	}
	b.keep(made, r)
	return nil
}

// keep makes a segment live, with what it says of groups and streams.
func (b *rebuild) keep(l *live, r *segment.Reader) {
	b.contents.Segments = append(b.contents.Segments, l.meta)
	for i := range r.All() {
		run := &r.All()[i]
		b.runs[run.Stream.Stream] = append(b.runs[run.Stream.Stream], keptRun{l, run.FirstEvent, run.LastEvent})
		stream := b.streams[run.Stream.Stream] // count made it
		st := &stream.Stats
		if st.Events == 0 || run.FirstEvent < st.FirstEvent {
			st.FirstEvent = run.FirstEvent
		}
		st.LastEvent = max(st.LastEvent, run.LastEvent)
		st.Events += run.Rows
		st.Bytes += run.Bytes
	}
}

func (b *rebuild) putAway(object, reason string) error {
	dir := path.Join(b.e.o.Dir, QuarantineDir)
	if err := b.e.o.FS.MkdirAll(dir); err != nil {
		return err
	}
	if err := b.e.o.FS.Rename(b.e.readers.path(object), path.Join(dir, object)); err != nil {
		return err
	}
	b.e.o.Logger.Warn("rebuild: segment is put away", "object", object, "moved_to", dir, "reason", reason)
	return errors.Join(b.e.o.FS.SyncDir(dir), b.e.o.FS.SyncDir(b.e.o.Dir), b.e.o.FS.SyncDir(b.e.readers.dir))
}

// unnamed adds the streams that the log alone knows, so that their events are not forgotten.
func (b *rebuild) unnamed(ctx context.Context, log *wal.View) error {
	groups, err := b.catalog.AllGroups(ctx)
	if err != nil {
		return err
	}
	scope, known := logs.Scope{Account: "000000000000", Region: "us-east-1"}, map[logs.GroupID]bool{}
	for i := range groups {
		scope, known[groups[i].ID] = groups[i].Scope, true
	}
	more := catalog.Contents{}
	seen := map[logs.StreamID]bool{}
	_, err = log.Walk(func(record wal.Record) error {
		run, err := head.Decode(record.Payload)
		if errors.Is(err, head.ErrMalformed) {
			return nil // a start tells of it
		}
		if err != nil || record.Sequence <= b.contents.Flushed || seen[run.Stream] {
			return err
		}
		seen[run.Stream] = true
		if _, err := b.catalog.StreamByID(ctx, run.Stream); !errors.Is(err, catalog.ErrNotFound) {
			return err
		}
		if !known[run.Group] {
			known[run.Group] = true
			more.Groups = append(more.Groups, catalog.Group{
				ID: run.Group, Scope: scope, Name: fmt.Sprint("recovered/group-", run.Group), Created: run.Ingestion, Class: "STANDARD",
			})
		}
		more.Streams = append(more.Streams, catalog.Stream{
			ID: run.Stream, Group: run.Group, Name: fmt.Sprint("recovered/stream-", run.Stream), Created: run.Ingestion,
		})
		more.LastStream = max(more.LastStream, uint64(run.Stream))
		return nil
	})
	if err != nil || len(more.Streams) == 0 {
		return err
	}
	b.Unnamed = len(more.Streams)
	return b.catalog.Restore(ctx, more)
}
