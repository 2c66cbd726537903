package segment

import (
	"errors"

	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
	"tailrace/internal/storage/gram"
)

const (
	// filterBlocks is how many blocks of a row group have their filters read at a time: 48 KiB as a rule.
	filterBlocks = 16
	// A block's filter takes at most this part of its page of messages, or this part of its messages if that is more: where
	// messages are nearly the same it is the page that is small.
	filterShare    = 7
	filterShareRaw = 256
	filterRoom     = 64 // for small blocks
)

// makeFilter appends the filter of a block's messages.
func (w *Writer) makeFilter(dst []byte, b *block) []byte {
	text := b.messages
	for _, length := range b.ints[colMessage] {
		w.grams.Add(text[:length])
		text = text[length:]
	}
	return w.grams.AppendTo(dst, max(b.packed/filterShare, len(b.messages)/filterShareRaw, filterRoom))
}

// filterSet is the filters of some consecutive blocks. It does not change.
type filterSet struct {
	from, to int                  // the first block, and the one behind the last
	of       [filterBlocks][]byte // empty: nothing is known of the block
	bytes    int
}

// loadFilters reads the filters of blocks. Beside them it returns a *CorruptError if some are damaged: they are left out.
func (r *Reader) loadFilters(from, to int) (*filterSet, error) {
	s := &filterSet{from: from, to: to}
	x := extras{exact: true} // it is kept
	if err := x.load(r, extraGrams, from, to); isCorrupt(err) {
		return s, err
	} else if err != nil {
		return nil, err
	}
	s.bytes = len(x.b)
	var damage error
	for i := range to - from {
		filter, err := x.of(&r.dir.blocks[from+i])
		if err != nil {
			damage = err
			continue
		}
		s.of[i] = filter
	}
	return s, damage
}

// filterRange is the blocks whose filters are read together with a block's.
func (r *Reader) filterRange(block int) (from, to int) {
	g := r.dir.groupOf(block)
	from = block - (block-g.firstBlock)%filterBlocks
	return from, min(from+filterBlocks, g.firstBlock+g.blocks)
}

// filter checks that the filter of the block of v.pages excludes none of its messages.
func (v *verifier) filter(filter []byte) error {
	p := v.pages
	for row := range p.ends {
		if !gram.Covers(filter, p.message(row)) {
			return v.r.corrupt(p.block.extra[extraGrams].offset, "filter excludes message %d of its block", row)
		}
	}
	return nil
}

// filterCursor is what a cursor has of the filters: those around the block that it stands at.
type filterCursor struct {
	set      *filterSet
	block    int // that excluded is about, if there is a set
	excluded bool
	failed   bool // Next failed at filters: no block is to be skipped for that
}

// excludes tells whether a block's filter excludes what the query requires, and counts such a block.
func (c *Cursor) excludes(at int) (bool, error) {
	f := &c.filters
	f.failed = false
	if c.q.Required == nil || c.r.dir.blocks[at].extra[extraGrams].size == 0 {
		return false, nil
	}
	if f.set != nil && f.block == at {
		return f.excluded, nil
	}
	if f.set == nil || at < f.set.from || at >= f.set.to {
		var err error
		if f.set, err = c.r.filtersAround(at); err != nil {
			f.failed, f.block = true, -1
			return false, err
		}
	}
	f.block, f.excluded = at, !c.q.Required.MayMatch(f.set.of[at-f.set.from])
	if f.excluded {
		c.stats.skip(&c.r.dir.blocks[at])
	}
	return f.excluded, nil
}

// Excludes tells whether the filters of all of a group's blocks exclude what is required, and counts the blocks if they do: then
// its runs need not be gone through. An error says of filters what Cursor.Next says, and excludes nothing.
func (r *Reader) Excludes(group logs.GroupID, required *gram.Condition) (Stats, bool, error) {
	c := Cursor{r: r, q: Query{Required: required}}
	from, to := r.Blocks(group)
	for at := from; at < to; at++ {
		if excluded, err := c.excludes(at); err != nil || !excluded {
			return Stats{}, false, err
		}
	}
	return c.stats, true, nil
}

// LoadFilters reads filters into the cache, as many as have about so many bytes, and returns how many these are. What cannot be
// read is left to those who ask for it.
func (r *Reader) LoadFilters(most int) (bytes int) {
	for block := range r.dir.filterSets() {
		if bytes >= most {
			break
		}
		if s, err := r.filtersAround(block); err == nil {
			bytes += s.weight()
		}
	}
	return bytes
}

// filtersAround returns the filters around a block, from the cache or the file. With a *CorruptError it returns what is
// whole.
func (r *Reader) filtersAround(block int) (*filterSet, error) {
	from, to := r.filterRange(block)
	key := cache.Key{Segment: r.id, Kind: cache.Filter, Place: int64(from)}
	if s, ok := r.shared.Filters.Get(key).(*filterSet); ok {
		return s, nil
	}
	s, err := r.loadFilters(from, to)
	if s != nil {
		r.shared.Filters.Add(key, s, s.weight())
	}
	return s, err
}

func isCorrupt(err error) bool {
	_, ok := errors.AsType[*CorruptError](err)
	return ok
}

// filterSets gives the first blocks of the sets that filters are read in.
func (d *directory) filterSets() func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for _, g := range d.rowGroups {
			for from := g.firstBlock; from < g.firstBlock+g.blocks; from += filterBlocks {
				if !yield(from) {
					return
				}
			}
		}
	}
}

// weight is about the memory that a set takes.
func (s *filterSet) weight() int { return s.bytes + 440 }
