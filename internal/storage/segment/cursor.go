package segment

import (
	"slices"
	"sort"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
)

// Cursor passes over some runs, block after block. It belongs to one goroutine and reads only what can hold events of
// its query: blocks whose ids the directory excludes are not touched, messages of a block are read only if one of its
// ids qualifies, and with a Match the ids only if one of its messages does. Between Next and Close it holds a block,
// packed and unpacked: 512 KiB as a rule.
type Cursor struct {
	r       *Reader
	q       Query
	span    span
	pages   *pages
	runs    []Run
	chosen  func(*Run) bool
	first   int // blocks that the cursor is about, to before end
	end     int
	entered bool // the blocks are those of runs[0]
	from    int  // blocks to read of runs[0], to before to
	to      int
	last    *blockEntry // that was looked at
	filters filterCursor
	fields  fieldCursor
	matched openFinding
	stats   Stats
}

// Cursor returns the events of a run, which is one of r's, in ascending order of id, or descending with q.Reverse.
func (r *Reader) Cursor(run Run, q Query) *Cursor {
	return &Cursor{r: r, q: q, span: q.span(), runs: []Run{run}, end: len(r.dir.blocks)}
}

// Scan returns the events of a group in the order of storage: stream after stream, in ascending order of id in each.
// Streams that chosen refuses are skipped; nil chooses all.
func (r *Reader) Scan(group logs.GroupID, q Query, chosen func(*Run) bool) *Cursor {
	return r.ScanBlocks(group, 0, len(r.dir.blocks), q, chosen)
}

// ScanBlocks is Scan of some blocks alone, from from to before to: who divides Blocks among cursors gets each event once.
func (r *Reader) ScanBlocks(group logs.GroupID, from, to int, q Query, chosen func(*Run) bool) *Cursor {
	q.Reverse = false
	c := &Cursor{r: r, q: q, span: q.span(), chosen: chosen, first: from, end: to}
	if from >= to {
		return c
	}
	first, last := r.dir.blocks[from].firstRow, r.dir.blocks[to-1].firstRow+int64(r.dir.blocks[to-1].rows)
	runs := r.Runs(group)
	a := sort.Search(len(runs), func(i int) bool { return runs[i].FirstRow+runs[i].Rows > first })
	b := a + sort.Search(len(runs)-a, func(i int) bool { return runs[a+i].FirstRow >= last })
	c.runs = runs[a:b]
	return c
}

// ScanAll is Scan of all groups.
func (r *Reader) ScanAll(q Query, chosen func(*Run) bool) *Cursor {
	q.Reverse = false
	return &Cursor{r: r, q: q, span: q.span(), runs: r.dir.runs, chosen: chosen, end: len(r.dir.blocks)}
}

// Next empties b and fills it with the events of one block that has some, or returns false when there are no more.
// The batch, except for its stream names, is valid until the next call of Next or Close.
func (c *Cursor) Next(b *column.Batch) (bool, error) {
	b.Reset()
	b.UseFields(len(c.q.Fields) + c.q.Parts.Len())
	if c.fields.extractor != nil {
		c.fields.extractor.Reset()
	}
	for len(c.runs) > 0 {
		if !c.entered {
			c.enter()
		}
		if c.from >= c.to {
			c.runs, c.entered = c.runs[1:], false
			continue
		}
		at := c.from
		if c.q.Reverse {
			at = c.to - 1
		}
		block := &c.r.dir.blocks[at]
		if b.Len() > 0 && c.pages.block != block {
			return true, nil
		}
		if c.q.Check != nil {
			if err := c.q.Check(c.stats); err != nil {
				b.Reset()
				return false, err
			}
		}
		if excluded, err := c.excludes(at); err != nil {
			return false, err
		} else if excluded {
			c.step()
			continue
		}
		if err := c.read(b, at); err != nil {
			b.Reset()
			return false, err
		}
		c.step()
	}
	return b.Len() > 0, nil
}

// step goes on to the next block of the run.
func (c *Cursor) step() {
	if c.q.Reverse {
		c.to--
	} else {
		c.from++
	}
}

// Stats is what was looked at so far.
func (c *Cursor) Stats() Stats { return c.stats }

// Close gives the cursor's memory to others; its batches are invalid from then on. It may be called at any time, and
// again.
func (c *Cursor) Close() {
	c.runs = nil
	c.matched.keep(c.r)
	c.fields.keep(c.r)
	if c.pages != nil {
		c.pages.give()
		c.pages = nil
	}
}

