package value

import (
	"strconv"

	"tailrace/internal/leaf"
)

// ParseJSON returns the map or list that text is, blanks around it aside; ok is false if it is no valid JSON, nests deeper
// than leaf.MaxNesting, or is a scalar. The value is text itself: what is asked of it is looked for in there. Of members
// with the same name the first one counts.
func ParseJSON(text []byte) (v Value, ok bool) {
	from := skipBlanks(text, 0)
	if from == len(text) || text[from] != '{' && text[from] != '[' {
		return Value{}, false
	}
	end := endOfJSON(text, from, 0)
	if end == 0 || skipBlanks(text, end) != len(text) {
		return Value{}, false
	}
	return container(text[from:end]), true
}

func container(text []byte) Value {
	if text[0] == '{' {
		return Value{kind: Map, text: text}
	}
	return Value{kind: List, text: text}
}

func skipBlanks(text []byte, i int) int {
	for i < len(text) && leaf.IsBlank(text[i]) {
		i++
	}
	return i
}

// endOfJSON returns the place behind the value that starts at i, 0 if it is none.
func endOfJSON(text []byte, i, depth int) int {
	if i == len(text) || depth > leaf.MaxNesting {
		return 0
	}
	switch text[i] {
	case '{', '[':
		return endOfContainer(text, i, depth)
	case '"':
		end, _ := leaf.EndOfString(text, i)
		return end
	case 't':
		return endOfWord(text, i, "true")
	case 'f':
		return endOfWord(text, i, "false")
	case 'n':
		return endOfWord(text, i, "null")
	}
	return leaf.EndOfNumber(text, i)
}

func endOfWord(text []byte, i int, word string) int {
	if len(text)-i < len(word) || string(text[i:i+len(word)]) != word {
		return 0
	}
	return i + len(word)
}

func endOfContainer(text []byte, i, depth int) int {
	opening := text[i]
	if i = skipBlanks(text, i+1); i < len(text) && text[i] == opening+2 {
		return i + 1
	}
	for {
		if opening == '{' {
			if _, i = memberName(text, i); i == 0 {
				return 0
			}
		}
		if i = endOfJSON(text, i, depth+1); i == 0 {
			return 0
		}
		if i = skipBlanks(text, i); i == len(text) {
			return 0
		}
		switch text[i] {
		case ',':
			i = skipBlanks(text, i+1)
		case opening + 2: // ']' is two behind '[', as '}' is behind '{'
			return i + 1
		default:
			return 0
		}
	}
}

// memberName returns the name that starts at i, as it is written, and the place of its value, 0 if there is none.
func memberName(text []byte, i int) (raw []byte, at int) {
	if i == len(text) || text[i] != '"' {
		return nil, 0
	}
	end, _ := leaf.EndOfString(text, i)
	if end == 0 {
		return nil, 0
	}
	colon := skipBlanks(text, end)
	if colon == len(text) || text[colon] != ':' {
		return nil, 0
	}
	return text[i+1 : end-1], skipBlanks(text, colon+1)
}

// each calls visit with the members of a map or the elements of a list, in their order, until that returns false.
func (v Value) each(visit func(name, raw []byte) bool) {
	if v.kind != Map && v.kind != List {
		return
	}
	i := skipBlanks(v.text, 1)
	for i < len(v.text)-1 {
		var name []byte
		if v.kind == Map {
			name, i = memberName(v.text, i)
		}
		end := endOfJSON(v.text, i, 0)
		if !visit(name, v.text[i:end]) {
			return
		}
		i = skipBlanks(v.text, skipBlanks(v.text, end)+1)
	}
}

// decode returns what raw, one valid value, stands for. Strings with escapes are decoded into room.
func decode(raw, room []byte) (Value, []byte) {
	switch raw[0] {
	case '{', '[':
		return container(raw), room
	case 't', 'f':
		return NewBool(raw[0] == 't'), room
	case 'n':
		return Value{}, room
	case '"':
		_, escaped := leaf.EndOfString(raw, 0)
		inner := raw[1 : len(raw)-1]
		if !escaped {
			return NewText(inner), room
		}
		from := len(room)
		room = leaf.AppendUnescaped(room, inner)
		return NewText(room[from:len(room):len(room)]), room
	}
	return FromLeaf(leaf.ParseNumber(raw)), room
}

// Member returns the member of a map by its name, null if there is none. Room is where texts with escapes are decoded; it is
// returned longer by them.
func (v Value) Member(name string, room []byte) (Value, []byte) {
	var found []byte
	if v.kind == Map {
		from := len(room)
		v.each(func(raw, value []byte) bool {
			if string(raw) == name {
				found = value
			} else if escaped(raw) {
				if room = leaf.AppendUnescaped(room[:from], raw); string(room[from:]) == name {
					found = value
				}
				room = room[:from]
			}
			return found == nil
		})
	}
	if found == nil {
		return Value{}, room
	}
	return decode(found, room)
}

func escaped(raw []byte) bool {
	for _, c := range raw {
		if c == '\\' {
			return true
		}
	}
	return false
}

// Element returns the element of a list by its index, null if there is none; of a map the member whose name is the index.
func (v Value) Element(index int, room []byte) (Value, []byte) {
	if v.kind == Map {
		return v.Member(strconv.Itoa(index), room)
	}
	var found []byte
	v.each(func(_, raw []byte) bool {
		if index == 0 {
			found = raw
		}
		index--
		return found == nil
	})
	if found == nil {
		return Value{}, room
	}
	return decode(found, room)
}

// Each calls visit with the elements of a list, in their order, until that returns false. Texts with escapes are decoded
// into room.
func (v Value) Each(room []byte, visit func(Value) bool) []byte {
	if v.kind != List {
		return room
	}
	v.each(func(_, raw []byte) bool {
		var element Value
		element, room = decode(raw, room)
		return visit(element)
	})
	return room
}

// Size is the number of members of a map or elements of a list, 0 of everything else.
func (v Value) Size() int {
	n := 0
	v.each(func([]byte, []byte) bool { n++; return true })
	return n
}

// AppendJSON appends v as JSON without blanks. Times are texts.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.kind {
	case Null:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.word != 0)
	case Map, List:
		return appendCompact(dst, v.text)
	case Text:
		return AppendQuoted(dst, v.text)
	case Time:
		return append(AppendTime(append(dst, '"'), v.Int()), '"')
	}
	return v.Append(dst)
}

// appendCompact appends valid JSON without the blanks between its tokens.
func appendCompact(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		switch {
		case text[i] == '"':
			end, _ := leaf.EndOfString(text, i)
			dst = append(dst, text[i:end]...)
			i = end
		case leaf.IsBlank(text[i]):
			i++
		default:
			dst = append(dst, text[i])
			i++
		}
	}
	return dst
}

// AppendQuoted appends text as a string of JSON.
func AppendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c < ' ':
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// NewJSON returns the map or list that text is, which is known to be valid and without blanks around it.
func NewJSON(text []byte) Value { return container(text) }
