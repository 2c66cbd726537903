package segment

import (
	"fmt"

	"tailrace/internal/logs"
)

// Events are consecutive events of one stream, in slices of the same length.
type Events struct {
	IDs      []logs.EventID
	Messages [][]byte
	// Block, if it is not zero, is where they come from: just these events and no others.
	Block Block
}

// Block is a block of another segment. Its page of messages can be written again as it is, if it was packed as hard: most of
// what a writer does is packing them.
type Block struct {
	r     *Reader
	entry *blockEntry
}

// Block is the block that the last Next read, if the batch has all of it and it has events of one stream only; zero
// otherwise. It is good until the segment's file is closed.
func (c *Cursor) Block(rows int) Block {
	p := c.pages
	if p == nil || p.block == nil || rows != int(p.block.rows) {
		return Block{}
	}
	return Block{c.r, p.block}
}

// AddBatches is Add of events in slices; next gives at least one event at a time. What it gives is read before the next
// call.
func (w *Writer) AddBatches(s Stream, next func() (Events, bool)) error {
	if w.failed {
		return errClosed
	}
	e, ok := next()
	if !ok {
		return nil
	}
	err := w.beginRun(s, e.IDs[0])
	for ; ok && err == nil; e, ok = next() {
		err = w.addBatch(&e)
	}
	if err == nil {
		w.endRun()
		err = w.out.err
	}
	if err != nil {
		w.failed = true
		return fmt.Errorf("segment: stream %d of group %d: %w", s.Stream, s.Group, err)
	}
	return nil
}

// addBatch adds events; a block of another segment stays a block. A small rest in front of it makes one block with it, so
// that such rests do not stay small for ever.
func (w *Writer) addBatch(e *Events) error {
	if e.Block.r == nil || !w.isLarge(int(e.Block.entry.bytes), len(e.IDs)) {
		return w.addAll(e)
	}
	if w.isLarge(len(w.block.messages), w.block.rows()) {
		w.cut()
	}
	if w.block.rows() > 0 && (len(w.block.messages)+int(e.Block.entry.bytes) > w.opts.BlockBytes*3/2 || w.block.rows()+len(e.IDs) > maxBlockRows*3/2) {
		return w.addAll(e)
	}
	whole := w.block.rows() == 0
	w.unbroken = true
	err := w.addAll(e)
	w.unbroken = false
	if err != nil {
		return err
	}
	if whole {
		return w.cutCopy(e.Block)
	}
	w.cut()
	return w.out.err
}

// isLarge tells whether so many bytes or rows are enough for a block.
func (w *Writer) isLarge(bytes, rows int) bool {
	return rows > 0 && (bytes >= w.opts.BlockBytes/2 || rows >= maxBlockRows/2)
}

func (w *Writer) addAll(e *Events) error {
	for i, id := range e.IDs {
		if err := w.add(id, e.Messages[i]); err != nil {
			return err
		}
	}
	return nil
}

// cutCopy ends a block that has the events of another, and takes its page of messages, unless it is to be packed harder or cannot
// be read again: its messages may come from a cache.
func (w *Writer) cutCopy(from Block) error {
	w.copyExtras(from)
	page := &from.entry.page[colMessage]
	if from.r.dir.level < w.opts.Level || !w.readPage(from.r, page) {
		page = nil
	}
	w.cutWith(page)
	return w.out.err
}

// readPage reads a page into w.page; false if that is not possible.
func (w *Writer) readPage(r *Reader, e *pageEntry) bool {
	w.page = grow(w.page, e.size)
	return r.readAt(w.page, e.offset) == nil && checksum(w.page) == e.crc
}

// copyExtras reads what the other block carries of what this one is to carry: it says the same of the same messages. What
// cannot be read is made again.
func (w *Writer) copyExtras(from Block) {
	for kind := range extraKinds {
		e := from.entry.extra[kind]
		if w.makers[kind] == nil || e.size == 0 || kind == extraFields && len(w.blockAlways) > 0 {
			continue
		}
		extra := grow(w.copied[kind], e.size)
		if from.r.readAt(extra, e.offset) == nil && checksum(extra) == e.crc {
			w.copied[kind] = extra
		}
	}
}
