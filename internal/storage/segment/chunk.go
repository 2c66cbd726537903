package segment

import (
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// chunk is the pages of one column in one row group.
type chunk struct {
	buf        []byte // the pages; empty for messages, which are in the file already
	pages      []pageInfo
	size       int64 // bytes of all pages with their headers, and of the dictionary
	raw        int64 // the same, before compression
	dictionary int64 // bytes of the dictionary page, which stands first
}

// pageInfo is what the page index and the statistics say of a page.
type pageInfo struct {
	size, raw   int
	firstRow    int64  // in the row group
	least, most string // in Parquet's plain form
}

func (c *chunk) add(p pageInfo) {
	c.pages = append(c.pages, p)
	c.size += int64(p.size)
	c.raw += int64(p.raw)
}

func (c *chunk) reset() {
	clear(c.pages)
	*c = chunk{buf: c.buf[:0], pages: c.pages[:0]}
}

// metadata describes the chunk for the footer, as starting at the given place of the file.
func (c *chunk) metadata(col schemaField, start, rows int64, less func(a, b string) bool) format.ColumnMetaData {
	m := format.ColumnMetaData{
		Type:                  col.typ,
		PathInSchema:          []string{col.name},
		NumValues:             rows,
		TotalUncompressedSize: c.raw,
		TotalCompressedSize:   c.size,
		DataPageOffset:        start + c.dictionary,
		Codec:                 format.Zstd,
	}
	if col.event >= 0 {
		m.Encoding = []format.Encoding{encodingOf(col.event)}
		if !isCompressed(col.event) {
			m.Codec = format.Uncompressed
		}
	} else {
		m.Encoding = []format.Encoding{format.Plain, format.RLEDictionary}
		m.DictionaryPageOffset = start
	}
	if col.event != colMessage {
		least, most := c.bounds(less)
		m.Statistics.MinValue, m.Statistics.MaxValue = []byte(least), []byte(most)
	}
	return m
}

func (c *chunk) bounds(less func(a, b string) bool) (least, most string) {
	least, most = c.pages[0].least, c.pages[0].most
	for _, p := range c.pages[1:] {
		if less(p.least, least) {
			least = p.least
		}
		if less(most, p.most) {
			most = p.most
		}
	}
	return least, most
}

// offsetIndex says where the pages lie.
func (c *chunk) offsetIndex(start int64) *format.OffsetIndex {
	index := &format.OffsetIndex{}
	at := start + c.dictionary
	for _, p := range c.pages {
		index.PageLocations = append(index.PageLocations,
			format.PageLocation{Offset: at, CompressedPageSize: int32(p.size), FirstRowIndex: p.firstRow})
		at += int64(p.size)
	}
	return index
}

// columnIndex says between which values the pages lie.
func (c *chunk) columnIndex() *format.ColumnIndex {
	n := len(c.pages)
	index := &format.ColumnIndex{NullPages: make(thrift.Slice[bool], n), NullCounts: make(thrift.Slice[int64], n)}
	for _, p := range c.pages {
		index.MinValues = append(index.MinValues, []byte(p.least))
		index.MaxValues = append(index.MaxValues, []byte(p.most))
	}
	return index
}

// lessBytes and lessInt are the orders of Parquet's statistics; integers are little-endian, unsigned or not negative.
func lessBytes(a, b string) bool { return a < b }

func lessInt(a, b string) bool {
	for i := len(a) - 1; i >= 0; i-- {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func lessOf(col schemaField) func(a, b string) bool {
	if col.typ == format.ByteArray {
		return lessBytes
	}
	return lessInt
}
