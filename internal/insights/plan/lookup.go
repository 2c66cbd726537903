package plan

import (
	"encoding/binary"
	"slices"
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

// Lookup finds a row of a table for each row, and takes columns from it. The table is not in the plan, which may wait for long: it is
// bound to what stands in it when the query runs.
type Lookup struct {
	Table   string
	Header  []string // the names of the table's columns when the plan was made
	Keys    []Expr
	columns []int // of the table, one for each key
	network bool  // the only column has networks
	Output  []LookupColumn
	text    string // how keys and columns belong together
}

// Finder finds the row of a table that belongs to some values: ok is false if there is none. It is safe for concurrent use; room is
// where it may write.
type Finder interface {
	Find(values []value.Value, room []byte) (row int, ok bool)
}

// Finder makes the index of a table that has the columns of Header.
func (l *Lookup) Finder(t *Table) Finder {
	if l.network {
		return newNetworks(t, l.columns[0])
	}
	return newExact(t, l.columns)
}

// IndexBytes is about how many bytes a Finder of a table takes.
func (l *Lookup) IndexBytes(t *Table) (bytes int64) {
	for _, row := range t.Rows {
		bytes += indexBytes
		for _, at := range l.columns {
			bytes += int64(len(row[at]))
		}
	}
	return bytes
}

// indexBytes is what a row of the table takes in a Finder beside its keys.
const indexBytes = 64

// LookupColumn is a column of the table and what it becomes. Old is what stays where it is not null: nil if nothing does.
type LookupColumn struct {
	From int
	Old  Expr
	To   Column
}

// Local implements Op.
func (*Lookup) Local() bool { return true }

// Effect implements Op.
func (*Lookup) Effect() Effect { return Keeps }

func (l *Lookup) String() string { return l.text }

func (l *Lookup) uses(columns Columns) {
	for _, key := range l.Keys {
		columns.add(key)
	}
	for i := range l.Output {
		columns.add(l.Output[i].Old)
	}
}

func (l *Lookup) makes(columns Columns) {
	for i := range l.Output {
		columns[l.Output[i].To.Index] = true
	}
}

func (b *builder) lookup(s *syntax.Lookup) {
	table := b.table(s.Table)
	if table == nil {
		return
	}
	op := &Lookup{Table: s.Table.Text, Header: table.Columns, text: "lookup " + s.Table.Text + " by"}
	for i := range s.Keys {
		key := &s.Keys[i]
		op.columns = append(op.columns, b.tableColumn(table, key.Column))
		op.Keys = append(op.Keys, b.field(key.Field))
		op.text += separator(i) + key.Column.Text + "=" + op.Keys[i].String()
	}
	b.lookupOutputs(op, table, s.Missing, s.Outputs)
	b.add(op)
}

// table is a lookup table of the account; nil if that is reported to be missing.
func (b *builder) table(name syntax.Name) *Table {
	if b.env.Table == nil {
		b.fail(name, "there are no lookup tables here")
		return nil
	}
	table, err := b.env.Table(name.Text)
	if err != nil {
		b.fail(name, "%s", err)
		return nil
	}
	return table
}

// tableColumn is the place of a column; -1 if that is reported to be missing.
func (b *builder) tableColumn(t *Table, name syntax.Name) int {
	at := slices.Index(t.Columns, name.Text)
	if at < 0 {
		b.fail(name, "the lookup table has no column '%s': it has %s", name.Text, strings.Join(t.Columns, ", "))
	}
	return at
}

// lookupOutputs makes the columns that are taken from the table; with missing, what fields have already stays.
func (b *builder) lookupOutputs(op *Lookup, t *Table, missing bool, outputs []syntax.LookupOutput) {
	op.text += " output"
	if missing {
		op.text += " new"
	}
	for i := range outputs {
		column := LookupColumn{From: b.tableColumn(t, outputs[i].Column)}
		name := outputs[i].As.Text
		if at, ok := b.scope.columns[name]; missing && ok {
			column.Old = &Column{at, name}
		} else if missing && !b.scope.closed {
			column.Old = b.source(name)
		}
		column.To = b.made(name)
		op.Output = append(op.Output, column)
		op.text += separator(i) + outputs[i].Column.Text
		if name != outputs[i].Column.Text {
			op.text += " as " + name
		}
	}
}

// exact finds rows of which columns have the values as texts: the first one, if there are several.
type exact map[string]int32

func newExact(t *Table, columns []int) exact {
	index := make(exact, len(t.Rows))
	var key []byte
	for i, row := range t.Rows {
		key = key[:0]
		for _, at := range columns {
			key = appendText(key, value.NewText(row[at]))
		}
		if _, ok := index[string(key)]; !ok {
			index[string(key)] = int32(i)
		}
	}
	return index
}

// Find implements Finder.
func (e exact) Find(values []value.Value, room []byte) (row int, ok bool) {
	room = room[:0]
	for _, v := range values {
		if !v.IsScalar() {
			return 0, false
		}
		room = appendText(room, v)
	}
	at, ok := e[string(room)]
	return int(at), ok
}

// appendText appends the text of a value behind its length.
func appendText(dst []byte, v value.Value) []byte {
	at := len(dst)
	dst = v.AppendExact(append(dst, 0, 0, 0, 0))
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at))
	return dst
}
