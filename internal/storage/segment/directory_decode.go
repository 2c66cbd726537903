package segment

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"tailrace/internal/logs"
)

var errDirectory = errors.New("malformed directory")

// Bounds of what a directory may claim; a writer stays far below.
const (
	maxPage      = 64 << 20
	maxRows      = 1 << 20 // of a block
	maxDirectory = 256 << 20
)

// decodeDirectory reads an unpacked directory of a file in which the directory itself starts at end: everything in
// front of it must be accounted for, to the byte.
func decodeDirectory(body []byte, version uint32, end int64) (*directory, error) {
	d := &directory{}
	wanted := uint64(1<<sectionRuns | 1<<sectionGroups | 1<<sectionBlocks | 1<<sectionIndex)
	if version > 1 {
		wanted |= 1<<sectionExtras | 1<<sectionLevel
	}
	seen := uint64(0)
	in := input{b: body}
	for len(in.b) > 0 && !in.bad {
		id, size := in.uvarint(), in.count(1)
		part := input{b: in.take(size)}
		known := id < 64 && wanted&(1<<id) != 0
		switch id {
		case sectionRuns:
			d.decodeRuns(&part)
		case sectionGroups:
			d.decodeGroups(&part)
		case sectionBlocks:
			d.decodeBlocks(&part)
		case sectionIndex:
			d.index = section{size: part.size(), crc: part.uint32()}
		case sectionExtras:
			if known {
				d.decodeExtras(&part)
			}
		case sectionLevel:
			d.level = Level(min(part.uvarint(), uint64(levels)))
		}
		if known {
			in.bad = in.bad || part.bad || len(part.b) > 0 || seen&(1<<id) != 0
			seen |= 1 << id
		}
	}
	if in.bad || seen != wanted || !d.place(end) {
		return nil, errDirectory
	}
	return d, nil
}

func (d *directory) decodeRuns(in *input) {
	in.text = string(in.b) // what all names are parts of
	var last Run
	groups := in.count(11)
	for g := range groups {
		delta := in.uvarint()
		next := last.Group + logs.GroupID(delta)
		if g > 0 && next <= last.Group {
			in.bad = true
		}
		last.Group, last.Stream.Stream = next, 0
		last.Scope = logs.Scope{Account: in.string(), Region: in.string()}
		last.GroupName = in.string()
		n := in.count(6)
		if n == 0 {
			in.bad = true
		}
		d.runs = slices.Grow(d.runs, n)
		for i := 0; i < n && !in.bad; i++ {
			last = in.run(last, i == 0)
			d.runs = append(d.runs, last)
		}
		if in.bad {
			return
		}
	}
}

// run reads the run behind last.
func (in *input) run(last Run, firstOfGroup bool) Run {
	r := last
	r.Stream.Stream += logs.StreamID(in.uvarint())
	r.StreamName = in.string()
	r.FirstRow = last.FirstRow + last.Rows
	r.Rows, r.Bytes = in.size(), in.size()
	r.FirstEvent += in.varint()
	r.LastEvent = r.FirstEvent + in.size()
	if !firstOfGroup && r.Stream.Stream <= last.Stream.Stream || r.Rows == 0 || r.FirstEvent < 0 || r.LastEvent < r.FirstEvent ||
		r.FirstRow > math.MaxInt64-r.Rows {
		in.bad = true
	}
	return r
}

func (d *directory) decodeGroups(in *input) {
	d.rowGroups = make([]rowGroup, in.count(6))
	for i := range d.rowGroups {
		d.rowGroups[i] = rowGroup{blocks: in.length(), keys: section{size: in.size(), crc: in.uint32()}}
	}
}

func (d *directory) decodeBlocks(in *input) {
	d.blocks = make([]blockEntry, in.count(6+7*int(eventColumns)))
	var last logs.EventID
	for i := range d.blocks {
		b := blockEntry{rows: int32(in.length()), bytes: int64(in.length())}
		b.first.Timestamp = last.Timestamp + in.varint()
		b.first.Ingestion = b.first.Timestamp + in.varint()
		b.first.Request = last.Request + uint64(in.varint())
		b.first.Index = uint16(in.length())
		for c := range b.page {
			p := pageEntry{size: in.length(), header: in.length()}
			p.raw = p.size - p.header + int(in.varint())
			p.crc = in.uint32()
			if p.header > p.size || p.raw < 0 || p.raw > maxPage {
				in.bad = true
			}
			b.page[c] = p
		}
		if b.rows == 0 || b.rows > maxRows {
			in.bad = true
		}
		d.blocks[i] = b
		last = b.first
	}
}

