package gram

import (
	"bytes"
	"encoding/binary"
)

// Bounds of what a Condition looks for; what is beyond them it leaves out.
const (
	maxGrams   = 64 // of a literal: its first
	maxChoices = 64 // literals of a clause; one with more is no part of the condition
	maxClauses = 32
)

// Condition is what messages that are wanted contain, ready to be looked for in filters.
type Condition struct{ clauses [][]literal }

// literal is one of the alternatives of a clause.
type literal struct {
	isEscape bool // it is the escape, of which the header tells
	cells    []uint32
}

// New compiles clauses: each wanted message contains at least one literal of every clause. A clause without literals, or with one of
// which filters know nothing because it is too short, is no part of the condition; without a clause that is, New returns nil, which
// excludes nothing. The literals are not kept.
func New(clauses [][][]byte) *Condition {
	c := &Condition{}
	for _, choices := range clauses {
		if clause, ok := compile(choices); ok && len(c.clauses) < maxClauses {
			c.clauses = append(c.clauses, clause)
		}
	}
	if len(c.clauses) == 0 {
		return nil
	}
	return c
}

func compile(choices [][]byte) (clause []literal, ok bool) {
	if len(choices) == 0 || len(choices) > maxChoices {
		return nil, false
	}
	for _, text := range choices {
		switch {
		case bytes.Equal(text, escape):
			clause = append(clause, literal{isEscape: true})
		case len(text) < Size:
			return nil, false
		default:
			clause = append(clause, literal{cells: cellsOf(text)})
		}
	}
	return clause, true
}

func cellsOf(text []byte) []uint32 {
	out := make([]uint32, min(len(text)-Size+1, maxGrams))
	var word [8]byte
	for i := range out {
		copy(word[8-Size:], text[i:i+Size])
		out[i] = uint32(cell((binary.LittleEndian.Uint64(word[:]) | fold) & upper))
	}
	return out
}

// MayMatch tells whether one of the messages of a filter may be wanted: false is certain, true is not. Without a filter,
// or with bytes that are none, it is true.
func (c *Condition) MayMatch(filter []byte) bool {
	if c == nil || len(filter) < headerSize || filter[0] != version {
		return true
	}
	for _, clause := range c.clauses {
		if !anyIn(clause, filter) {
			return false
		}
	}
	return true
}

func anyIn(clause []literal, filter []byte) bool {
	for i := range clause {
		if clause[i].in(filter) {
			return true
		}
	}
	return false
}

func (l *literal) in(filter []byte) bool {
	if l.isEscape {
		return filter[1]&flagEscape != 0
	}
	body, cells := filter[headerSize:], l.cells
	if len(body) == 0 {
		return len(cells) == 0
	}
	// Four at a time: a filter is seldom in the processor's cache, and so it waits for its bytes once and not four times.
	for ; len(cells) >= 4; cells = cells[4:] {
		if at(body, cells[0])&at(body, cells[1])&at(body, cells[2])&at(body, cells[3])&1 == 0 {
			return false
		}
	}
	for _, cell := range cells {
		if at(body, cell)&1 == 0 {
			return false
		}
	}
	return true
}

// at has the bit of a cell as its lowest.
func at(body []byte, cell uint32) byte {
	place := uint64(cell) * uint64(8*len(body)) >> cellBits
	return body[place>>3] >> (place & 7)
}

// Covers tells whether a filter may have been made of messages of which this is one: what Verify asks of every message. Bytes
// that are no filter of a known version cover everything.
func Covers(filter, message []byte) bool {
	if len(filter) < headerSize || filter[0] != version {
		return true
	}
	if filter[1]&flagEscape == 0 && bytes.Contains(message, escape) {
		return false
	}
	body := filter[headerSize:]
	if len(body) == 0 {
		return len(message) < Size
	}
	has := byte(1)
	for len(message) >= 8 {
		x := binary.LittleEndian.Uint64(message) | fold
		has &= bit(body, x<<24) & bit(body, x<<16&upper) & bit(body, x<<8&upper) & bit(body, x&upper)
		message = message[4:]
	}
	x := tail(message) | fold
	for range len(message) - Size + 1 {
		has &= bit(body, x<<24)
		x >>= 8
	}
	return has == 1
}

// bit is 1 if a filter's body has the gram in the five upper bytes of x.
func bit(body []byte, x uint64) byte {
	place := cell(x) * uint64(8*len(body)) >> cellBits
	return body[place>>3] >> (place & 7) & 1
}
