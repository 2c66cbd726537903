package function

import (
	"strconv"

	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// The operators like, =~ and in, as calls of one argument. What a value that is missing is to them is false, so that its
// negation by value.Not is true (cloudwatch-logs.md §16.2: not like on a missing field is true).

// Like returns whether a text contains another.
func Like(find string) *Call {
	f := match.NewFinder(find)
	return &Call{name: "like", nulls: true, row: ofFinder(f), columns: textColumn(f.In)}
}

// Matches returns whether a regular expression matches somewhere in a text.
func Matches(re *match.Regex) *Call {
	return &Call{name: "like", nulls: true, row: ofRegex(re), columns: textColumn(re.Match)}
}

func ofFinder(f match.Finder) rowFunc {
	return func(r *room, args []value.Value) value.Value {
		return value.NewBool(args[0].IsScalar() && f.In(r.text(args[0])))
	}
}

func ofRegex(re *match.Regex) rowFunc {
	return func(r *room, args []value.Value) value.Value {
		return value.NewBool(args[0].IsScalar() && re.Match(r.text(args[0])))
	}
}

// textColumn computes what is told of texts, without making a Value of each.
func textColumn(is func([]byte) bool) columnFunc {
	return func(dst *value.Vector, args []*value.Vector, n int) bool {
		column := args[0]
		if column.Const {
			return false
		}
		dst.Resize(n, value.Bool)
		for i, kind := range column.Kind[:n] {
			holds := false
			switch {
			case kind == value.Text:
				holds = is(column.Dict[column.Word[i]])
			case kind != value.Null && kind < value.Map:
				dst.Room = column.Row(i).Append(dst.Room[:0])
				holds = is(dst.Room)
			}
			dst.Word[i] = 0
			if holds {
				dst.Word[i] = 1
			}
		}
		return true
	}
}

// maxListed is how many elements in goes through one by one; more are looked up.
const maxListed = 8

// In returns whether a value is equal, as = has it, to one of a list. Nulls, maps and lists of the list are equal to nothing.
func In(list []value.Value) *Call {
	s := &set{texts: map[string]struct{}{}, numbers: map[string]struct{}{}}
	for _, v := range list {
		if v.IsScalar() {
			s.add(v.Clone())
		}
	}
	return &Call{name: "in", nulls: true, row: func(_ *room, args []value.Value) value.Value {
		return value.NewBool(args[0].IsScalar() && s.has(args[0]))
	}}
}

// set is the elements of a list, ready to be looked for.
type set struct {
	few     []value.Value // the elements, if they are few
	texts   map[string]struct{}
	numbers map[string]struct{} // by their keys
}

func (s *set) add(v value.Value) {
	s.few = append(s.few, v)
	if key, ok := v.AppendNumberKey(nil); ok {
		s.numbers[string(key)] = struct{}{}
	} else {
		s.texts[string(v.Bytes())] = struct{}{}
	}
	if text, ok := alsoEqual(v); ok {
		s.texts[string(text)] = struct{}{}
	}
}

func (s *set) has(v value.Value) bool {
	if len(s.few) <= maxListed {
		for _, element := range s.few {
			if value.Compare(value.Equal, v, element) {
				return true
			}
		}
		return false
	}
	var room [48]byte
	key, number := v.AppendNumberKey(room[:0])
	if !number {
		_, found := s.texts[string(v.Bytes())]
		return found
	}
	if _, found := s.numbers[string(key)]; found {
		return true
	}
	text, ok := alsoEqual(v)
	if ok {
		_, ok = s.texts[string(text)]
	}
	return ok
}

// alsoEqual returns the text that a boolean or a time is equal to besides its number.
func alsoEqual(v value.Value) ([]byte, bool) {
	switch v.Kind() {
	case value.Bool:
		return strconv.AppendBool(nil, v.Truth()), true
	case value.Time:
		return v.Append(nil), true
	}
	return nil, false
}
