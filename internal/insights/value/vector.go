package value

import (
	"bytes"
	"math"
	"slices"

	"tailrace/internal/column"
	"tailrace/internal/leaf"
)

// Vector is a column of values. Texts, maps and lists stand in Dict, of which rows have the places: rows may share an entry,
// and entries may have no row. A constant has one row that stands for every row.
type Vector struct {
	Kind  []Kind
	Word  []uint64 // of Bool, Int and Time the int64, of Float and Computed the bits, of the others the place in Dict
	Dict  [][]byte
	Const bool
	Room  []byte // where texts of Dict may stand that were made for this vector
}

// Constant returns a vector that has v in every row.
func Constant(v Value) *Vector {
	out := &Vector{Const: true}
	out.Append(v)
	return out
}

// Len is the number of rows, 1 of a constant.
func (v *Vector) Len() int { return len(v.Kind) }

// Step is what a row's number is multiplied with for its place: 0 of a constant.
func (v *Vector) Step() int {
	if v.Const {
		return 0
	}
	return 1
}

// Row returns the value of a row, valid as long as the vector.
func (v *Vector) Row(i int) Value {
	if v.Const {
		i = 0
	}
	out := Value{kind: v.Kind[i], word: v.Word[i]}
	if out.kind >= Text {
		out.text, out.word = v.Dict[out.word], 0
	}
	return out
}

// IsNull tells whether a row is null.
func (v *Vector) IsNull(i int) bool { return v.Kind[i*v.Step()] == Null }

// Float is the number of a row of kind Float or Computed.
func (v *Vector) Float(i int) float64 { return math.Float64frombits(v.Word[i*v.Step()]) }

// Int is the number of a row of kind Bool, Int or Time.
func (v *Vector) Int(i int) int64 { return int64(v.Word[i*v.Step()]) }

// Text is the text of a row of kind Text.
func (v *Vector) Text(i int) []byte { return v.Dict[v.Word[i*v.Step()]] }

// Append adds a row. Text is not copied.
func (v *Vector) Append(row Value) {
	word := row.word
	if row.kind >= Text {
		word = uint64(len(v.Dict))
		v.Dict = append(v.Dict, row.text)
	}
	v.Kind = append(v.Kind, row.kind)
	v.Word = append(v.Word, word)
}

// AppendNext is Append for rows of which neighbours are often equal: a text that the last one was too shares its entry.
func (v *Vector) AppendNext(row Value) {
	if n := len(v.Dict); row.kind == Text && n > 0 && bytes.Equal(v.Dict[n-1], row.text) && v.isLast(n-1) {
		v.Kind = append(v.Kind, Text)
		v.Word = append(v.Word, uint64(n-1))
		return
	}
	v.Append(row)
}

// isLast tells whether the last row is the text at a place of the dictionary.
func (v *Vector) isLast(place int) bool {
	n := len(v.Kind)
	return n > 0 && v.Kind[n-1] == Text && v.Word[n-1] == uint64(place)
}

// Set replaces a row. Text is not copied. v is no constant.
func (v *Vector) Set(i int, row Value) {
	word := row.word
	if row.kind >= Text {
		word = uint64(len(v.Dict))
		v.Dict = append(v.Dict, row.text)
	}
	v.Kind[i], v.Word[i] = row.kind, word
}

// Repeat adds a row that is like the given one.
func (v *Vector) Repeat(row int) {
	v.Kind = append(v.Kind, v.Kind[row])
	v.Word = append(v.Word, v.Word[row])
}

// AppendTexts adds rows of kind Text, which are not copied.
func (v *Vector) AppendTexts(texts [][]byte) {
	for i := range texts {
		v.Kind = append(v.Kind, Text)
		v.Word = append(v.Word, uint64(len(v.Dict)+i))
	}
	v.Dict = append(v.Dict, texts...)
}

// Reset empties the vector and keeps its memory.
func (v *Vector) Reset() {
	clear(v.Dict)
	v.Kind, v.Word, v.Dict, v.Room, v.Const = v.Kind[:0], v.Word[:0], v.Dict[:0], v.Room[:0], false
}

// Resize empties the vector and gives it n rows of a kind with words to be set.
func (v *Vector) Resize(n int, kind Kind) {
	v.Reset()
	v.Kind, v.Word = slices.Grow(v.Kind, n)[:n], slices.Grow(v.Word, n)[:n]
	for i := range v.Kind {
		v.Kind[i] = kind
	}
}

// Select appends to rows the numbers, below n, of the rows that hold as conditions.
func (v *Vector) Select(rows []int32, n int) []int32 {
	step := v.Step()
	for i := range n {
		switch at := i * step; v.Kind[at] {
		case Null:
		case Bool:
			if v.Word[at] != 0 {
				rows = append(rows, int32(i))
			}
		default:
			if v.Row(i).Truth() {
				rows = append(rows, int32(i))
			}
		}
	}
	return rows
}

// Gather fills v with the given rows of from, whose texts it shares.
func (v *Vector) Gather(from *Vector, rows []int32) {
	v.Reset()
	v.Dict = append(v.Dict, from.Dict...)
	step := int32(from.Step())
	for _, i := range rows {
		v.Kind = append(v.Kind, from.Kind[i*step])
		v.Word = append(v.Word, from.Word[i*step])
	}
}

// kinds are the kinds of leaves here. null in JSON is as good as missing; true and false are booleans.
var kinds = [...]Kind{
	leaf.Missing: Null, leaf.Null: Null, leaf.False: Bool, leaf.True: Bool, leaf.Int: Int, leaf.Float: Float, leaf.Number: Text, leaf.Text: Text,
}

// FromLeaf returns a leaf of a message.
func FromLeaf(l leaf.Value) Value {
	v := Value{kind: kinds[l.Kind], word: l.Word, text: l.Text}
	if v.kind == Bool {
		v.word = uint64(l.Kind - leaf.False)
	}
	return v
}

// FromColumn fills v with a batch's field, whose texts it shares.
func (v *Vector) FromColumn(field *column.Vector) {
	v.Resize(field.Len(), Null)
	v.Dict = append(v.Dict, field.Dict...)
	copy(v.Word, field.Word)
	for i, kind := range field.Kind {
		if v.Kind[i] = kinds[kind]; kind == leaf.True {
			v.Word[i] = 1
		}
	}
}
