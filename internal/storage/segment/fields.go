package segment

import (
	"errors"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
	"tailrace/internal/storage/field"
)

// useFields makes the writer's blocks carry columns of JSON leaves, if the options say so.
func (w *Writer) useFields() {
	if w.opts.Fields.Columns <= 0 && w.opts.Always == nil {
		return
	}
	b := field.NewBuilder(w.opts.Fields)
	w.makers[extraFields] = func(dst []byte, block *block) []byte {
		dst = b.Append(dst, block.ints[colMessage], block.messages, w.blockAlways, maxExtra(len(block.messages)))
		w.blockAlways = append(w.blockAlways[:0], w.groupAlways...)
		return dst
	}
}

// beginFields notes the paths that the group's events always have columns of.
func (w *Writer) beginFields(group logs.GroupID) {
	if w.opts.Always == nil {
		return
	}
	w.groupAlways = w.opts.Always(group)
	if w.block.rows() == 0 {
		w.blockAlways = w.blockAlways[:0]
	}
	for _, path := range w.groupAlways {
		if !slices.Contains(w.blockAlways, path) {
			w.blockAlways = append(w.blockAlways, path)
		}
	}
}

// fieldBlocks is how many blocks of a row group have their fields read at a time: 50 KiB as a rule.
const fieldBlocks = 16

// fieldCursor is what a cursor has of the columns of the block that it stands at.
type fieldCursor struct {
	loaded    extras
	from, to  int // blocks that are loaded
	at        int // the block, if isOpen
	isOpen    bool
	excluded  bool
	failed    bool // Next failed at the fields alone: the block is there, read without them
	block     field.Block
	places    []int // of Query.Fields: column, field.Absent or field.Unknown
	unknown   bool  // there is one of these
	vectors   []column.Vector
	decoded   []bool
	extractor *column.Extractor
	found     []openFinding // of the fields that are unknown
	chosen    chosen
}

// openFields opens the columns of a block, and tells whether they exclude what the query wants.
func (c *Cursor) openFields(at int) (excluded bool, err error) {
	f := &c.fields
	if len(c.q.Fields) == 0 && len(c.q.Where) == 0 && c.q.Parts == nil || f.isOpen && f.at == at {
		return f.excluded, nil
	}
	f.isOpen, f.at, f.excluded = true, at, false
	f.decoded = slices.Grow(f.decoded[:0], len(c.q.Fields))[:len(c.q.Fields)]
	clear(f.decoded)
	block := &c.r.dir.blocks[at]
	extra, err := c.loadFields(at)
	if err == nil {
		err = f.block.Open(extra, int(block.rows))
	}
	if err != nil {
		return false, c.withoutFields(err)
	}
	f.find(c.q.Fields, c.q.Parts)
	if f.excluded = !f.block.MayMatch(c.q.Where); f.excluded {
		c.stats.skip(block)
		return true, nil
	}
	if err := c.chooseRows(); err != nil {
		return false, c.withoutFields(err)
	}
	return false, nil
}

// find looks the fields up in the block. Parts have no columns.
func (f *fieldCursor) find(paths []string, parts *column.Parts) {
	f.places, f.unknown = f.places[:0], false
	for _, path := range paths {
		place := f.block.Find(path)
		f.places = append(f.places, place)
		f.unknown = f.unknown || place == field.Unknown
	}
	for range parts.Len() {
		f.places, f.unknown = append(f.places, field.Unknown), true
	}
}

// withoutFields makes the open block one of which nothing is known.
func (c *Cursor) withoutFields(err error) error {
	f := &c.fields
	block := &c.r.dir.blocks[f.at]
	if errors.Is(err, field.ErrDamaged) {
		err = c.r.corrupt(block.extra[extraFields].offset, "%v", err)
	}
	if damage := new(CorruptError); !errors.As(err, &damage) {
		f.isOpen = false
		return err
	}
	f.failed = true
	_ = f.block.Open(nil, int(block.rows)) // nothing can be wrong with nothing
	f.find(c.q.Fields, c.q.Parts)
	f.chosen.some, f.chosen.decided = false, false
	return err
}

