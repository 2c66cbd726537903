package segment

import (
	"encoding/binary"
	"strconv"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	magic = "PAR1"
	// tailSize is the length of the footer and the magic behind it.
	tailSize = 4 + len(magic)
	// directoryKey names the directory in the footer's metadata: its version, offset and size, with blanks between.
	directoryKey = "tailrace.directory"
	createdBy    = "tailrace segment version 2"
)

// footer gathers what stands behind the row groups. The page index is kept encoded.
type footer struct {
	groups  []format.RowGroup
	columns []byte // column indexes
	offsets []byte // offset indexes
}

// index adds the page index of a chunk. Its places are relative to the columns' and the offsets' start until place.
func (f *footer) index(col schemaField, c *chunk, start int64, m format.ColumnMetaData) format.ColumnChunk {
	out := format.ColumnChunk{MetaData: m, ColumnIndexOffset: int64(len(f.columns)), OffsetIndexOffset: int64(len(f.offsets))}
	if col.event != colMessage {
		f.columns = append(f.columns, marshal(c.columnIndex())...)
	}
	f.offsets = append(f.offsets, marshal(c.offsetIndex(start))...)
	out.ColumnIndexLength = int32(int64(len(f.columns)) - out.ColumnIndexOffset)
	out.OffsetIndexLength = int32(int64(len(f.offsets)) - out.OffsetIndexOffset)
	return out
}

// place makes the places of the page index absolute, now that it is known to start at offset.
func (f *footer) place(offset int64) {
	for g := range f.groups {
		for c := range f.groups[g].Columns {
			chunk := &f.groups[g].Columns[c]
			chunk.OffsetIndexOffset += offset + int64(len(f.columns))
			if chunk.ColumnIndexOffset += offset; chunk.ColumnIndexLength == 0 {
				chunk.ColumnIndexOffset = 0
			}
		}
	}
}

// metadata is the footer itself.
func (f *footer) metadata(rows int64, notText [allColumns]bool, directory section) *format.FileMetaData {
	m := &format.FileMetaData{
		Version:   2,
		Schema:    schemaElements(notText),
		NumRows:   rows,
		RowGroups: f.groups,
		CreatedBy: createdBy,
		KeyValueMetadata: thrift.Slice[format.KeyValue]{{
			Key:   directoryKey,
			Value: strconv.Itoa(directoryVersion) + " " + strconv.FormatInt(directory.offset, 10) + " " + strconv.FormatInt(directory.size, 10),
		}},
	}
	for range schema {
		m.ColumnOrders = append(m.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	return m
}

// writeTail writes what stands behind the row groups: page index, directory, footer. The directory has a checksum of
// each of the others, and of itself.
func (w *Writer) writeTail() {
	w.foot.place(w.out.offset)
	index := append(w.foot.columns, w.foot.offsets...)
	w.dir.index = section{offset: w.out.offset, size: int64(len(index)), crc: checksum(index)}
	w.out.write(index)

	directory := w.dir.encode(w.pager.zstd)
	place := section{offset: w.out.offset, size: int64(len(directory) + trailerSize)}
	foot := marshal(w.foot.metadata(w.rows, w.notText, place))
	w.out.write(appendTrailer(directory, foot))
	foot = binary.LittleEndian.AppendUint32(foot, uint32(len(foot)))
	w.out.write(append(foot, magic...))
}
