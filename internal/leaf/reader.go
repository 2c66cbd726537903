package leaf

import "slices"

// Reader finds leaves. The zero value is not of use: see Find and Discover.
type Reader struct {
	root   *node
	nodes  map[string]*node // by path, without the root
	paths  []string
	most   int // paths to discover, with those that are given; 0: find those alone
	room   int // for nodes, if most is not 0
	lost   bool
	learnt int // edges

	text    []byte
	pos     int
	depth   int
	leaves  []Leaf
	at      []seen // by path
	message int    // how many were read
	name    []byte
	scratch []byte
}

// seen says where in leaves a path's leaf is, if it is of the message.
type seen struct{ message, leaf int }

// Read returns the message's leaves in their order, the first of each path, valid as long as the message and until the next
// call; false if it has none because it is no JSON object.
func (r *Reader) Read(message []byte) ([]Leaf, bool) {
	leaves, end := r.ReadPrefix(message)
	for end > 0 && end < len(message) {
		if !IsBlank(message[end]) {
			return nil, false
		}
		end++
	}
	return leaves, end > 0
}

// ReadPrefix is Read for a JSON object with anything behind it. It returns where the object ends, 0 if there is none.
func (r *Reader) ReadPrefix(message []byte) (leaves []Leaf, end int) {
	r.text, r.pos, r.depth, r.leaves = message, 0, 0, r.leaves[:0]
	r.message++
	if r.blanks(); r.peek() != '{' {
		return nil, 0
	}
	ok := r.object(r.root)
	r.text = nil
	if !ok {
		return nil, 0
	}
	return r.leaves, r.pos
}

