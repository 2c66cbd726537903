package segment

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/storage/cache"
)

// Findings keep what queries found out of messages for those that ask the same again, as a dashboard does every few seconds:
// of a block the rows that a Match takes, and the values of leaves that have no column there. These need not unpack messages.
// A block of 256 KiB takes about 500 bytes for a condition and 9 a row for a leaf; queries over more than there is room for find
// nothing again, for what was used last stays. It is safe for concurrent use; nil keeps nothing.
type Findings struct {
	cache *cache.Cache
	seed  maphash.Seed
}

// NewFindings makes findings of at most so many bytes.
func NewFindings(most int) *Findings {
	return &Findings{cache: cache.New(most), seed: maphash.MakeSeed()}
}

// finding is what is known of a block: of the rows that a query came by. It does not change once it is kept.
type finding struct {
	block  int
	name   string // of what it is about
	known  rowSet
	taken  rowSet        // those that a Match takes
	values column.Vector // of a leaf
	text   int           // bytes of its texts
}

func (f *Findings) key(r *Reader, block int, name string) cache.Key {
	const mix = 0x9E3779B97F4A7C15
	return cache.Key{Segment: r.id, Kind: cache.Finding, Place: int64(maphash.String(f.seed, name) ^ uint64(block)*mix)}
}

// openFinding is the finding of the block that a cursor stands at.
type openFinding struct {
	*finding
	isOwn  bool // not kept yet
	gone   bool // too large to be kept
	places map[string]uint64
}

const (
	whatMatch = "match "
	whatLeaf  = "leaf "
	whatPart  = "part "
	// maxFindingText is the most bytes of different texts that a block's leaves have.
	maxFindingText = 8 << 10
)

// open makes o the finding of a block, and keeps the one before; false if the reader has no findings.
func (o *openFinding) open(r *Reader, block int, what, name string) bool {
	if r.shared.Findings == nil {
		return false
	}
	if o.finding != nil && o.block == block {
		return true
	}
	o.keep(r)
	name = what + name
	if kept, ok := r.shared.Findings.cache.Get(r.shared.Findings.key(r, block, name)).(*finding); ok && kept.block == block && kept.name == name {
		o.finding = kept
		return true
	}
	o.finding, o.isOwn = &finding{block: block, name: name}, true
	return true
}

// keep ends the finding that is open.
func (o *openFinding) keep(r *Reader) {
	if x := o.finding; x != nil && o.isOwn && !o.gone && len(x.known) > 0 {
		size := 16*len(x.known) + 9*len(x.values.Kind) + x.text + 24*len(x.values.Dict) + len(x.name) + 160
		r.shared.Findings.cache.Add(r.shared.Findings.key(r, x.block, x.name), x, size)
	}
	o.finding, o.isOwn, o.gone = nil, false, false
	clear(o.places)
}

// own makes the finding one that may be changed, of a block of so many rows.
func (o *openFinding) own(rows int) {
	if !o.isOwn {
		x := *o.finding
		x.known, x.taken = slices.Clone(x.known), slices.Clone(x.taken)
		x.values = column.Vector{Kind: slices.Clone(x.values.Kind), Word: slices.Clone(x.values.Word), Dict: slices.Clone(x.values.Dict)}
		o.finding, o.isOwn = &x, true
	}
	if len(o.known) == 0 {
		o.known = make(rowSet, (rows+63)/64)
	}
}

// take notes which of the rows from from to before to a Match takes.
func (o *openFinding) take(rows []int32, from, to, all int) {
	o.own(all)
	if len(o.taken) == 0 {
		o.taken = make(rowSet, len(o.known))
	}
	for row := from; row < to; row++ {
		o.known.add(row)
	}
	for _, row := range rows {
		o.taken.add(int(row))
	}
}

// put notes the leaf of a row; false if there are too many texts, and then none may be put any more.
func (o *openFinding) put(row int, v leaf.Value, all int) bool {
	if o.gone {
		return false
	}
	o.own(all)
	if len(o.values.Kind) == 0 {
		o.values.Kind, o.values.Word = make([]leaf.Kind, all), make([]uint64, all)
	}
	if v.Kind >= leaf.Number {
		if v.Word, o.gone = o.place(v.Text); o.gone {
			return false
		}
	}
	o.known.add(row)
	o.values.Kind[row], o.values.Word[row] = v.Kind, v.Word
	return true
}

// place is where a text stands in the dictionary.
func (o *openFinding) place(text []byte) (place uint64, full bool) {
	if o.places == nil {
		o.places = map[string]uint64{}
	}
	if len(o.places) == 0 {
		for i, have := range o.values.Dict {
			o.places[string(have)] = uint64(i)
		}
	}
	if place, ok := o.places[string(text)]; ok {
		return place, false
	}
	if o.text += len(text); o.text > maxFindingText {
		return 0, true
	}
	place = uint64(len(o.values.Dict))
	o.values.Dict = append(o.values.Dict, bytes.Clone(text))
	o.places[string(text)] = place
	return place, false
}

// rowSet is a set of rows of a block, a bit each.
type rowSet []uint64

func (s rowSet) add(row int)      { s[row>>6] |= 1 << (row & 63) }
func (s rowSet) has(row int) bool { return row>>6 < len(s) && s[row>>6]>>(row&63)&1 != 0 }

// hasAll tells whether all rows from from to before to are there.
func (s rowSet) hasAll(from, to int) bool {
	for row := from; row < to; {
		if row>>6 >= len(s) {
			return false
		}
		// The rows of this word that are asked for.
		n := min(64-row&63, to-row)
		if bits.OnesCount64(s[row>>6]>>(row&63)<<(64-n)) != n {
			return false
		}
		row += n
	}
	return true
}

// append appends the rows from from to before to that are there.
func (s rowSet) append(rows []int32, from, to int) []int32 {
	for at := from >> 6; at < len(s) && at<<6 < to; at++ {
		for word := s[at]; word != 0; word &= word - 1 {
			if row := at<<6 + bits.TrailingZeros64(word); row >= from && row < to {
				rows = append(rows, int32(row))
			}
		}
	}
	return rows
}
