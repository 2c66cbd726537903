package field

import (
	"encoding/binary"
	"math/bits"

	"tailrace/internal/leaf"
)

// candidate is a path that may become a column. It has a dictionary until there are too many different values; from then on
// texts are given up unless the path is always wanted, and other values are kept as they are.
type candidate struct {
	path    int // in the reader's
	always  bool
	doubled bool
	dropped bool
	rows    int      // that have a code
	present int      // that have a value
	codes   []uint16 // 0: none, others: entry + 1
	entries []entry
	table   []uint16 // of entries + 1 by hash; empty until there are several
	last    uint16   // code of the last row with a value
	wide    []wide   // values behind the rows with codes
}

type entry struct {
	raw   []byte
	text  bool // of raw: it stood between quotes
	value leaf.Value
}

// wide is the value of a row that has no code.
type wide struct {
	row   int
	value leaf.Value
}

const tableSize = 1024 // more than twice the entries that are ever in it

func (c *candidate) reset(path int, always bool) {
	clear(c.entries)
	clear(c.wide)
	clear(c.table)
	*c = candidate{path: path, always: always, codes: c.codes[:0], entries: c.entries[:0], table: c.table[:0:cap(c.table)], wide: c.wide[:0]}
}

// add gives a row its value; rows before it that have none are passed over.
func (c *candidate) add(row int, l *leaf.Leaf, room []byte) []byte {
	c.doubled = c.doubled || l.Doubled
	if c.dropped {
		return room
	}
	c.present++
	if len(c.wide) > 0 {
		return c.addWide(row, l, room)
	}
	for c.rows < row {
		c.codes = append(c.codes, 0)
		c.rows++
	}
	code := c.last
	if code == 0 || !c.entries[code-1].is(l) {
		if code, room = c.find(l, room); code == 0 {
			return c.widen(row, l, room)
		}
		c.last = code
	}
	c.codes = append(c.codes, code)
	c.rows++
	return room
}

// isOfNumbers tells whether the values are numbers, going by the first.
func (c *candidate) isOfNumbers() bool {
	return len(c.entries) > 0 && c.entries[0].value.Kind.IsNumber()
}

func (e *entry) is(l *leaf.Leaf) bool {
	return string(e.raw) == string(l.Raw) && e.text == (l.Kind == leaf.Text)
}

// find returns the code of a value, which it gets if it is new; 0 if there are too many.
func (c *candidate) find(l *leaf.Leaf, room []byte) (uint16, []byte) {
	if len(c.table) == 0 {
		if cap(c.table) == 0 {
			c.table = make([]uint16, tableSize)
		}
		c.table = c.table[:tableSize]
	}
	at := hash(l.Raw) % tableSize
	for ; c.table[at] != 0; at = (at + 1) % tableSize {
		if c.entries[c.table[at]-1].is(l) {
			return c.table[at], room
		}
	}
	if len(c.entries) == maxEntries || l.Kind == leaf.Text && !c.always && c.looksUnique() {
		return 0, room
	}
	e := entry{raw: l.Raw, text: l.Kind == leaf.Text}
	e.value, room = l.Value(room)
	c.entries = append(c.entries, e)
	c.table[at] = uint16(len(c.entries))
	return c.table[at], room
}

// looksUnique tells early that texts are too different for a column.
func (c *candidate) looksUnique() bool { return len(c.entries) > 24+c.present/2 }

// widen ends the dictionary.
func (c *candidate) widen(row int, l *leaf.Leaf, room []byte) []byte {
	if l.Kind == leaf.Text && !c.always {
		c.dropped = true
		return room
	}
	return c.addWide(row, l, room)
}

func (c *candidate) addWide(row int, l *leaf.Leaf, room []byte) []byte {
	if l.Kind == leaf.Text && !c.always {
		c.dropped = true
		return room
	}
	w := wide{row: row}
	w.value, room = l.Value(room)
	c.wide = append(c.wide, w)
	return room
}

// hash mixes the first and last bytes of a text with its length: values of one path seldom differ in the middle alone.
func hash(raw []byte) uint64 {
	n := len(raw)
	h := uint64(n) * 0x9E3779B97F4A7C15
	if n >= 8 {
		h ^= binary.LittleEndian.Uint64(raw) * 0xBF58476D1CE4E5B9
		h = bits.RotateLeft64(h, 31) ^ binary.LittleEndian.Uint64(raw[n-8:])*0x94D049BB133111EB
		if n > 16 {
			h = bits.RotateLeft64(h, 27) ^ binary.LittleEndian.Uint64(raw[n/2-4:])
		}
	} else {
		v := uint64(0)
		for _, c := range raw {
			v = v<<8 | uint64(c)
		}
		h ^= v * 0xBF58476D1CE4E5B9
	}
	h *= 0x94D049BB133111EB
	return h >> 40
}