// enter finds the blocks of the first run that can hold events of the span.
func (c *Cursor) enter() {
	run := &c.runs[0]
	c.entered, c.from, c.to = true, 0, 0
	s := c.span
	if !s.overlaps(run) || c.chosen != nil && !c.chosen(run) {
		return
	}
	blocks := c.r.dir.blocks
	first := sort.Search(len(blocks), func(i int) bool { return blocks[i].firstRow > run.FirstRow }) - 1
	end := sort.Search(len(blocks), func(i int) bool { return blocks[i].firstRow >= run.FirstRow+run.Rows })
	inner := blocks[first+1 : end] // those that start with an event of the run
	c.from = max(c.first, first+sort.Search(len(inner), func(i int) bool { return s.from.Less(inner[i].first) }))
	c.to = min(c.end, first+1+sort.Search(len(inner), func(i int) bool { return !inner[i].first.Less(s.to) }))
}

// read appends what the block has of the first run.
func (c *Cursor) read(b *column.Batch, at int) error {
	if excluded, err := c.openFields(at); err != nil || excluded {
		return err
	}
	if c.pages == nil {
		c.pages = takePages(c.r)
		c.pages.cache = c.r.shared.Pages
	}
	blocks := c.r.dir.blocks
	var next *blockEntry
	if at+1 < len(blocks) {
		next = &blocks[at+1]
	}
	p, run := c.pages, &c.runs[0]
	if block := &blocks[at]; p.block != block {
		p.seek(block)
		p.keep = c.q.Keep || c.q.KeepBytes != nil && c.q.KeepBytes.Add(-block.bytes) >= 0
	}
	from, to, err := p.within(run, c.span, next)
	if err != nil || from >= to {
		return err
	}
	if !c.fields.chosen.in(from, to) {
		c.count(from, to)
		return nil
	}
	isKnown := c.isMatched(at, from, to)
	if !isKnown {
		if err := p.loadMessages(); err != nil {
			return err
		}
	}
	c.count(from, to)
	c.match(from, to, isKnown)
	if len(p.rows) == 0 {
		return nil
	}
	if c.fields.unknown && !c.knowsLeaves(at) || c.q.Columns.Has(column.Message) {
		if err := p.loadMessages(); err != nil {
			return err
		}
	}
	if c.q.Columns.Has(column.ID) {
		if err := p.loadIDs(); err != nil {
			return err
		}
	} else if c.q.Columns.Has(column.Time) {
		if err := p.loadTimes(); err != nil {
			return err
		}
	}
	if err := c.appendFields(b); err != nil {
		return err
	}
	return c.append(b)
}

// matches tells whether the rows of the open block have to be matched.
func (c *Cursor) matches() bool {
	return c.q.Match != nil && !(c.q.Loose && c.fields.chosen.decided)
}

// isMatched tells whether messages are not needed to match the rows from from to before to.
func (c *Cursor) isMatched(at, from, to int) bool {
	if !c.matches() {
		return true
	}
	return c.q.Name != "" && c.matched.open(c.r, at, whatMatch, c.q.Name) && c.matched.known.hasAll(from, to)
}

// match puts the rows of the block that match in p.rows.
func (c *Cursor) match(from, to int, isKnown bool) {
	p, chosen := c.pages, &c.fields.chosen
	switch {
	case !c.matches() && chosen.some:
		p.rows = chosen.rows.append(p.rows[:0], from, to)
	case !c.matches():
		p.all(from, to)
	case isKnown:
		p.rows = chosen.keep(c.matched.taken.append(p.rows[:0], from, to))
	case c.q.Seek != nil || c.q.Name != "": // all at once, or for the next query too
		p.match(from, to, &c.q)
		if c.matched.finding != nil {
			c.matched.take(p.rows, from, to, int(p.block.rows))
		}
		p.rows = chosen.keep(p.rows)
	default:
		p.all(from, to)
		p.rows = slices.DeleteFunc(chosen.keep(p.rows), func(row int32) bool { return !c.q.Match(p.message(int(row))) })
	}
	if c.q.Reverse {
		slices.Reverse(p.rows)
	}
}

