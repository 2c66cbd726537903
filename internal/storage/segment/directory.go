package segment

import (
	"encoding/binary"

	"github.com/klauspost/compress/zstd"

	"tailrace/internal/logs"
)

// directory says where everything of a segment is. docs/format/segment.md has its bytes.
type directory struct {
	runs      []Run
	rowGroups []rowGroup
	blocks    []blockEntry
	index     section // the page index
	level     Level   // how hard the messages were packed
}

// blockEntry describes one block: the pages with the same rows.
type blockEntry struct {
	firstRow int64
	rows     int32
	bytes    int64 // of messages
	first    logs.EventID
	page     [eventColumns]pageEntry
	extra    [extraKinds]extraEntry
}

// pageEntry says where a page is: header bytes of header, then its body, raw bytes when not compressed.
type pageEntry struct {
	offset int64
	size   int
	header int
	raw    int
	crc    uint32 // of header and body
}

const (
	directoryVersion = 2 // 1 has no extras
	// trailerSize is the fixed part at the directory's end: size of what stands before it, checksum of the footer,
	// version, checksum of all of this.
	trailerSize = 16
)

// Sections of the directory. A reader skips those that it does not know: what later versions add must be of no
// consequence to who ignores it, else directoryVersion changes.
const (
	sectionRuns = iota + 1
	sectionGroups
	sectionBlocks
	sectionIndex
	sectionExtras
	sectionLevel
)

// encode packs the directory without its trailer.
func (d *directory) encode(z *zstd.Encoder) []byte { return z.EncodeAll(d.encodeBody(), nil) }

func (d *directory) encodeBody() []byte {
	var body []byte
	for _, s := range [...]struct {
		id    uint64
		bytes []byte
	}{
		{sectionRuns, d.encodeRuns()},
		{sectionGroups, d.encodeGroups()},
		{sectionBlocks, d.encodeBlocks()},
		{sectionIndex, binary.LittleEndian.AppendUint32(binary.AppendUvarint(nil, uint64(d.index.size)), d.index.crc)},
		{sectionExtras, d.encodeExtras()},
		{sectionLevel, binary.AppendUvarint(nil, uint64(d.level))},
	} {
		body = binary.AppendUvarint(body, s.id)
		body = binary.AppendUvarint(body, uint64(len(s.bytes)))
		body = append(body, s.bytes...)
	}
	return body
}

// appendTrailer ends a packed directory that stands in front of the given footer.
func appendTrailer(directory, footer []byte) []byte {
	size := len(directory)
	directory = binary.LittleEndian.AppendUint32(directory, uint32(size))
	directory = binary.LittleEndian.AppendUint32(directory, checksum(footer))
	directory = binary.LittleEndian.AppendUint32(directory, directoryVersion)
	return binary.LittleEndian.AppendUint32(directory, checksum(directory))
}

// encodeRuns writes the groups, each with its streams, in the order of rows.
func (d *directory) encodeRuns() []byte {
	var dst []byte
	groups := uint64(0)
	for i := range d.runs {
		if i == 0 || d.runs[i-1].Group != d.runs[i].Group {
			groups++
		}
	}
	dst = binary.AppendUvarint(dst, groups)
	var last Run
	for runs := d.runs; len(runs) > 0; {
		n := 1
		for n < len(runs) && runs[n].Group == runs[0].Group {
			n++
		}
		dst = binary.AppendUvarint(dst, uint64(runs[0].Group-last.Group))
		for _, s := range [...]string{runs[0].Scope.Account, runs[0].Scope.Region, runs[0].GroupName} {
			dst = appendString(dst, s)
		}
		dst = binary.AppendUvarint(dst, uint64(n))
		last.Stream.Stream = 0
		for _, r := range runs[:n] {
			dst = appendRun(dst, r, last)
			last = r
		}
		runs = runs[n:]
	}
	return dst
}

func appendRun(dst []byte, r, last Run) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.Stream.Stream-last.Stream.Stream))
	dst = appendString(dst, r.StreamName)
	dst = binary.AppendUvarint(dst, uint64(r.Rows))
	dst = binary.AppendUvarint(dst, uint64(r.Bytes))
	dst = binary.AppendVarint(dst, r.FirstEvent-last.FirstEvent)
	return binary.AppendUvarint(dst, uint64(r.LastEvent-r.FirstEvent))
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func (d *directory) encodeGroups() []byte {
	dst := binary.AppendUvarint(nil, uint64(len(d.rowGroups)))
	for _, g := range d.rowGroups {
		dst = binary.AppendUvarint(dst, uint64(g.blocks))
		dst = binary.AppendUvarint(dst, uint64(g.keys.size))
		dst = binary.LittleEndian.AppendUint32(dst, g.keys.crc)
	}
	return dst
}

func (d *directory) encodeBlocks() []byte {
	dst := binary.AppendUvarint(nil, uint64(len(d.blocks)))
	var last logs.EventID
	for _, b := range d.blocks {
		dst = binary.AppendUvarint(dst, uint64(b.rows))
		dst = binary.AppendUvarint(dst, uint64(b.bytes))
		dst = binary.AppendVarint(dst, b.first.Timestamp-last.Timestamp)
		dst = binary.AppendVarint(dst, b.first.Ingestion-b.first.Timestamp)
		dst = binary.AppendVarint(dst, int64(b.first.Request-last.Request))
		dst = binary.AppendUvarint(dst, uint64(b.first.Index))
		for _, p := range b.page {
			dst = binary.AppendUvarint(dst, uint64(p.size))
			dst = binary.AppendUvarint(dst, uint64(p.header))
			dst = binary.AppendVarint(dst, int64(p.raw-(p.size-p.header)))
			dst = binary.LittleEndian.AppendUint32(dst, p.crc)
		}
		last = b.first
	}
	return dst
}

func (d *directory) encodeExtras() []byte {
	var dst []byte
	for i := range d.blocks {
		for _, e := range d.blocks[i].extra {
			if dst = binary.AppendUvarint(dst, uint64(e.size)); e.size > 0 {
				dst = binary.LittleEndian.AppendUint32(dst, e.crc)
			}
		}
	}
	return dst
}
