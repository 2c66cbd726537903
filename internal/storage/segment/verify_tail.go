package segment

import (
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// tail checks the page index and the footer.
func (v *verifier) tail() error {
	r := v.r
	index := make([]byte, r.dir.index.size)
	if err := r.readAt(index, r.dir.index.offset); err != nil {
		return err
	}
	if checksum(index) != r.dir.index.crc {
		return r.corrupt(r.dir.index.offset, "checksum of the page index differs")
	}
	b := make([]byte, r.tail.footer.size)
	if err := r.readAt(b, r.tail.footer.offset); err != nil {
		return err
	}
	var m format.FileMetaData
	if size, err := decodeThrift(b, &m); err != nil || size != len(b) {
		return r.corrupt(r.tail.footer.offset, "footer of %d bytes, %d used: %v", len(b), size, err)
	}
	if m.NumRows != r.dir.rows() || len(m.RowGroups) != len(r.dir.rowGroups) || len(m.Schema) != 1+allColumns {
		return r.corrupt(r.tail.footer.offset, "footer has %d rows, %d row groups", m.NumRows, len(m.RowGroups))
	}
	for i := range m.RowGroups {
		if err := v.footerGroup(&m.RowGroups[i], &r.dir.rowGroups[i], index); err != nil {
			return r.corrupt(r.tail.footer.offset, "row group %d: %v", i, err)
		}
	}
	return nil
}

// footerGroup checks that other readers find a row group's pages where the directory has them.
func (v *verifier) footerGroup(m *format.RowGroup, g *rowGroup, index []byte) error {
	if len(m.Columns) != allColumns || m.NumRows != v.r.dir.endOf(g)-g.firstRow {
		return fmt.Errorf("%d columns, %d rows", len(m.Columns), m.NumRows)
	}
	key := g.keys.offset
	for _, c := range fileOrder {
		chunk := &m.Columns[c]
		meta := &chunk.MetaData
		start := meta.DataPageOffset
		if schema[c].key >= 0 {
			if start = meta.DictionaryPageOffset; start != key {
				return fmt.Errorf("column %s is at %d, not %d", schema[c].name, start, key)
			}
			key += meta.TotalCompressedSize
		} else if start != g.start[schema[c].event] {
			return fmt.Errorf("column %s is at %d, not %d", schema[c].name, start, g.start[schema[c].event])
		}
		if err := v.offsetIndex(chunk, schema[c], g, index); err != nil {
			return fmt.Errorf("column %s: %w", schema[c].name, err)
		}
	}
	if key != g.keys.offset+g.keys.size {
		return fmt.Errorf("key columns end at %d, not %d", key, g.keys.offset+g.keys.size)
	}
	return nil
}

// offsetIndex checks that a column's page index names the pages of the blocks.
func (v *verifier) offsetIndex(chunk *format.ColumnChunk, col schemaField, g *rowGroup, index []byte) error {
	at, size := chunk.OffsetIndexOffset-v.r.dir.index.offset, int64(chunk.OffsetIndexLength)
	if at < 0 || size < 0 || at > int64(len(index))-size {
		return fmt.Errorf("offset index at %d", chunk.OffsetIndexOffset)
	}
	var found format.OffsetIndex
	if _, err := decodeThrift(index[at:at+size], &found); err != nil {
		return err
	}
	if col.event < 0 {
		return nil
	}
	blocks := v.r.dir.blocks[g.firstBlock : g.firstBlock+g.blocks]
	if len(found.PageLocations) != len(blocks) {
		return fmt.Errorf("%d pages of %d", len(found.PageLocations), len(blocks))
	}
	for i, p := range found.PageLocations {
		want := &blocks[i]
		if p.Offset != want.page[col.event].offset || int(p.CompressedPageSize) != want.page[col.event].size || p.FirstRowIndex != want.firstRow-g.firstRow {
			return fmt.Errorf("page %d is at %d", i, p.Offset)
		}
	}
	return nil
}
