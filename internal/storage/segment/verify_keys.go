package segment

import (
	"encoding/binary"
	"sort"

	"github.com/parquet-go/parquet-go/format"
)

// keys checks a row group's key columns: that other readers see the names and ids that the directory has.
func (v *verifier) keys(g *rowGroup) error {
	b := make([]byte, g.keys.size)
	if err := v.r.readAt(b, g.keys.offset); err != nil {
		return err
	}
	if checksum(b) != g.keys.crc {
		return v.r.corrupt(g.keys.offset, "checksum of key columns differs")
	}
	in := keyReader{v: v, b: b, offset: g.keys.offset}
	for c := range keyColumns {
		if err := in.column(c, g); err != nil {
			return err
		}
	}
	if len(in.b) > 0 {
		return v.r.corrupt(in.offset, "%d bytes behind the key columns", len(in.b))
	}
	return nil
}

// keyReader reads the pages of key columns one after the other.
type keyReader struct {
	v      *verifier
	b      []byte
	offset int64 // of b
}

// column compares one column with the runs, row by row.
func (in *keyReader) column(c keyColumn, g *rowGroup) error {
	at := in.offset
	h, raw, err := in.page(format.DictionaryPage, format.Plain)
	if err != nil {
		return err
	}
	values, ok := plainValues(raw, int(h.DictionaryPageHeader.V.NumValues), isID(c))
	if !ok {
		return in.v.r.corrupt(at, "malformed dictionary")
	}
	runs := in.v.r.dir.runs
	row, end := g.firstRow, in.v.r.dir.endOf(g)
	run := sort.Search(len(runs), func(i int) bool { return runs[i].FirstRow > row }) - 1
	for row < end {
		at := in.offset
		h, raw, err := in.page(format.DataPage, format.RLEDictionary)
		if err != nil {
			return err
		}
		repeats, ok := decodeRepeats(raw, int(h.DataPageHeader.V.NumValues), len(values))
		if !ok {
			return in.v.r.corrupt(at, "malformed page of repeats")
		}
		for _, r := range repeats {
			for r.count > 0 && row < end {
				n := min(int64(r.count), runs[run].FirstRow+runs[run].Rows-row)
				if values[r.entry] != keyOf(&runs[run].Stream, c) {
					return in.v.r.corrupt(at, "column %d says otherwise than the directory of row %d", c, row)
				}
				row += n
				if r.count -= int(n); row == runs[run].FirstRow+runs[run].Rows {
					run++
				}
			}
			if r.count > 0 {
				return in.v.r.corrupt(at, "column %d has too many rows", c)
			}
		}
	}
	return nil
}

// endOf is the row behind a row group.
func (d *directory) endOf(g *rowGroup) int64 {
	last := &d.blocks[g.firstBlock+g.blocks-1]
	return last.firstRow + int64(last.rows)
}

// page reads the next page.
func (in *keyReader) page(kind format.PageType, encoding format.Encoding) (format.PageHeader, []byte, error) {
	at := in.offset
	h, size, err := pageHeader(in.b)
	if err != nil || size > len(in.b) || h.Type != kind || h.CompressedPageSize < 0 || int(h.CompressedPageSize) > len(in.b)-size ||
		h.UncompressedPageSize < 0 || h.UncompressedPageSize > maxPage {
		return h, nil, in.v.r.corrupt(at, "page header of a key column: %v", err)
	}
	page := in.b[:size+int(h.CompressedPageSize)]
	values := int(h.DataPageHeader.V.NumValues) + int(h.DictionaryPageHeader.V.NumValues) // one of which is missing
	entry := pageEntry{offset: at, header: size, raw: int(h.UncompressedPageSize)}
	if err := in.v.header(page, entry, kind, values, encoding); err != nil {
		return h, nil, err
	}
	raw, err := unpack(make([]byte, 0, h.UncompressedPageSize), page[size:])
	if err != nil || len(raw) != int(h.UncompressedPageSize) {
		return h, nil, in.v.r.corrupt(at, "page of a key column does not unpack: %v", err)
	}
	in.b = in.b[len(page):]
	in.offset += int64(len(page))
	return h, raw, nil
}

// plainValues decodes a dictionary: ids of 8 bytes, or names with their lengths.
func plainValues(raw []byte, n int, id bool) (values []string, ok bool) {
	text := string(raw)
	for len(text) > 0 {
		size := 8
		if !id {
			if len(text) < 4 {
				return nil, false
			}
			size = int(binary.LittleEndian.Uint32([]byte(text[:4])))
			text = text[4:]
		}
		if size > len(text) {
			return nil, false
		}
		values = append(values, text[:size])
		text = text[size:]
	}
	return values, len(values) == n
}

// decodeRepeats decodes what appendRepeats wrote: n values, none beyond entries.
func decodeRepeats(raw []byte, n, entries int) (repeats []repeat, ok bool) {
	if len(raw) == 0 {
		return nil, false
	}
	size := (int(raw[0]) + 7) / 8
	raw = raw[1:]
	for len(raw) > 0 {
		count, used := binary.Uvarint(raw)
		if used <= 0 || count&1 != 0 || count>>1 > uint64(n) || len(raw) < used+size || size > 4 {
			return nil, false
		}
		var entry [4]byte
		copy(entry[:], raw[used:used+size])
		r := repeat{entry: binary.LittleEndian.Uint32(entry[:]), count: int(count >> 1)}
		if int(r.entry) >= entries {
			return nil, false
		}
		repeats = append(repeats, r)
		raw = raw[used+size:]
		n -= r.count
	}
	return repeats, n == 0
}