// append adds the rows that were matched.
func (c *Cursor) append(b *column.Batch) error {
	p, run := c.pages, &c.runs[0]
	at := b.Extend(len(p.rows), run.Stream.Stream, run.StreamName, c.q.Columns)
	p.copyTimes(b, at, c.q.Columns)
	if !c.q.Columns.Has(column.Message) && !(c.q.Columns.Has(column.Rest) && hasBare(b.Fields[:len(c.q.Fields)], at)) {
		return nil
	}
	if err := p.loadMessages(); err != nil {
		return err
	}
	messages := b.Message[at:]
	for i, row := range p.rows {
		messages[i] = p.message(int(row))
	}
	return nil
}

// copyTimes fills in times and ids of the rows that were matched.
func (p *pages) copyTimes(b *column.Batch, at int, columns column.Columns) {
	if columns.Has(column.ID) {
		ids := b.ID[at:]
		for i, row := range p.rows {
			ids[i] = p.ids[row]
		}
	}
	if !columns.Has(column.Time) {
		return
	}
	times := b.Time[at:]
	switch {
	case len(p.times) == 0: // ids were in the cache
		for i, row := range p.rows {
			times[i] = p.ids[row].Timestamp
		}
	case len(p.rows) == len(p.times) && !isReversed(p.rows):
		copy(times, p.times)
	default:
		for i, row := range p.rows {
			times[i] = p.times[row]
		}
	}
}

// isReversed tells whether rows, of which there is one, stand in descending order.
func isReversed(rows []int32) bool { return rows[0] > rows[len(rows)-1] }

// hasBare tells whether one of the events from row at on has none of the leaves.
func hasBare(fields []column.Vector, at int) bool {
	if len(fields) == 0 {
		return true
	}
rows:
	for row := at; row < fields[0].Len(); row++ {
		for i := range fields {
			if fields[i].Kind[row] > leaf.Null {
				continue rows
			}
		}
		return true
	}
	return false
}

// count counts rows of the block as looked at. The bytes of messages that were not read are taken to be even.
func (c *Cursor) count(from, to int) {
	p := c.pages
	if c.last != p.block {
		c.last = p.block
		c.stats.Blocks++
	}
	c.stats.Events += int64(to - from)
	if len(p.ends) == 0 {
		c.stats.Bytes += p.block.bytes * int64(to-from) / int64(p.block.rows)
		return
	}
	c.stats.Bytes += p.ends[to-1] - p.ends[from] + int64(len(p.message(from)))
}

// all puts the rows from from to before to in p.rows.
func (p *pages) all(from, to int) {
	p.rows = grow(p.rows, to-from)
	for i := range p.rows {
		p.rows[i] = int32(from + i)
	}
}

// match puts the rows whose messages q takes in p.rows.
func (p *pages) match(from, to int, q *Query) {
	p.rows = p.rows[:0]
	if q.Seek != nil {
		p.seekRows(from, to, q)
		return
	}
	for row := from; row < to; row++ {
		if q.Match(p.message(row)) {
			p.rows = append(p.rows, int32(row))
		}
	}
}

// seekRows is match for all messages at once: only those in which Seek finds something are matched.
func (p *pages) seekRows(from, to int, q *Query) {
	start, end := p.ends[from]-int64(len(p.message(from))), p.ends[to-1]
	for row := from; row < to; row++ {
		at := q.Seek(p.text[start:end])
		if at < 0 {
			break
		}
		for at := start + int64(at); row < to && p.ends[row] <= at; {
			row++
		}
		if row == to {
			break
		}
		if q.Match(p.message(row)) {
			p.rows = append(p.rows, int32(row))
		}
		start = p.ends[row]
	}
}

// span is the ids that a query is about: from from to before to.
type span struct{ from, to logs.EventID }

func (q *Query) span() span {
	least, greatest, ok := q.Range.IDs(q.After, q.Before)
	if !ok {
		return span{}
	}
	to, _ := greatest.Next() // the end of a range has ids
	return span{from: least, to: to}
}

// isOfTimes tells whether times alone decide what lies in the span.
func (s span) isOfTimes() bool {
	return s.from == logs.MinEventID(s.from.Timestamp) && s.to == logs.MinEventID(s.to.Timestamp)
}

func (s span) overlaps(run *Run) bool {
	return s.from.Less(s.to) && logs.MinEventID(run.FirstEvent).Less(s.to) && !logs.MaxEventID(run.LastEvent).Less(s.from)
}
