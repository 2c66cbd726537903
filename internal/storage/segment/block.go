package segment

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"

	"tailrace/internal/logs"
)

// block is the rows that will be one page of each event column.
type block struct {
	// ints are the columns timestamp, ingestion, request and index, at their eventColumn; at colMessage stand the
	// lengths of the messages.
	ints     [eventColumns][]int64
	messages []byte
	raw      []byte
	packed   int // bytes of the page of messages, once that is made
}

func (b *block) rows() int { return len(b.ints[colTimestamp]) }

func (b *block) append(id logs.EventID, message []byte) {
	b.ints[colTimestamp] = append(b.ints[colTimestamp], id.Timestamp)
	b.ints[colIngestion] = append(b.ints[colIngestion], id.Ingestion)
	b.ints[colRequest] = append(b.ints[colRequest], int64(id.Request))
	b.ints[colIndex] = append(b.ints[colIndex], int64(id.Index))
	b.ints[colMessage] = append(b.ints[colMessage], int64(len(message)))
	b.messages = append(b.messages, message...)
}

func (b *block) first() logs.EventID {
	return logs.EventID{
		Timestamp: b.ints[colTimestamp][0], Ingestion: b.ints[colIngestion][0],
		Request: uint64(b.ints[colRequest][0]), Index: uint16(b.ints[colIndex][0]),
	}
}

func (b *block) reset() {
	for c := range b.ints {
		b.ints[c] = b.ints[c][:0]
	}
	b.messages = b.messages[:0]
}

// encode returns the body of a column's page; it is good until the next call.
func (b *block) encode(c eventColumn) []byte {
	b.raw = appendDelta(b.raw[:0], b.ints[c])
	if c == colMessage {
		b.raw = append(b.raw, b.messages...)
	}
	return b.raw
}

// bounds are the least and the greatest value of a column in the form of Parquet's statistics; empty for messages.
func (b *block) bounds(c eventColumn) (least, most string) {
	values := b.ints[c]
	lo, hi := values[0], values[0]
	switch c {
	case colMessage:
		return "", ""
	case colRequest:
		for _, v := range values {
			if uint64(v) < uint64(lo) {
				lo = v
			}
			if uint64(v) > uint64(hi) {
				hi = v
			}
		}
	default:
		for _, v := range values {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return plainInt(c, lo), plainInt(c, hi)
}

func plainInt(c eventColumn, v int64) string {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(v))
	if c == colIndex {
		return string(b[:4])
	}
	return string(b[:])
}

func encodingOf(c eventColumn) format.Encoding {
	if c == colMessage {
		return format.DeltaLengthByteArray
	}
	return format.DeltaBinaryPacked
}

// isCompressed tells the columns whose pages are zstd frames. Packed times get no smaller; where the batches of clients
// begin and end makes patterns in the others.
func isCompressed(c eventColumn) bool { return c != colTimestamp }

// cut ends the block: a page of each event column. Messages go to the file, the other pages wait for the end of the row
// group, because the pages of a column stand together.
func (w *Writer) cut() { w.cutWith(nil) }

// cutWith is cut; the page of messages, if it is given, is made already and stands in w.page.
func (w *Writer) cutWith(messages *pageEntry) {
	b := &w.block
	entry := blockEntry{firstRow: w.rows - int64(b.rows()), rows: int32(b.rows()), bytes: int64(len(b.messages)), first: b.first()}
	for c := range eventColumns {
		chunk := &w.chunks[c]
		if c == colMessage && messages != nil {
			entry.page[c] = *messages
			entry.page[c].offset = chunk.size
			chunk.add(pageInfo{size: messages.size, raw: messages.header + messages.raw, firstRow: entry.firstRow - w.group.firstRow})
			w.out.write(w.page)
			b.packed = messages.size
			continue
		}
		body := b.encode(c)
		target := chunk.buf
		if c == colMessage {
			target = w.page[:0]
		}
		from := len(target)
		page, header := w.pager.append(target, dataHeader(b.rows(), encodingOf(c)), body, isCompressed(c))
		made := page[from:]
		entry.page[c] = pageEntry{offset: chunk.size, size: len(made), header: header, raw: len(body), crc: checksum(made)}
		least, most := b.bounds(c)
		chunk.add(pageInfo{size: len(made), raw: header + len(body), firstRow: entry.firstRow - w.group.firstRow, least: least, most: most})
		if c == colMessage {
			w.page, b.packed = page, len(made)
			w.out.write(made)
		} else {
			chunk.buf = page
		}
	}
	w.makeExtras(&entry, b)
	w.dir.blocks = append(w.dir.blocks, entry)
	b.reset()
	w.endBlock()
}
