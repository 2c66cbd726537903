package api

import (
	"slices"

	"tailrace/internal/api/wire"
)

// maxGuess bounds how many elements a list is given room for before they have arrived.
const maxGuess = 10_000

// decodable is a pointer to a structure that reads itself.
type decodable[T any] interface {
	*T
	decode(d *wire.Decoder)
}

// decodeList reads a list of structures. The list is not nil.
func decodeList[T any, P decodable[T]](d *wire.Decoder) []T {
	list := []T{}
	start := d.Remaining()
	for d.Open('['); d.Element(); {
		if len(list) == cap(list) {
			list = slices.Grow(list, room(len(list), start-d.Remaining(), d.Remaining()))
		}
		n := len(list)
		list = list[:n+1]
		d.At(n)
		if d.Null() {
			d.Missing("")
			continue
		}
		P(&list[n]).decode(d)
	}
	return list
}

// room guesses how many elements will follow n that took read bytes, when rest bytes are left in the text: an eighth more
// than as many as if all were alike.
func room(n, read, rest int) int {
	if n == 0 {
		return 4
	}
	guess := rest * n / max(read, 1)
	return min(guess+guess/8+1, max(maxGuess, n))
}

// decodeStrings reads a list of strings. The list is not nil.
func decodeStrings[T ~string](d *wire.Decoder) []T {
	list := []T{}
	for d.Open('['); d.Element(); {
		d.At(len(list))
		if d.Null() {
			d.Missing("")
			list = append(list, "")
			continue
		}
		list = append(list, T(d.Text()))
	}
	return list
}

// decodeLists reads a list of lists of structures. The list is not nil.
func decodeLists[T any, P decodable[T]](d *wire.Decoder) [][]T {
	lists := [][]T{}
	for d.Open('['); d.Element(); {
		lists = append(lists, decodeList[T, P](d))
	}
	return lists
}

// decodeMap reads a map. The map is not nil; a null value is an absent entry.
func decodeMap[T any](d *wire.Decoder, value func(*wire.Decoder) T) map[string]T {
	m := map[string]T{}
	for d.Open('{'); d.Member(); {
		name := string(d.Name())
		m[name] = value(d)
	}
	return m
}
