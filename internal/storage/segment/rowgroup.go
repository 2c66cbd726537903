package segment

import (
	"hash/crc32"

	"github.com/parquet-go/parquet-go/format"
)

// rowGroup is some consecutive blocks whose pages stand together, column after column.
type rowGroup struct {
	firstRow   int64
	firstBlock int
	blocks     int
	bytes      int64               // of messages
	start      [eventColumns]int64 // where the first page of each event column is
	keys       section             // the key columns
}

// section is some bytes of the file and their checksum.
type section struct {
	offset, size int64
	crc          uint32
}

func (w *Writer) beginGroup() {
	w.group = rowGroup{firstRow: w.rows, firstBlock: len(w.dir.blocks)}
	w.group.start[colMessage] = w.out.offset
	for c := range w.chunks {
		w.chunks[c].reset()
	}
	for c := range w.keys.columns {
		w.keys.columns[c].reset()
	}
}

// endBlock ends what ends with the block that was just cut.
func (w *Writer) endBlock() {
	w.keys.end()
	w.group.blocks++
	w.group.bytes += w.dir.blocks[len(w.dir.blocks)-1].bytes
	if w.group.blocks%keyPageBlocks == 0 {
		w.endKeyPage()
	}
	if w.rows-w.group.firstRow >= int64(w.opts.GroupRows) || w.group.bytes >= w.opts.GroupBytes {
		w.endGroup()
		w.beginGroup()
	}
}

// endKeyPage cuts the key columns after the blocks that have no page there yet.
func (w *Writer) endKeyPage() {
	first := w.group.firstBlock + (w.group.blocks-1)/keyPageBlocks*keyPageBlocks
	row := w.dir.blocks[first].firstRow
	w.cutKeys(row-w.group.firstRow, int(w.rows-row))
}

// endGroup writes the pages that waited, and describes the row group to the directory and the footer.
func (w *Writer) endGroup() {
	if w.group.blocks == 0 {
		return
	}
	if w.group.blocks%keyPageBlocks != 0 {
		w.endKeyPage()
	}
	for c := colMessage + 1; c < eventColumns; c++ {
		w.group.start[c] = w.out.offset
		w.out.write(w.chunks[c].buf)
	}
	starts := w.writeKeys()
	w.writeExtras()
	w.dir.rowGroups = append(w.dir.rowGroups, w.group)
	for i := w.group.firstBlock; i < len(w.dir.blocks); i++ {
		for c := range eventColumns {
			w.dir.blocks[i].page[c].offset += w.group.start[c]
		}
	}
	w.describeGroup(starts)
}

// writeKeys writes the key columns and returns where each starts.
func (w *Writer) writeKeys() (starts [keyColumns]int64) {
	from := w.out.offset
	crc := uint32(0)
	write := func(b []byte) {
		w.out.write(b)
		crc = crc32.Update(crc, castagnoli, b)
	}
	for i := range w.keys.columns {
		c := &w.keys.columns[i]
		starts[i] = w.out.offset
		w.page = c.appendDictionary(w.page[:0], w.pager)
		write(w.page)
		write(c.buf)
	}
	w.group.keys = section{offset: from, size: w.out.offset - from, crc: crc}
	return starts
}

// describeGroup adds the row group that was just written to the footer.
func (w *Writer) describeGroup(keyStarts [keyColumns]int64) {
	rows := w.rows - w.group.firstRow
	g := format.RowGroup{NumRows: rows, FileOffset: w.group.start[colMessage], Ordinal: int16(len(w.foot.groups))}
	for _, place := range sortedBy {
		g.SortingColumns = append(g.SortingColumns, format.SortingColumn{ColumnIdx: place})
	}
	for _, col := range schema {
		chunk, start := &chunk{}, int64(0)
		if col.event >= 0 {
			chunk, start = &w.chunks[col.event], w.group.start[col.event]
		} else {
			chunk, start = &w.keys.columns[col.key].chunk, keyStarts[col.key]
		}
		m := chunk.metadata(col, start, rows, lessOf(col))
		g.TotalByteSize += m.TotalUncompressedSize
		g.TotalCompressedSize += m.TotalCompressedSize
		g.Columns = append(g.Columns, w.foot.index(col, chunk, start, m))
	}
	w.foot.groups = append(w.foot.groups, g)
}
