package function

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tailrace/internal/insights/value"
)

// prepareFormatDate is formatDate(time, format[, zone]), strftime for short: a time as text in a format of strftime. Without
// a zone it is UTC.
func prepareFormatDate(c *compiler) (rowFunc, error) {
	format, err := c.constText(1, "the format")
	if err != nil {
		return nil, err
	}
	if err := checkFormat(format); err != nil {
		return nil, c.fail(1, "%s", err)
	}
	zone, err := c.zone(2)
	if err != nil {
		return nil, err
	}
	return func(r *room, args []value.Value) value.Value {
		ms, ok := millis(args[0])
		if !ok || ms < -maxTime || ms > maxTime {
			return value.Value{}
		}
		from := len(r.bytes)
		r.bytes = appendFormatted(r.bytes, format, time.UnixMilli(ms).In(zone))
		return r.since(from)
	}, nil
}

// directives are the letters that may stand behind %.
const directives = "YyCGgmbBhdejaAuwUWVHkIlMSfLpPzZsFTDRrcntN%"

func checkFormat(format string) error {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		if i++; i == len(format) {
			return fmt.Errorf("the format ends with %%: a %% itself is written %%%%")
		}
		if strings.IndexByte(directives, format[i]) < 0 {
			return fmt.Errorf("the format has %q, which is not supported", format[i-1:i+1])
		}
	}
	return nil
}

// appendFormatted appends a time in a format that was checked.
func appendFormatted(dst []byte, format string, t time.Time) []byte {
	for i := 0; i < len(format); i++ {
		if format[i] == '%' {
			i++
			dst = appendDirective(dst, format[i], t)
		} else {
			dst = append(dst, format[i])
		}
	}
	return dst
}

func appendDirective(dst []byte, letter byte, t time.Time) []byte {
	switch letter {
	case 'Y', 'y', 'C', 'G', 'g', 'm', 'b', 'B', 'h', 'd', 'e', 'j', 'a', 'A', 'u', 'w', 'U', 'W', 'V':
		return appendDay(dst, letter, t)
	case 'z':
		return t.AppendFormat(dst, "-0700")
	case 'Z':
		return t.AppendFormat(dst, "MST")
	case 's':
		return strconv.AppendInt(dst, t.Unix(), 10)
	case 'F':
		return appendFormatted(dst, "%Y-%m-%d", t)
	case 'T':
		return appendFormatted(dst, "%H:%M:%S", t)
	case 'D':
		return appendFormatted(dst, "%m/%d/%y", t)
	case 'R':
		return appendFormatted(dst, "%H:%M", t)
	case 'r':
		return appendFormatted(dst, "%I:%M:%S %p", t)
	case 'c':
		return appendFormatted(dst, "%a %b %e %H:%M:%S %Y", t)
	case 'n':
		return append(dst, '\n')
	case 't':
		return append(dst, '\t')
	case '%':
		return append(dst, '%')
	}
	return appendClock(dst, letter, t)
}

// appendClock appends the hour and what is less.
func appendClock(dst []byte, letter byte, t time.Time) []byte {
	hour12 := int64((t.Hour()+11)%12 + 1)
	switch letter {
	case 'H':
		return value.AppendPadded(dst, int64(t.Hour()), 2)
	case 'k':
		return appendSpaced(dst, int64(t.Hour()))
	case 'I':
		return value.AppendPadded(dst, hour12, 2)
	case 'l':
		return appendSpaced(dst, hour12)
	case 'M':
		return value.AppendPadded(dst, int64(t.Minute()), 2)
	case 'S':
		return value.AppendPadded(dst, int64(t.Second()), 2)
	case 'L':
		return value.AppendPadded(dst, int64(t.Nanosecond()/1e6), 3)
	case 'f':
		return value.AppendPadded(dst, int64(t.Nanosecond()/1e3), 6)
	case 'N':
		return value.AppendPadded(dst, int64(t.Nanosecond()), 9)
	case 'P':
		return t.AppendFormat(dst, "pm")
	}
	return t.AppendFormat(dst, "PM")
}

// appendDay appends the day and what is more.
func appendDay(dst []byte, letter byte, t time.Time) []byte {
	weekday := int64(t.Weekday())
	switch letter {
	case 'Y':
		return appendYear(dst, t.Year())
	case 'y':
		return value.AppendPadded(dst, modulo(int64(t.Year()), 100), 2)
	case 'C':
		return value.AppendPadded(dst, int64(max(t.Year(), 0)/100), 2)
	case 'm':
		return value.AppendPadded(dst, int64(t.Month()), 2)
	case 'b', 'h':
		return append(dst, t.Month().String()[:3]...)
	case 'B':
		return append(dst, t.Month().String()...)
	case 'd':
		return value.AppendPadded(dst, int64(t.Day()), 2)
	case 'e':
		return appendSpaced(dst, int64(t.Day()))
	case 'j':
		return value.AppendPadded(dst, int64(t.YearDay()), 3)
	case 'a':
		return append(dst, t.Weekday().String()[:3]...)
	case 'A':
		return append(dst, t.Weekday().String()...)
	case 'u':
		return strconv.AppendInt(dst, (weekday+6)%7+1, 10)
	case 'w':
		return strconv.AppendInt(dst, weekday, 10)
	case 'U': // weeks from the first Sunday on
		return value.AppendPadded(dst, (int64(t.YearDay())+6-weekday)/7, 2)
	case 'W': // weeks from the first Monday on
		return value.AppendPadded(dst, (int64(t.YearDay())+6-(weekday+6)%7)/7, 2)
	}
	year, week := t.ISOWeek()
	switch letter {
	case 'G':
		return appendYear(dst, year)
	case 'g':
		return value.AppendPadded(dst, modulo(int64(year), 100), 2)
	}
	return value.AppendPadded(dst, int64(week), 2)
}

func appendYear(dst []byte, year int) []byte {
	if year < 0 {
		return value.AppendPadded(append(dst, '-'), int64(-year), 4)
	}
	return value.AppendPadded(dst, int64(year), 4)
}

func appendSpaced(dst []byte, n int64) []byte {
	if n < 10 {
		dst = append(dst, ' ')
	}
	return strconv.AppendInt(dst, n, 10)
}
