package filterpattern

import "tailrace/internal/leaf"

// walker goes over a message once, checks that it is JSON, and notes the conditions that its values satisfy. Methods read
// what stands at pos and return false if that is no JSON.
type walker struct {
	trie    trie
	text    []byte
	pos     int
	depth   int
	found   bitset
	scratch *[]byte // for strings with escapes; nil until one is needed
}

// document reads the whole text, which must be an object.
func (w *walker) document() bool {
	if w.blanks(); w.peek() != '{' || !w.value(rootNode) {
		return false
	}
	w.blanks()
	return w.pos == len(w.text)
}

func (w *walker) peek() byte {
	if w.pos == len(w.text) {
		return 0
	}
	return w.text[w.pos]
}

func (w *walker) blanks() {
	for w.pos < len(w.text) && isBlank(w.text[w.pos]) {
		w.pos++
	}
}

func (w *walker) take(c byte) bool {
	if w.peek() != c {
		return false
	}
	w.pos++
	return true
}

// value reads a value at the given places of the pattern.
func (w *walker) value(at places) bool {
	switch w.peek() {
	case '{':
		return w.object(at)
	case '[':
		return w.array(at)
	case '"':
		return w.string(at)
	case 't':
		return w.word(at, "true", opIsTrue)
	case 'f':
		return w.word(at, "false", opIsFalse)
	case 'n':
		return w.word(at, "null", opIsNull)
	}
	return w.number(at)
}

// enter steps into an object or array, which is there, but has no text to compare.
func (w *walker) enter(at places) bool {
	w.pos++
	w.depth++
	for ; at != 0; at >>= placeBits {
		for _, c := range w.trie[uint16(at)].conds {
			if c.op == opNotExists {
				w.found.set(c.index)
			}
		}
	}
	w.blanks()
	return w.depth <= leaf.MaxNesting
}

// next reads what follows a member: a comma, then more is true, or the end of the object or array.
func (w *walker) next(end byte) (more, ok bool) {
	w.blanks()
	if w.take(',') {
		w.blanks()
		return true, true
	}
	w.depth--
	return false, w.take(end)
}

func (w *walker) object(at places) bool {
	if !w.enter(at) {
		return false
	}
	if w.peek() == '}' {
		_, ok := w.next('}')
		return ok
	}
	for {
		below, ok := w.property(at)
		if !ok || !w.value(below) {
			return false
		}
		if more, ok := w.next('}'); !more {
			return ok
		}
	}
}

// property reads a name up to its value, and returns the places of that.
func (w *walker) property(at places) (places, bool) {
	if w.peek() != '"' {
		return 0, false
	}
	name, escaped, ok := w.quoted()
	if !ok {
		return 0, false
	}
	w.blanks()
	if !w.take(':') {
		return 0, false
	}
	w.blanks()
	if at == 0 {
		return 0, true
	}
	if escaped {
		name = w.unescape(name)
	}
	return w.trie.named(at, name), true
}

func (w *walker) array(at places) bool {
	if !w.enter(at) {
		return false
	}
	if w.peek() == ']' {
		_, ok := w.next(']')
		return ok
	}
	for index := 0; ; index++ {
		below := w.trie.indexed(at, index)
		if !w.value(below) {
			return false
		}
		if more, ok := w.next(']'); !more {
			return ok
		}
	}
}

func (w *walker) string(at places) bool {
	text, escaped, ok := w.quoted()
	if ok && at != 0 {
		if escaped {
			text = w.unescape(text)
		}
		w.note(at, opEqual, text, false)
	}
	return ok
}

// word reads a literal name of JSON, which satisfies one of the IS operators.
func (w *walker) word(at places, word string, is operator) bool {
	end := w.pos + len(word)
	if end > len(w.text) || string(w.text[w.pos:end]) != word {
		return false
	}
	w.note(at, is, w.text[w.pos:end], false)
	w.pos = end
	return true
}

func (w *walker) number(at places) bool {
	end := leaf.EndOfNumber(w.text, w.pos)
	if end == 0 {
		return false
	}
	w.note(at, opEqual, w.text[w.pos:end], true)
	w.pos = end
	return true
}

// note remembers the conditions at these places that a scalar satisfies.
func (w *walker) note(at places, is operator, text []byte, number bool) {
	for ; at != 0; at >>= placeBits {
		for _, c := range w.trie[uint16(at)].conds {
			satisfied := c.op == opNotExists || c.op == is
			if c.op < opIsNull {
				satisfied = c.value.satisfied(c.op, text, number)
			}
			if satisfied {
				w.found.set(c.index)
			}
		}
	}
}
