package function

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tailrace/internal/insights/value"
)

// prepareParseDate is parseDate(text, format[, zone]): the milliseconds of a date in a format of Java's DateTimeFormatter,
// null for texts that have another form. Without a zone, in the text or as an argument, it is UTC.
func prepareParseDate(c *compiler) (rowFunc, error) {
	pattern, err := c.constText(1, "the format")
	if err != nil {
		return nil, err
	}
	format, err := newDateFormat(pattern)
	if err != nil {
		return nil, c.fail(1, "%s", err)
	}
	zone, err := c.zone(2)
	if err != nil {
		return nil, err
	}
	return func(r *room, args []value.Value) value.Value {
		if ms, ok := format.parse(r.text(args[0]), zone); ok {
			return value.NewInt(ms)
		}
		return value.Value{}
	}, nil
}

// zone reads the optional argument that is a time zone.
func (c *compiler) zone(index int) (*time.Location, error) {
	if index >= len(c.args) {
		return time.UTC, nil
	}
	name, err := c.constText(index, "the time zone")
	if err != nil {
		return nil, err
	}
	zone, err := loadZone(name)
	if err != nil {
		return nil, c.fail(index, "%q is %s", name, err)
	}
	return zone, nil
}

// dateFormat is a pattern of Java's DateTimeFormatter as a list of what stands in a text.
type dateFormat []dateField

// dateField is a letter with its number, or literal text if letter is 0.
type dateField struct {
	letter  byte
	count   int
	literal string
}

// dateLetters are the letters that are read, with how often they may stand one behind the other.
var dateLetters = map[byte]int{
	'y': 4, 'u': 4, 'M': 4, 'L': 4, 'd': 2, 'D': 3, 'E': 4, 'H': 2, 'k': 2, 'h': 2, 'K': 2, 'm': 2, 's': 2, 'S': 9, 'a': 1, 'X': 3, 'x': 3, 'Z': 3, 'z': 4,
}

// newDateFormat reads a pattern. Other letters, a pattern without a year, and one with a twelve-hour clock but no a (AM or PM)
// are refused: they would leave the time to be guessed.
func newDateFormat(pattern string) (dateFormat, error) {
	var format dateFormat
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			if most := dateLetters[c]; n > most {
				return nil, fmt.Errorf("the format has %q, which is not supported", pattern[i:i+n])
			}
			format = append(format, dateField{letter: c, count: n})
			i += n
		case c == '\'':
			text, length, err := quotedLiteral(pattern[i:])
			if err != nil {
				return nil, err
			}
			format = append(format, dateField{literal: text})
			i += length
		case strings.IndexByte("[]{}#", c) >= 0:
			return nil, fmt.Errorf("the format has %q, which is not supported", c)
		default:
			format = append(format, dateField{literal: pattern[i : i+1]})
			i++
		}
	}
	return format, format.check()
}

// quotedLiteral reads text in single quotes, of which two stand for one.
func quotedLiteral(pattern string) (text string, length int, err error) {
	if strings.HasPrefix(pattern, "''") {
		return "'", 2, nil
	}
	for i := 1; i < len(pattern); i++ {
		switch {
		case pattern[i] != '\'':
			text += pattern[i : i+1]
		case i+1 < len(pattern) && pattern[i+1] == '\'':
			text += "'"
			i++
		default:
			return text, i + 1, nil
		}
	}
	return "", 0, errors.New("the format has a quote that is not closed")
}

func (f dateFormat) has(letters string) bool {
	for _, field := range f {
		if field.letter != 0 && strings.IndexByte(letters, field.letter) >= 0 {
			return true
		}
	}
	return false
}

func (f dateFormat) check() error {
	switch {
	case !f.has("yu"):
		return errors.New("the format has no year")
	case f.has("hK") && !f.has("a"):
		return errors.New("the format has hours of a half day without a (AM or PM)")
	case f.has("D") && f.has("ML"):
		return errors.New("the format has a month and a day of the year")
	}
	return nil
}

// date is what is known of a time while it is read.
type date struct {
	year, month, day, ofYear    int
	hour, minute, second, nanos int
	hasOffset, pm, isHalfHour   bool
	offset                      int
}

