package segment

import (
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
	"tailrace/internal/storage/field"
)

// chosen is the rows of a block that its columns leave of what Query.Where asks for.
type chosen struct {
	rows    rowSet
	some    bool // rows says which; else all
	decided bool // columns told all that Where asks
	clause  rowSet
	vector  column.Vector // of a path that is none of Query.Fields
}

// chooseRows finds out which rows of the open block the columns leave.
func (c *Cursor) chooseRows() error {
	x := &c.fields.chosen
	x.some, x.decided = false, len(c.q.Where) > 0
	for _, clause := range c.q.Where {
		if !c.fields.tells(clause) {
			x.decided = false
			continue
		}
		words := (int(c.r.dir.blocks[c.fields.at].rows) + 63) / 64
		x.clause = slices.Grow(x.clause[:0], words)[:words]
		clear(x.clause)
		for i := range clause {
			v, err := c.columnOf(clause[i].Path)
			if err != nil {
				return err
			}
			if v != nil {
				x.clause.accept(v, &clause[i])
			}
		}
		if !x.some {
			x.some = true
			x.rows, x.clause = x.clause, x.rows
			continue
		}
		for i, word := range x.clause {
			x.rows[i] &= word
		}
	}
	return nil
}

// tells tells whether the block's columns have all that a clause is about.
func (f *fieldCursor) tells(clause []leaf.Condition) bool {
	for i := range clause {
		if place := f.block.Find(clause[i].Path); place == field.Unknown || place >= 0 && f.block.IsDoubled(place) {
			return false
		}
	}
	return true
}

// columnOf returns a column of the open block, nil if no message has such a leaf.
func (c *Cursor) columnOf(path string) (*column.Vector, error) {
	if i := slices.Index(c.q.Fields, path); i >= 0 {
		return c.decode(i)
	}
	f := &c.fields
	place := f.block.Find(path)
	if place == field.Absent {
		return nil, nil
	}
	v := &f.chosen.vector
	return v, f.block.Read(v, place)
}

// accept adds the rows for which a condition holds.
func (s rowSet) accept(v *column.Vector, c *leaf.Condition) {
	// Rows of the same kind and word have the same value: the last answers are remembered, by what of the word differs most.
	var memory [64]struct {
		word uint64
		kind leaf.Kind // Missing: none yet
		may  bool
	}
	const mix = 0x9E3779B97F4A7C15
	for row, kind := range v.Kind {
		if kind == leaf.Missing {
			continue
		}
		word := v.Word[row]
		m := &memory[(word+uint64(kind))*mix>>58]
		if m.kind != kind || m.word != word {
			m.kind, m.word, m.may = kind, word, c.MayAccept(v.Value(row))
		}
		if m.may {
			s.add(row)
		}
	}
}

// in tells whether one of the rows from from to before to is left.
func (x *chosen) in(from, to int) bool {
	if !x.some {
		return from < to
	}
	for row := from; row < to; row++ {
		if word := x.rows[row>>6] >> (row & 63); word == 0 {
			row |= 63
		} else if x.rows.has(row) {
			return true
		}
	}
	return false
}

// keep leaves of some rows those that are chosen.
func (x *chosen) keep(rows []int32) []int32 {
	if !x.some {
		return rows
	}
	return slices.DeleteFunc(rows, func(row int32) bool { return !x.rows.has(int(row)) })
}