// decodeExtras reads the section behind that of the blocks.
func (d *directory) decodeExtras(in *input) {
	for i := range d.blocks {
		for kind := range extraKinds {
			e := extraEntry{size: in.length()}
			if e.size > 0 {
				e.crc = in.uint32()
			}
			d.blocks[i].extra[kind] = e
		}
	}
}

// place finds where everything is, since nothing lies between: it tells whether sizes and rows add up.
func (d *directory) place(end int64) bool {
	at, row, block := int64(len(magic)), int64(0), 0
	for i := range d.rowGroups {
		g := &d.rowGroups[i]
		if g.blocks == 0 || g.blocks > len(d.blocks)-block {
			return false
		}
		g.firstRow, g.firstBlock = row, block
		blocks := d.blocks[block : block+g.blocks]
		for c := range g.start {
			g.start[c] = at
			for b := range blocks {
				blocks[b].page[c].offset = at
				at += int64(blocks[b].page[c].size)
			}
		}
		g.keys.offset = at
		if g.keys.size > end-at {
			return false
		}
		at += g.keys.size
		for kind := range extraKinds {
			for b := range blocks {
				blocks[b].extra[kind].offset = at
				at += int64(blocks[b].extra[kind].size)
			}
		}
		for b := range blocks {
			blocks[b].firstRow = row
			g.bytes += blocks[b].bytes
			row += int64(blocks[b].rows)
		}
		block += g.blocks
	}
	d.index.offset = at
	return block == len(d.blocks) && row == d.rows() && d.index.size == end-at
}

// rows is the number of rows of all runs.
func (d *directory) rows() int64 {
	if len(d.runs) == 0 {
		return 0
	}
	last := d.runs[len(d.runs)-1]
	return last.FirstRow + last.Rows
}

// input is encoded bytes being read. After the first mistake it is bad and gives zeros.
type input struct {
	b    []byte
	text string // the same bytes where strings are to be read
	bad  bool
}

func (in *input) uvarint() uint64 {
	v, n := binary.Uvarint(in.b)
	in.skip(n)
	if in.bad {
		return 0
	}
	return v
}

func (in *input) varint() int64 {
	v, n := binary.Varint(in.b)
	in.skip(n)
	if in.bad {
		return 0
	}
	return v
}

// skip drops the n bytes of a value that was read; none or a negative number of them is a mistake.
func (in *input) skip(n int) {
	if n <= 0 {
		in.bad = true
		in.b = nil
	}
	if in.bad {
		return
	}
	in.take(n)
}

// size is a number of bytes, rows or milliseconds.
func (in *input) size() int64 {
	v := in.uvarint()
	if v > math.MaxInt64 {
		in.bad = true
		return 0
	}
	return int64(v)
}

// length is a number that fits in 31 bits and, as bytes, in a page.
func (in *input) length() int {
	v := in.uvarint()
	if v > maxPage {
		in.bad = true
		return 0
	}
	return int(v)
}

// count is a number of things of at least least bytes each, all of which are still to come.
func (in *input) count(least int) int {
	v := in.uvarint()
	if v > uint64(len(in.b)/least) {
		in.bad = true
		return 0
	}
	return int(v)
}

func (in *input) uint32() uint32 {
	b := in.take(4)
	if len(b) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// string reads a length and as many bytes of text.
func (in *input) string() string {
	n := in.count(1)
	s := in.text[:min(n, len(in.text))]
	in.take(n)
	return s
}

// take returns the next n bytes, nil if there are not as many.
func (in *input) take(n int) []byte {
	if in.bad || n > len(in.b) {
		in.bad, in.b = true, nil
		return nil
	}
	b := in.b[:n]
	in.b = in.b[n:]
	if in.text != "" {
		in.text = in.text[n:]
	}
	return b
}
