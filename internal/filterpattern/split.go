package filterpattern

import (
	"bytes"
	"strconv"
)

// splitter takes the fields of a line one by one.
type splitter struct {
	line []byte
	pos  int
	// No closing quote or bracket stands from here to the end: not to be looked for again at each that opens.
	noQuote, noBracket bool
}

// next returns the next field without its delimiters, and where it starts with them; false at the end of the line.
func (s *splitter) next() (text []byte, start int, ok bool) {
	if !s.more() {
		return nil, 0, false
	}
	start = s.pos
	inside := s.group()
	if inside != nil && s.atSpace() {
		return inside, start, true
	}
	s.word()
	return s.line[start:s.pos], start, true
}

// more skips spaces and tells whether a field follows.
func (s *splitter) more() bool {
	for s.pos < len(s.line) && s.line[s.pos] == ' ' {
		s.pos++
	}
	return s.pos < len(s.line)
}

func (s *splitter) atSpace() bool { return s.pos == len(s.line) || s.line[s.pos] == ' ' }

// word moves to the end of the text that has no space.
func (s *splitter) word() {
	if n := bytes.IndexByte(s.line[s.pos:], ' '); n >= 0 {
		s.pos += n
	} else {
		s.pos = len(s.line)
	}
}

// group moves behind a group in quotes or brackets and returns its inside, nil if none stands here.
func (s *splitter) group() []byte {
	var end byte
	var missing *bool
	switch s.line[s.pos] {
	case '"':
		end, missing = '"', &s.noQuote
	case '[':
		end, missing = ']', &s.noBracket
	default:
		return nil
	}
	if *missing {
		return nil
	}
	start := s.pos + 1
	n := bytes.IndexByte(s.line[start:], end)
	if n < 0 {
		*missing = true
		return nil
	}
	s.pos = start + n + 1
	return s.line[start : start+n]
}

// rest returns the text from start to the end of the line, spaces at the end aside, if more than the field at start is left.
func (s *splitter) rest(text []byte, start int) []byte {
	if !s.more() {
		return text
	}
	return bytes.TrimRight(s.line[start:], " ")
}

func (f *fields) match(message []byte) bool {
	if f.matchAll() {
		return true
	}
	if !f.filter.Passes(message) {
		return false
	}
	s := splitter{line: message}
	if f.dots < 0 {
		return f.matchHead(&s, f.list)
	}
	return f.matchHead(&s, f.list[:f.dots]) && f.matchTail(&s, f.list[f.dots+1:])
}

// matchHead compares the next fields of the line; without an ellipsis the last one takes the rest.
func (f *fields) matchHead(s *splitter, list []field) bool {
	for i := range list {
		text, start, ok := s.next()
		if !ok {
			return false
		}
		if f.dots < 0 && i == len(list)-1 {
			text = s.rest(text, start)
		}
		if !list[i].suits(text) {
			return false
		}
	}
	return true
}

// matchTail compares the last fields of the line. It counts what is left and goes over it again: a group can only be
// told from its start.
func (f *fields) matchTail(s *splitter, list []field) bool {
	if len(list) == 0 {
		return true
	}
	again := *s
	left := 0
	for ; ; left++ {
		if _, _, ok := s.next(); !ok {
			break
		}
	}
	if left < len(list) {
		return false
	}
	for range left - len(list) {
		again.next()
	}
	return f.matchHead(&again, list)
}

// extract names the fields of a message that matches.
func (f *fields) extract(message []byte) map[string]string {
	var texts []string
	s := splitter{line: message}
	for {
		text, start, ok := s.next()
		if !ok {
			break
		}
		if f.dots < 0 && len(texts) == len(f.list)-1 {
			text = s.rest(text, start)
			s.pos = len(message)
		}
		texts = append(texts, string(text))
	}
	out := make(map[string]string, len(texts))
	for i, text := range texts {
		out["$"+f.nameAt(i, len(texts))] = text
	}
	return out
}

// nameAt returns the name of the field at index i of n, or its place, counted from 1.
func (f *fields) nameAt(i, n int) string {
	at := i
	if f.dots >= 0 && i >= f.dots {
		at = max(f.dots, i-n+len(f.list))
	}
	if name := f.list[at].name; name != "" && name != ellipsis {
		return name
	}
	return strconv.Itoa(i + 1)
}
