package exec

import (
	"encoding/binary"

	"tailrace/internal/insights/value"
)

// interner numbers the values of a key.
type interner struct {
	index  map[string]uint32
	values []value.Value
	bytes  int64
	key    []byte
	dict   []uint32 // codes of the places of a dictionary, plus 1
	recent [1 << recentBits]recent
}

// recent is a value that had its number asked for, by what it is without being printed: a word, or a text that fits in one.
type recent struct {
	kind value.Kind
	size uint8 // 1 and the length of the text, or 1
	word uint64
	code uint32
}

// recentBits is of a number of places that fits in the processor's first cache.
const recentBits = 8

// encode puts the codes of n rows in codes.
func (in *interner) encode(codes []uint32, v *value.Vector, n int) {
	if v.Const {
		code := in.code(v.Row(0))
		for i := range n {
			codes[i] = code
		}
		return
	}
	if cap(in.dict) < len(v.Dict) {
		in.dict = make([]uint32, len(v.Dict))
	}
	in.dict = in.dict[:len(v.Dict)]
	clear(in.dict)
	kinds, words := v.Kind[:n], v.Word[:n]
	for i := 0; i < n; {
		kind, word := kinds[i], words[i]
		code := in.codeOfRow(v, i)
		for ; i < n && kinds[i] == kind && words[i] == word; i++ {
			codes[i] = code
		}
	}
}

func (in *interner) codeOfRow(v *value.Vector, row int) (code uint32) {
	switch kind, word := v.Kind[row], v.Word[row]; {
	case kind == value.Text && in.dict[word] > 0:
		return in.dict[word] - 1
	case kind == value.Text:
		code = in.codeOfText(v, row)
		in.dict[word] = code + 1
		return code
	case kind < value.Text:
		return in.remember(recent{kind: kind, size: 1, word: word}, v, row)
	}
	return in.code(v.Row(row))
}

func (in *interner) codeOfText(v *value.Vector, row int) uint32 {
	text := v.Dict[v.Word[row]]
	if len(text) > 8 {
		return in.code(v.Row(row))
	}
	var word [8]byte
	copy(word[:], text)
	return in.remember(recent{value.Text, uint8(len(text)) + 1, binary.LittleEndian.Uint64(word[:]), 0}, v, row)
}

// remember is code for a row whose value is x, if that is among the recent ones without printing it.
func (in *interner) remember(x recent, v *value.Vector, row int) uint32 {
	const mix = 0x9E3779B97F4A7C15
	place := &in.recent[x.word*mix>>(64-recentBits)]
	if place.kind != x.kind || place.size != x.size || place.word != x.word {
		x.code = in.code(v.Row(row))
		*place = x
	}
	return place.code
}

// code is the number of a value. Of values that print alike (true, 1 and "1") the one of the least kind stands for all: which of them comes
// first is chance.
func (in *interner) code(v value.Value) uint32 {
	in.key = appendKey(in.key[:0], v)
	if code, ok := in.index[string(in.key)]; ok {
		if v.Kind() < in.values[code].Kind() {
			in.values[code] = v.Clone()
		}
		return code
	}
	code := uint32(len(in.values))
	in.index[string(in.key)] = code
	in.values = append(in.values, v.Clone())
	in.bytes += int64(2*len(in.key)) + 2*cellBytes
	return code
}

// appendKey appends what tells a value from others; no key begins with another one.
func appendKey(dst []byte, v value.Value) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(class(v)))
	dst = v.AppendExact(dst)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at))
	return dst
}

// class tells null, which has no text, from the empty text.
func class(v value.Value) int {
	if v.IsNull() {
		return 0
	}
	return 1
}
