package exec

import (
	"bytes"

	"tailrace/internal/insights/value"
)

// csv takes the values of one record apart: commas between them, quotes around those that have commas, breaks or quotes, which are
// written twice. Surplus values are dropped, missing ones null.
type csv struct{ room []byte }

func (c *csv) reset() { c.room = c.room[:0] }

func (c *csv) take(text []byte, found []value.Value) bool {
	for i := range found {
		v, rest, more := c.value(text)
		if found[i] = value.NewText(v); !more {
			break
		}
		text = rest
	}
	return true
}

// value reads a value; more tells whether another one follows.
func (c *csv) value(text []byte) (v, rest []byte, more bool) {
	if len(text) > 0 && text[0] == '"' {
		from := len(c.room)
		for at := 1; at < len(text); at++ {
			switch {
			case text[at] != '"':
				c.room = append(c.room, text[at])
			case at+1 < len(text) && text[at+1] == '"':
				at++
				c.room = append(c.room, '"')
			default:
				_, rest, more = c.plain(text[at+1:])
				return c.room[from:len(c.room):len(c.room)], rest, more
			}
		}
		return c.room[from:len(c.room):len(c.room)], nil, false // without an end: all of it
	}
	return c.plain(text)
}

// plain reads up to a comma or the end of the record.
func (*csv) plain(text []byte) (v, rest []byte, more bool) {
	end := bytes.IndexAny(text, ",\r\n")
	if end < 0 {
		return text[:len(text):len(text)], nil, false
	}
	return text[:end:end], text[end+1:], text[end] == ','
}
