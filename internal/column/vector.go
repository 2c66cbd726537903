package column

import (
	"math"

	"tailrace/internal/leaf"
)

// Vector is the values of one field, one per event. Texts stand in Dict, of which rows have the places: who groups by a
// field hashes an entry when a row first refers to it, and not each row. Rows of one text may have different entries, and entries may
// have no row.
type Vector struct {
	Kind []leaf.Kind
	Word []uint64 // of Int the int64, of Float the bits, of Number and Text the place in Dict; 0 of the others
	Dict [][]byte
}

// Len is the number of events.
func (v *Vector) Len() int { return len(v.Kind) }

// Int is the value of a row of kind Int.
func (v *Vector) Int(row int) int64 { return int64(v.Word[row]) }

// Float is the value of a row of kind Float.
func (v *Vector) Float(row int) float64 { return math.Float64frombits(v.Word[row]) }

// Text is the text of a row of kind Text or Number.
func (v *Vector) Text(row int) []byte { return v.Dict[v.Word[row]] }

// Value is a row's value, valid as long as the vector.
func (v *Vector) Value(row int) leaf.Value {
	switch kind := v.Kind[row]; kind {
	case leaf.Int, leaf.Float:
		return leaf.Value{Kind: kind, Word: v.Word[row]}
	case leaf.Number, leaf.Text:
		return leaf.Value{Kind: kind, Text: v.Dict[v.Word[row]]}
	default:
		return leaf.Value{Kind: kind}
	}
}

// Append adds a row; text is not copied.
func (v *Vector) Append(value leaf.Value) {
	if value.Kind >= leaf.Number {
		value.Word = uint64(len(v.Dict))
		v.Dict = append(v.Dict, value.Text)
	}
	v.Kind = append(v.Kind, value.Kind)
	v.Word = append(v.Word, value.Word)
}

// Reset empties the vector and keeps its memory.
func (v *Vector) Reset() {
	clear(v.Dict)
	v.Kind, v.Word, v.Dict = v.Kind[:0], v.Word[:0], v.Dict[:0]
}