// parse reads a text, which has to be the whole of a date.
func (f dateFormat) parse(text []byte, zone *time.Location) (ms int64, ok bool) {
	d := date{month: 1, day: 1}
	for _, field := range f {
		if text, ok = d.read(field, text); !ok {
			return 0, false
		}
	}
	if len(text) > 0 {
		return 0, false
	}
	return d.millis(zone)
}

func (d *date) read(field dateField, text []byte) (rest []byte, ok bool) {
	switch field.letter {
	case 0:
		if len(text) < len(field.literal) || string(text[:len(field.literal)]) != field.literal {
			return text, false
		}
		return text[len(field.literal):], true
	case 'y', 'u':
		return d.readYear(field, text)
	case 'M', 'L':
		if field.count > 2 {
			d.month, rest, ok = readName(text, monthNames, field.count == 3)
			d.month++
			return rest, ok
		}
		d.month, rest, ok = readField(field, text, 1, 12)
	case 'd':
		d.day, rest, ok = readField(field, text, 1, 31)
	case 'D':
		d.ofYear, rest, ok = readDigits(text, field.count, 3)
		ok = ok && d.ofYear >= 1 && d.ofYear <= 366
	case 'E':
		_, rest, ok = readName(text, dayNames, field.count < 4)
	case 'H':
		d.hour, rest, ok = readField(field, text, 0, 23)
	case 'k':
		d.hour, rest, ok = readField(field, text, 1, 24)
		d.hour %= 24
	case 'h', 'K':
		d.hour, rest, ok = readField(field, text, 0, 12)
		d.hour, d.isHalfHour = d.hour%12, true
	case 'm':
		d.minute, rest, ok = readField(field, text, 0, 59)
	case 's':
		d.second, rest, ok = readField(field, text, 0, 59)
	case 'S':
		d.nanos, rest, ok = readDigits(text, field.count, field.count)
		for range 9 - field.count {
			d.nanos *= 10
		}
	case 'a':
		var half int
		half, rest, ok = readName(text, halfNames, false)
		d.pm = half == 1
	default:
		d.hasOffset = true
		return d.readZone(text)
	}
	return rest, ok
}

// readYear reads a year: two letters stand for one from 2000 to 2099.
func (d *date) readYear(field dateField, text []byte) (rest []byte, ok bool) {
	switch field.count {
	case 2:
		d.year, rest, ok = readDigits(text, 2, 2)
		d.year += 2000
	case 1:
		d.year, rest, ok = readDigits(text, 1, 4)
	default:
		d.year, rest, ok = readDigits(text, field.count, field.count)
	}
	return rest, ok
}

// readZone reads an offset, or one of the names that are no region's.
func (d *date) readZone(text []byte) (rest []byte, ok bool) {
	for _, name := range []string{"UTC", "GMT"} {
		if strings.HasPrefix(string(text[:min(len(text), len(name))]), name) {
			return text[len(name):], true
		}
	}
	d.offset, rest, ok = readOffset(text)
	return rest, ok
}

// readField reads a number: of one or two digits for one letter, of two for two.
func readField(field dateField, text []byte, least, most int) (n int, rest []byte, ok bool) {
	n, rest, ok = readDigits(text, field.count, 2)
	return n, rest, ok && n >= least && n <= most
}

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	halfNames  = []string{"AM", "PM"}
)

// readName reads an English name in any case of letters; short says whether it is the first three letters only.
func readName(text []byte, names []string, short bool) (index int, rest []byte, ok bool) {
	for i, name := range names {
		if short {
			name = name[:3]
		}
		if len(text) >= len(name) && strings.EqualFold(string(text[:len(name)]), name) {
			return i, text[len(name):], true
		}
	}
	return 0, text, false
}

// millis is the time that was read, if there is such a day.
func (d *date) millis(zone *time.Location) (int64, bool) {
	if d.isHalfHour && d.pm {
		d.hour += 12
	}
	if d.ofYear > 0 {
		d.day = d.ofYear
	}
	if d.hasOffset {
		zone = time.UTC
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, d.nanos, zone)
	if d.ofYear > 0 && t.Year() != d.year || d.ofYear == 0 && daysIn(d.year, d.month) < d.day {
		return 0, false
	}
	return t.UnixMilli() - int64(d.offset)*1000, true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
