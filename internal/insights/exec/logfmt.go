package exec

import (
	"bytes"

	"tailrace/internal/insights/value"
)

// logfmt makes a map of a text of key=value pairs: values are texts, in quotes where they have blanks; a key alone is true.
// What has no pair is no such text.
type logfmt struct{ room []byte }

func (l *logfmt) reset() { l.room = l.room[:0] }

func (l *logfmt) take(text []byte, found []value.Value) bool {
	from, pairs := len(l.room), false
	l.room = append(l.room, '{')
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) == 0 {
			break
		}
		end := bytes.IndexAny(text, "= \t\r\n\"")
		switch {
		case end == 0: // no key: what is here belongs to nothing
			text = text[1:]
			continue
		case end < 0:
			end = len(text)
		}
		if len(l.room) > from+1 {
			l.room = append(l.room, ',')
		}
		l.room = append(value.AppendQuoted(l.room, text[:end]), ':')
		if text = text[end:]; len(text) == 0 || text[0] != '=' {
			l.room = append(l.room, "true"...)
			continue
		}
		pairs = true
		text = l.value(text[1:])
	}
	l.room = append(l.room, '}')
	if !pairs {
		l.room = l.room[:from]
		return false
	}
	found[0] = value.NewJSON(l.room[from:len(l.room):len(l.room)])
	return true
}

// value appends the value that a text starts with and returns what is behind it.
func (l *logfmt) value(text []byte) []byte {
	if len(text) == 0 || text[0] != '"' {
		end := bytes.IndexAny(text, " \t\r\n")
		if end < 0 {
			end = len(text)
		}
		l.room = value.AppendQuoted(l.room, text[:end])
		return text[end:]
	}
	var plain []byte
	for at := 1; at < len(text); at++ {
		switch c := text[at]; {
		case c == '"':
			l.room = value.AppendQuoted(l.room, plain)
			return text[at+1:]
		case c == '\\' && at+1 < len(text):
			at++
			plain = append(plain, unescaped(text[at]))
		default:
			plain = append(plain, c)
		}
	}
	l.room = value.AppendQuoted(l.room, plain) // without an end: all of it
	return nil
}

func unescaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	}
	return c
}
