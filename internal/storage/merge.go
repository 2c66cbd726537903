package storage

import (
	"context"
	"errors"
	"fmt"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
)

// merge writes what is alive in some segments into others that take their place: the one way in which segments change,
// for compaction and for reclaiming. Its inputs stay in the live set until the commit, which swaps all at once; a merge that
// does not come to its end leaves nothing, or files that the next start removes.
type merge struct {
	e       *Engine
	pace    *pace
	inputs  []*live
	readers []*segment.Reader // of inputs
	alive   *lifetimes
	own     map[logs.GroupID]bool // groups with outputs of their own
	made    []*live
	least   int64 // rows that are alive for certain
	most    int64 // and those that may be
}

// badInput says which segment a merge could not read. If it is damaged that is reported already.
type badInput struct {
	input *live
	err   error
}

func (b *badInput) Error() string { return b.err.Error() }
func (b *badInput) Unwrap() error { return b.err }

// merge replaces segments. *badInput if one of them cannot be read: then all stay as they are. The caller holds mergeMu, so
// that nobody else takes the inputs from the live set.
func (e *Engine) merge(ctx context.Context, inputs []*live, alive *lifetimes) (err error) {
	m := &merge{e: e, pace: e.newPace(ctx), inputs: inputs, alive: alive, own: map[logs.GroupID]bool{}}
	for _, l := range inputs {
		e.readers.hold(l)
		defer e.readers.release(l)
	}
	defer func() {
		if err != nil {
			e.counters.mergeErrors.Add(1)
		}
	}()
	if err := m.open(); err != nil {
		return err
	}
	outputs := compaction.Split(m.parts(), e.o.Compaction)
	for _, o := range outputs {
		m.own[o.Group] = true
	}
	for _, o := range outputs {
		s, err := e.writeSegment(ctx, making{e.o.Merge, m.pace}, func(w *segment.Writer) error { return m.fill(ctx, w, o) })
		if err != nil {
			m.discard()
			return fmt.Errorf("merge: %w", err)
		}
		if s != nil {
			m.made = append(m.made, s)
		}
	}
	if err := m.check(); err != nil {
		m.discard()
		return err
	}
	return m.commit(ctx)
}

// check counts what was written: an event that is in no output would be lost with the inputs.
func (m *merge) check() error {
	rows := int64(0)
	for _, s := range m.made {
		for _, g := range s.meta.Groups {
			rows += g.Rows
		}
	}
	if rows < m.least || rows > m.most {
		return fmt.Errorf("merge: %d rows were written, want %d to %d", rows, m.least, m.most)
	}
	return nil
}

func (m *merge) open() error {
	for _, l := range m.inputs {
		r, err := m.e.readers.open(l)
		if err != nil {
			return m.e.inputError(l, err)
		}
		m.readers = append(m.readers, r)
	}
	return nil
}

// inputError reports damage, and tells it from a disk that does not answer.
func (e *Engine) inputError(l *live, err error) error {
	if isDamage(err) {
		e.broken(l, err)
	}
	return &badInput{l, err}
}

// parts are what is alive in the inputs.
func (m *merge) parts() []compaction.Part {
	var parts []compaction.Part
	for _, r := range m.readers {
		for _, run := range r.All() {
			least, alive := m.alive.least(run.Group, run.Stream.Stream)
			if !alive || run.LastEvent < least {
				continue
			}
			m.most += run.Rows
			if run.FirstEvent >= least {
				m.least += run.Rows
			}
			p := compaction.Part{Group: run.Group, First: run.FirstEvent, Last: run.LastEvent, Bytes: run.Bytes}
			if n := len(parts); n > 0 && parts[n-1].Group == p.Group && parts[n-1].First == p.First && parts[n-1].Last == p.Last {
				parts[n-1].Bytes += p.Bytes
				continue
			}
			parts = append(parts, p)
		}
	}
	return parts
}

// fill writes one output.
func (m *merge) fill(ctx context.Context, w *segment.Writer, o compaction.Output) error {
	k := &merger{merge: m, ctx: ctx, output: o}
	defer k.close()
	for i, l := range m.inputs {
		if err := k.add(l, m.readers[i]); err != nil {
			return err
		}
	}
	for len(k.left) > 0 {
		stream := k.beginStream()
		if err := w.AddBatches(stream, k.next); k.err != nil || err != nil {
			return errors.Join(k.err, err)
		}
	}
	return nil
}

// commit puts what was made in the place of the inputs.
func (m *merge) commit(ctx context.Context) error {
	e := m.e
	c := &change{undo: m.discard}
	var read, written int64
	for _, l := range m.inputs {
		c.commit.Remove = append(c.commit.Remove, l.meta.ID)
		read += l.meta.Size
	}
	for _, s := range m.made {
		c.commit.Add = append(c.commit.Add, s.meta)
		written += s.meta.Size
	}
	c.done = func() {
		for _, s := range m.made {
			e.addLive(s)
		}
		for _, l := range m.inputs {
			e.removeLive(l.meta.ID)
		}
		e.counters.merges.Add(1)
		e.counters.mergeRead.Add(read)
		e.counters.mergeWritten.Add(written)
		e.counters.removals.Add(int64(len(m.inputs)))
	}
	c.after = func() {
		for _, l := range m.inputs {
			e.readers.release(l)
		}
	}
	return e.commit(ctx, c)
}

func (m *merge) discard() {
	for _, s := range m.made {
		m.e.readers.discard(s.meta.Object)
	}
}

// remove takes segments with nothing alive out of the live set.
func (e *Engine) remove(ctx context.Context, l *live) error {
	c := &change{commit: catalog.Commit{Remove: []catalog.SegmentID{l.meta.ID}}, undo: func() {}}
	c.done = func() {
		e.removeLive(l.meta.ID)
		e.counters.removals.Add(1)
		e.counters.reclaimedBytes.Add(l.meta.Size)
	}
	c.after = func() { e.readers.release(l) }
	return e.commit(ctx, c)
}