func (r *Reader) peek() byte {
	if r.pos >= len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

func (r *Reader) blanks() {
	for r.pos < len(r.text) && IsBlank(r.text[r.pos]) {
		r.pos++
	}
}

// value reads the value that n stands for, nil if nothing is looked for there.
func (r *Reader) value(n *node) bool {
	if n == nil {
		return r.skip()
	}
	switch c := r.peek(); {
	case c == '{' && n.below:
		return r.object(n)
	case c == '[' && n.below:
		return r.array(n)
	case c == '{' || c == '[' || n.leaf < 0 && r.most == 0:
		return r.skip()
	default:
		return r.scalar(n, c)
	}
}

// scalar reads a leaf.
func (r *Reader) scalar(n *node, c byte) bool {
	from, kind, isEscaped := r.pos, Number, false
	switch c {
	case '"':
		var ok bool
		if isEscaped, ok = r.quoted(); !ok {
			return false
		}
		kind = Text
	case 't', 'f', 'n':
		if !r.literal(c) {
			return false
		}
		kind = literalKind(c)
	default:
		end := EndOfNumber(r.text, from)
		if end == 0 {
			return false
		}
		r.pos = end
	}
	path := r.number(n)
	if path < 0 {
		return true
	}
	if l := r.note(path); l != nil {
		to := r.pos
		if kind == Text {
			from, to = from+1, to-1
		}
		l.Raw, l.Kind, l.Escaped = r.text[from:to:to], kind, isEscaped
	}
	return true
}

func literalKind(c byte) Kind {
	switch c {
	case 't':
		return True
	case 'f':
		return False
	}
	return Null
}

// note adds a leaf, to be filled in: one that is made elsewhere and copied costs more than all else. It is nil if the message
// had a leaf with the path.
func (r *Reader) note(path int) *Leaf {
	at := &r.at[path]
	if at.message == r.message {
		r.leaves[at.leaf].Doubled = true
		return nil
	}
	n := len(r.leaves)
	*at = seen{r.message, n}
	if n == cap(r.leaves) {
		r.leaves = slices.Grow(r.leaves, 1)
	}
	r.leaves = r.leaves[:n+1]
	l := &r.leaves[n]
	l.Path, l.Doubled = path, false
	return l
}

// literal reads true, false or null.
func (r *Reader) literal(c byte) bool {
	word := "null"
	switch c {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	if len(r.text)-r.pos < len(word) || string(r.text[r.pos:r.pos+len(word)]) != word {
		return false
	}
	r.pos += len(word)
	return true
}

// enter steps into an object or array; done if it is empty.
func (r *Reader) enter(end byte) (done, ok bool) {
	r.pos++
	r.depth++
	if r.blanks(); r.depth > MaxNesting || r.peek() != end {
		return false, r.depth <= MaxNesting
	}
	r.pos++
	r.depth--
	return true, true
}

// next reads what follows a member: a comma, then more is true, or the end of the object or array.
func (r *Reader) next(end byte) (more, ok bool) {
	r.blanks()
	switch r.peek() {
	case ',':
		r.pos++
		r.blanks()
		return true, true
	case end:
		r.pos++
		r.depth--
		return false, true
	}
	return false, false
}

func (r *Reader) object(n *node) bool {
	done, ok := r.enter('}')
	if done || !ok {
		return ok
	}
	guess := &n.first
	for {
		var to *node
		if e := *guess; e != nil && e.quoted != "" && r.isNext(e.quoted) {
			r.pos += len(e.quoted)
			to, guess = e.to, &e.next
		} else if to, e, ok = r.property(n); !ok {
			return false
		} else {
			guess = follow(guess, e)
		}
		if r.blanks(); !r.value(to) {
			return false
		}
		if more, ok := r.next('}'); !more {
			return ok
		}
	}
}

// follow notes that e came where guess is, and returns where the guess of the next one is.
func follow(guess **edge, e *edge) **edge {
	if e == nil {
		return new(*edge)
	}
	*guess = e
	return &e.next
}

func (r *Reader) isNext(quoted string) bool {
	return len(r.text)-r.pos >= len(quoted) && string(r.text[r.pos:r.pos+len(quoted)]) == quoted
}

// property reads a name and a colon and finds where they lead.
func (r *Reader) property(n *node) (to *node, e *edge, ok bool) {
	from := r.pos
	escaped, ok := r.quoted()
	if !ok {
		return nil, nil, false
	}
	name := r.text[from+1 : r.pos-1]
	if r.blanks(); r.peek() != ':' {
		return nil, nil, false
	}
	r.pos++
	if escaped {
		r.scratch = AppendUnescaped(r.scratch[:0], name)
		name = r.scratch
	}
	to, e = r.below(n, name, -1)
	return to, e, true
}

// quoted reads a string.
func (r *Reader) quoted() (escaped, ok bool) {
	if r.peek() != '"' {
		return false, false
	}
	r.pos, escaped = EndOfString(r.text, r.pos)
	return escaped, r.pos > 0
}

func (r *Reader) array(n *node) bool {
	done, ok := r.enter(']')
	if done || !ok {
		return ok
	}
	guess := &n.first
	for index := 0; ; index++ {
		var to *node
		if e := *guess; e != nil && e.index == index {
			to, guess = e.to, &e.next
		} else {
			to, e = r.element(n, index)
			guess = follow(guess, e)
		}
		if !r.value(to) {
			return false
		}
		if more, ok := r.next(']'); !more {
			return ok
		}
	}
}

// skip reads a value in which nothing is looked for.
func (r *Reader) skip() bool {
	switch c := r.peek(); c {
	case '"':
		_, ok := r.quoted()
		return ok
	case '{':
		return r.skipObject()
	case '[':
		return r.skipArray()
	case 't', 'f', 'n':
		return r.literal(c)
	}
	end := EndOfNumber(r.text, r.pos)
	r.pos = end
	return end > 0
}

func (r *Reader) skipObject() bool {
	done, ok := r.enter('}')
	for more := !done && ok; more; more, ok = r.next('}') {
		if _, ok := r.quoted(); !ok {
			return false
		}
		if r.blanks(); r.peek() != ':' {
			return false
		}
		r.pos++
		if r.blanks(); !r.skip() {
			return false
		}
	}
	return ok
}

func (r *Reader) skipArray() bool {
	done, ok := r.enter(']')
	for more := !done && ok; more; more, ok = r.next(']') {
		if !r.skip() {
			return false
		}
	}
	return ok
}
