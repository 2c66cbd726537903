package segment

import "tailrace/internal/logs"

// Layout says what a segment's bytes are spent on. Together with the magic at the start its parts are the whole file.
type Layout struct {
	Version   int // of the format
	RowGroups int
	Columns   []ColumnLayout // those that events are read from, in the order of the file
	// Keys is the bytes of the columns of names and ids, which are for other readers, and PageIndex and Footer those of
	// Parquet's own parts; Directory is what Tailrace reads in their place.
	Keys, PageIndex, Directory, Footer int64
	Blocks                             []BlockLayout // in the order of rows
}

// ColumnLayout is a column, or extras of one kind: bytes of all its pages in the file, and unpacked. Extras are not packed.
type ColumnLayout struct {
	Name       string
	Bytes, Raw int64
	Extra      bool
}

// BlockLayout is a block. Bytes has the sizes of its pages in the order of Layout.Columns, 0 for an extra that it has not.
type BlockLayout struct {
	FirstRow, Rows int64
	First          logs.EventID
	Messages       int64 // bytes of messages
	Offset         int64 // of the page of messages in the file
	Bytes          []int64
}

// extraNames are what Layout calls the extras.
var extraNames = [extraKinds]string{extraGrams: "substring filters", extraFields: "field columns"}

// Layout sums the directory up.
func (r *Reader) Layout() Layout {
	l := Layout{
		Version: r.form, RowGroups: len(r.dir.rowGroups),
		PageIndex: r.dir.index.size, Directory: r.tail.directory.size, Footer: r.tail.footer.size + int64(tailSize),
	}
	l.Columns = make([]ColumnLayout, int(eventColumns)+int(extraKinds))
	for i := range schema {
		if c := schema[i].event; c >= 0 {
			l.Columns[c].Name = schema[i].name
		}
	}
	for kind, name := range extraNames {
		l.Columns[int(eventColumns)+kind] = ColumnLayout{Name: name, Extra: true}
	}
	for i := range r.dir.rowGroups {
		l.Keys += r.dir.rowGroups[i].keys.size
	}
	for i := range r.dir.blocks {
		l.add(&r.dir.blocks[i])
	}
	return l
}

func (l *Layout) add(b *blockEntry) {
	block := BlockLayout{FirstRow: b.firstRow, Rows: int64(b.rows), First: b.first, Messages: b.bytes, Offset: b.page[colMessage].offset}
	for c := range b.page {
		p := &b.page[c]
		block.Bytes = append(block.Bytes, int64(p.size))
		l.Columns[c].Bytes += int64(p.size)
		l.Columns[c].Raw += int64(p.header + p.raw)
	}
	for kind := range b.extra {
		size := int64(b.extra[kind].size)
		block.Bytes = append(block.Bytes, size)
		l.Columns[int(eventColumns)+kind].Bytes += size
		l.Columns[int(eventColumns)+kind].Raw += size
	}
	l.Blocks = append(l.Blocks, block)
}
