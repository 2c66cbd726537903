package segment

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"
)

// keys are the columns that are constant through a run: a dictionary in each row group, and pages of run lengths.
type keys struct {
	value   [keyColumns]string // of the stream being written, in Parquet's plain form without a length
	count   int                // rows of that stream that are not in columns yet
	columns [keyColumns]keyChunk
}

// keyChunk is one of these columns in one row group.
type keyChunk struct {
	chunk
	index       map[string]uint32
	dictionary  []byte
	page        []repeat
	least, most string // of the page
}

// repeat is a dictionary entry that stands count times.
type repeat struct {
	entry uint32
	count int
}

// begin makes s the stream whose rows follow.
func (k *keys) begin(s Stream) {
	for c := range keyColumns {
		k.value[c] = keyOf(&s, c)
	}
}

// keyOf is a stream's value in a key column, in Parquet's plain form without a length.
func keyOf(s *Stream, c keyColumn) string {
	switch c {
	case colAccount:
		return s.Scope.Account
	case colRegion:
		return s.Scope.Region
	case colGroupName:
		return s.GroupName
	case colStreamName:
		return s.StreamName
	case colGroupID:
		return plainID(uint64(s.Group))
	default:
		return plainID(uint64(s.Stream))
	}
}

func plainID(id uint64) string {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], id)
	return string(b[:])
}

// end puts the rows of the stream that were counted into the columns.
func (k *keys) end() {
	if k.count == 0 {
		return
	}
	for c := range k.columns {
		k.columns[c].add(k.value[c], k.count, isID(keyColumn(c)))
	}
	k.count = 0
}

func isID(c keyColumn) bool { return c == colGroupID || c == colStreamID }

func (c *keyChunk) add(value string, count int, id bool) {
	entry, known := c.index[value]
	if !known {
		if c.index == nil {
			c.index = map[string]uint32{}
		}
		entry = uint32(len(c.index))
		c.index[value] = entry
		if !id {
			c.dictionary = binary.LittleEndian.AppendUint32(c.dictionary, uint32(len(value)))
		}
		c.dictionary = append(c.dictionary, value...)
	}
	less := lessBytes
	if id {
		less = lessInt
	}
	if len(c.page) == 0 {
		c.least, c.most = value, value
	} else if less(value, c.least) {
		c.least = value
	} else if less(c.most, value) {
		c.most = value
	}
	if n := len(c.page); n > 0 && c.page[n-1].entry == entry {
		c.page[n-1].count += count
		return
	}
	c.page = append(c.page, repeat{entry, count})
}

// cutKeys ends a page of each key column; firstRow is that of the page in the row group, rows its length.
func (w *Writer) cutKeys(firstRow int64, rows int) {
	for i := range w.keys.columns {
		c := &w.keys.columns[i]
		from := len(c.buf)
		body := c.appendRepeats(w.page[:0])
		w.page = body
		header := 0
		c.buf, header = w.pager.append(c.buf, dataHeader(rows, format.RLEDictionary), body, true)
		c.chunk.add(pageInfo{size: len(c.buf) - from, raw: header + len(body), firstRow: firstRow, least: c.least, most: c.most})
		c.page = c.page[:0]
	}
}

// appendRepeats appends the page's body: the bit width of entries, then a run of the RLE/bit-packing hybrid a repeat.
func (c *keyChunk) appendRepeats(dst []byte) []byte {
	width := max(1, bits.Len(uint(len(c.index)-1)))
	dst = append(dst, byte(width))
	for _, r := range c.page {
		dst = binary.AppendUvarint(dst, uint64(r.count)<<1)
		for shift := 0; shift < width; shift += 8 {
			dst = append(dst, byte(r.entry>>shift))
		}
	}
	return dst
}

// appendDictionary puts the dictionary's page in dst and counts it.
func (c *keyChunk) appendDictionary(dst []byte, p *pager) []byte {
	from := len(dst)
	dst, header := p.append(dst, dictionaryHeader(len(c.index)), c.dictionary, true)
	c.chunk.dictionary = int64(len(dst) - from)
	c.size += c.chunk.dictionary
	c.raw += int64(header + len(c.dictionary))
	return dst
}

func (c *keyChunk) reset() {
	c.chunk.reset()
	clear(c.index)
	c.dictionary, c.page = c.dictionary[:0], c.page[:0]
}
