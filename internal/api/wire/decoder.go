package wire

import "fmt"

const (
	// MaxDepth is how deep values may nest.
	MaxDepth = 1000
	// MaxAbsent is how many absent members are remembered.
	MaxAbsent = 100
)

// Error says why a text was refused. Offset counts bytes of the text.
type Error struct {
	Offset int
	Reason string
}

// Error returns the reason; where it stands is in Offset, which means nothing to a client once the text was rewritten.
func (e *Error) Error() string { return e.Reason }

// Decoder reads one JSON text, front to back. The caller says what it expects; see the package comment for what is
// accepted and for errors.
type Decoder struct {
	Path // where the decoder is, as far as the caller tells it

	buf   []byte
	pos   int
	free  int  // text before it was handed out; from it up to pos the buffer may be overwritten
	end   int  // where the last string ends
	fresh bool // an object or a list was just opened, so that no comma is due
	name  []byte
	err   error

	absent []string
}

// NewDecoder returns a decoder of text, which it overwrites.
func NewDecoder(text []byte) *Decoder { return &Decoder{buf: text} }

// Err returns the first error, an *Error, or nil.
func (d *Decoder) Err() error { return d.err }

// End says that the text has to be over.
func (d *Decoder) End() {
	if d.next(); d.pos < len(d.buf) {
		d.unexpected()
	}
}

// Remaining is the number of bytes not yet read.
func (d *Decoder) Remaining() int { return len(d.buf) - d.pos }

// Missing remembers that a member that must be present is not; an empty name stands for the value itself, which is null.
func (d *Decoder) Missing(member string) {
	if d.err == nil && len(d.absent) < MaxAbsent {
		d.absent = append(d.absent, d.Path.Name(member))
	}
}

// Absent are the paths that Missing was told of, at most MaxAbsent.
func (d *Decoder) Absent() []string { return d.absent }

// Open expects the start of an object '{' or a list '['.
func (d *Decoder) Open(bracket byte) bool {
	if d.next() != bracket {
		d.mismatch("")
		return false
	}
	d.pos++
	d.fresh = true
	return true
}

// Member goes to the next member of the object whose value is not null, and tells whether there is one; if not, the
// object is closed. The value has to be read before the next call.
func (d *Decoder) Member() bool {
	for {
		c := d.next()
		if c == '}' {
			d.pos++
			d.fresh = false
			return false
		}
		if !d.fresh {
			if c != ',' {
				return d.unexpected()
			}
			d.pos++
			c = d.next()
		}
		d.fresh = false
		if c != '"' {
			return d.unexpected()
		}
		d.name = d.scan()
		if d.next() != ':' {
			return d.unexpected()
		}
		d.pos++
		if d.next() != 'n' {
			return d.err == nil
		}
		d.literal("null")
	}
}

// Name is the name of the member that Member went to, valid until its value is read.
func (d *Decoder) Name() []byte { return d.name }

// Element goes to the next element of the list and tells whether there is one; if not, the list is closed. The element has
// to be read before the next call, by Null if it is null.
func (d *Decoder) Element() bool {
	c := d.next()
	if c == ']' {
		d.pos++
		d.fresh = false
		return false
	}
	if !d.fresh {
		if c != ',' {
			return d.unexpected()
		}
		d.pos++
		d.next()
	}
	d.fresh = false
	return d.err == nil
}

// next skips white space and returns the byte that follows, which is not consumed: 0 at the end of the text, where every
// caller takes it for the wrong byte.
func (d *Decoder) next() byte {
	for d.pos < len(d.buf) {
		c := d.buf[d.pos]
		if c > ' ' {
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		d.pos++
	}
	return 0
}

// fail keeps the first error and ends the text, so that all loops end.
func (d *Decoder) fail(reason string) bool {
	if d.err == nil {
		d.err = &Error{Offset: d.pos, Reason: reason}
	}
	d.pos = len(d.buf)
	return false
}

func (d *Decoder) unexpected() bool {
	if d.pos >= len(d.buf) {
		return d.fail("Unexpected end of the JSON text")
	}
	return d.fail(fmt.Sprintf("Unexpected character %q at byte %d of the JSON text", d.buf[d.pos], d.pos))
}

// mismatch refuses a value of another type than the one wanted, in the words of AWS's JSON services.
func (d *Decoder) mismatch(want string) {
	found := ""
	switch c := d.next(); {
	case c == '{':
		d.fail("Start of structure or map found where not expected.")
		return
	case c == '[':
		d.fail("Start of list found where not expected")
		return
	case c == '"':
		found = "STRING_VALUE"
	case c == '-' || '0' <= c && c <= '9':
		found = "NUMBER_VALUE"
	case c == 't':
		found = "TRUE_VALUE"
	case c == 'f':
		found = "FALSE_VALUE"
	case c == 'n':
		found = "NULL_VALUE"
	default:
		d.unexpected()
		return
	}
	if want == "" {
		d.fail("Unexpected field type")
		return
	}
	d.fail(found + " can not be converted to " + want)
}
