package storage

import (
	"context"

	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/segment"
)

// keptRun is what a segment that stays holds of a stream.
type keptRun struct {
	reader *segment.Reader
	run    *segment.Run
}

// leftover gives the events of a run that no segment that stays has.
type leftover struct {
	own    idCursor
	others []*idCursor // each stands at an event
	seen   func(id logs.EventID)
	err    error
}

// leftOf begins with a run of a segment; columns is what it reads.
func (b *rebuild) leftOf(ctx context.Context, r *segment.Reader, run *segment.Run, columns column.Columns) *leftover {
	l := &leftover{own: idCursor{ctx: ctx, cursor: r.Cursor(*run, segment.Query{Range: logs.AllTime, Columns: columns})}}
	for _, k := range b.runs[run.Stream.Stream] {
		if k.run.LastEvent < run.FirstEvent || k.run.FirstEvent > run.LastEvent {
			continue
		}
		times := logs.TimeRange{Start: run.FirstEvent, End: run.LastEvent + 1}
		c := &idCursor{ctx: ctx, cursor: k.reader.Cursor(*k.run, segment.Query{Range: times, Columns: column.ID})}
		if ok, err := c.next(); err != nil {
			l.err = err
		} else if ok {
			l.others = append(l.others, c)
		}
	}
	return l
}

// next is for segment.Writer.Add.
func (l *leftover) next() (logs.EventID, []byte, bool) {
	for l.err == nil {
		ok, err := l.own.next()
		if !ok || err != nil {
			l.err = err
			l.close()
			break
		}
		id := l.own.id()
		if l.seen != nil {
			l.seen(id)
		}
		if l.isTaken(id) || l.err != nil {
			continue
		}
		var message []byte
		if len(l.own.batch.Message) > 0 {
			message = l.own.batch.Message[l.own.at]
		}
		return id, message, true
	}
	return logs.EventID{}, nil, false
}

// isTaken tells whether a segment that stays has an event.
func (l *leftover) isTaken(id logs.EventID) (taken bool) {
	left := l.others[:0]
	for _, c := range l.others {
		ok := true
		for ok && c.id().Less(id) {
			var err error
			if ok, err = c.next(); err != nil {
				l.err = err
			}
		}
		if ok {
			left = append(left, c)
			taken = taken || c.id() == id
		} else {
			c.cursor.Close()
		}
	}
	l.others = left
	return taken
}

func (l *leftover) close() {
	l.own.cursor.Close()
	for _, c := range l.others {
		c.cursor.Close()
	}
}

// idCursor steps through the events of a run that can be read.
type idCursor struct {
	ctx    context.Context
	cursor *segment.Cursor
	batch  column.Batch
	at     int
}

func (c *idCursor) id() logs.EventID { return c.batch.ID[c.at] }

func (c *idCursor) next() (bool, error) {
	if c.at++; c.at < c.batch.Len() {
		return true, nil
	}
	c.at = 0
	for {
		if err := c.ctx.Err(); err != nil {
			return false, err
		}
		ok, err := c.cursor.Next(&c.batch)
		if !isDamage(err) {
			return ok, err
		}
		c.cursor.Skip()
	}
}

// count reads the ids of a run: how many events no other segment has, and what they tell of the stream and of the log. What
// is damaged counts as an event of its own.
func (b *rebuild) count(ctx context.Context, r *segment.Reader, run *segment.Run) (fresh int64, err error) {
	group, stream := b.groups[run.Group], b.streams[run.Stream.Stream]
	if group == nil {
		group = &catalog.Group{ID: run.Group, Scope: run.Scope, Name: run.GroupName, Class: "STANDARD", Created: run.FirstEvent}
		b.groups[run.Group] = group
	}
	if stream == nil {
		stream = &catalog.Stream{ID: run.Stream.Stream, Group: run.Group, Name: run.StreamName, Created: run.FirstEvent}
		b.streams[run.Stream.Stream] = stream
	}
	group.Created, stream.Created = min(group.Created, run.FirstEvent), min(stream.Created, run.FirstEvent)
	left := b.leftOf(ctx, r, run, column.ID)
	read := int64(0)
	left.seen = func(id logs.EventID) {
		read++
		b.contents.Flushed = max(b.contents.Flushed, id.Request)
		stream.Stats.Sequence = max(stream.Stats.Sequence, id.Request)
		stream.Stats.LastIngestion = max(stream.Stats.LastIngestion, id.Ingestion)
	}
	for {
		if _, _, ok := left.next(); !ok {
			break
		}
		fresh++
	}
	if fresh == read {
		fresh = run.Rows // with those that are damaged, if any
	}
	return fresh, left.err
}
