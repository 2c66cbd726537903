package function

import (
	"errors"
	"time"
	_ "time/tzdata" // the binary needs no zone files of its machine
)

// loadZone reads a time zone: UTC, GMT, Z, an offset such as +02:00, or a name such as Europe/Berlin.
func loadZone(name string) (*time.Location, error) {
	switch name {
	case "UTC", "GMT", "Z", "z":
		return time.UTC, nil
	case "", "Local":
		return nil, errors.New("no time zone")
	}
	if name[0] == '+' || name[0] == '-' {
		seconds, rest, ok := readOffset([]byte(name))
		if !ok || len(rest) > 0 {
			return nil, errors.New("no offset from UTC, such as +02:00")
		}
		return time.FixedZone(name, seconds), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errors.New("no time zone that is known")
	}
	return zone, nil
}

// readOffset reads Z, ±hh, ±hhmm or ±hh:mm, in seconds.
func readOffset(text []byte) (seconds int, rest []byte, ok bool) {
	if len(text) > 0 && (text[0] == 'Z' || text[0] == 'z') {
		return 0, text[1:], true
	}
	if len(text) < 3 || text[0] != '+' && text[0] != '-' {
		return 0, text, false
	}
	sign := 1
	if text[0] == '-' {
		sign = -1
	}
	hours, text, ok := readDigits(text[1:], 2, 2)
	if !ok {
		return 0, text, false
	}
	rest = text
	if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
	}
	minutes, after, ok := readDigits(rest, 2, 2)
	if !ok {
		minutes, after = 0, text
	}
	if hours > 18 || minutes > 59 {
		return 0, text, false
	}
	return sign * (hours*3600 + minutes*60), after, true
}

// readDigits reads a number of least to most digits.
func readDigits(text []byte, least, most int) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < most && text[i]-'0' <= 9 {
		n = n*10 + int(text[i]-'0')
		i++
	}
	return n, text[i:], i >= least
}