// loadFields returns the extra of a block; those of blocks that a cursor comes to next are read with it.
func (c *Cursor) loadFields(at int) ([]byte, error) {
	f := &c.fields
	block := &c.r.dir.blocks[at]
	if block.extra[extraFields].size == 0 {
		return nil, nil
	}
	if at < f.from || at >= f.to {
		g := c.r.dir.groupOf(at)
		f.from, f.to = at, min(at+fieldBlocks, g.firstBlock+g.blocks, c.to)
		if c.q.Reverse {
			f.from, f.to = max(at-fieldBlocks+1, g.firstBlock, c.from), at+1
		}
		if err := f.loaded.load(c.r, extraFields, f.from, f.to); err != nil {
			f.from, f.to = 0, 0
			return nil, err
		}
	}
	return f.loaded.of(block)
}

// appendFields adds the fields of the rows that were matched.
func (c *Cursor) appendFields(b *column.Batch) error {
	f, p := &c.fields, c.pages
	for i, place := range f.places {
		if place == field.Unknown {
			continue
		}
		if len(p.rows) == int(p.block.rows) && !c.q.Reverse {
			if err := f.block.Read(&b.Fields[i], place); err != nil {
				return c.withoutFields(err)
			}
			continue
		}
		v, err := c.decode(i)
		if err != nil {
			return c.withoutFields(err)
		}
		gather(&b.Fields[i], v, p.rows)
	}
	if f.unknown {
		c.extract(b)
	}
	return nil
}

// decode returns a whole column of the block.
func (c *Cursor) decode(i int) (*column.Vector, error) {
	f := &c.fields
	if len(f.vectors) <= i {
		f.vectors = slices.Grow(f.vectors, i+1-len(f.vectors))[:i+1]
	}
	v := &f.vectors[i]
	if f.decoded[i] {
		return v, nil
	}
	if err := f.block.Read(v, f.places[i]); err != nil {
		return nil, err
	}
	f.decoded[i] = true
	return v, nil
}

// gather adds some rows of a column. All rows of to are of that column, so they share its texts; it may have got more of them.
func gather(to, from *column.Vector, rows []int32) {
	to.Dict = append(to.Dict, from.Dict[len(to.Dict):]...)
	for _, row := range rows {
		to.Kind = append(to.Kind, from.Kind[row])
		to.Word = append(to.Word, from.Word[row])
	}
}

// knowsLeaves tells whether messages are not needed for the fields of the matched rows that have no columns.
func (c *Cursor) knowsLeaves(at int) bool {
	f := &c.fields
	f.found = slices.Grow(f.found[:0], len(f.places))[:len(f.places)]
	for i, place := range f.places {
		if place == field.Unknown {
			what, name := c.q.nameOf(i)
			f.found[i].open(c.r, at, what, name)
		}
	}
	for _, row := range c.pages.rows {
		if !f.areFound(int(row)) {
			return false
		}
	}
	return true
}

// extract reads the fields that have no columns from the messages, as far as they were not found before.
func (c *Cursor) extract(b *column.Batch) {
	f, p := &c.fields, c.pages
	if f.extractor == nil {
		f.extractor = column.NewExtractor(c.q.Fields, c.q.Parts)
	}
	for n, row := range p.rows {
		if f.areFound(int(row)) {
			continue
		}
		for i, v := range f.extractor.Extract(p.message(int(row))) {
			if f.places[i] == field.Unknown {
				c.found(b, i, n, v)
			}
		}
	}
	for i, place := range f.places {
		if x := &f.found[i]; place == field.Unknown && x.finding != nil && !x.gone {
			gather(&b.Fields[i], &x.values, p.rows)
		}
	}
}

// nameOf is what the findings of a field are called.
func (q *Query) nameOf(field int) (what, name string) {
	if n := field - len(q.Fields); n >= 0 {
		return whatPart, q.Parts.Names[n]
	}
	return whatLeaf, q.Fields[field]
}

// areFound tells whether all fields of a row without columns were found before.
func (f *fieldCursor) areFound(row int) bool {
	for i, place := range f.places {
		if x := &f.found[i]; place == field.Unknown && (x.finding == nil || x.gone || !x.known.has(row)) {
			return false
		}
	}
	return true
}

// found notes a field of the n-th row that was matched, or adds it to the batch if its texts are too many to be noted.
func (c *Cursor) found(b *column.Batch, i, n int, v leaf.Value) {
	x, p := &c.fields.found[i], c.pages
	if x.finding != nil && !x.gone {
		if x.known.has(int(p.rows[n])) || x.put(int(p.rows[n]), v, int(p.block.rows)) {
			return
		}
		gather(&b.Fields[i], &x.values, p.rows[:n])
	}
	b.Fields[i].Append(v)
}

// keep ends the findings that are open.
func (f *fieldCursor) keep(r *Reader) {
	for i := range f.found {
		f.found[i].keep(r)
	}
}
