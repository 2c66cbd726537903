package syntax

import "strings"

// Duration is a literal of a length of time, such as 5m.
type Duration struct {
	Span
	Count int64 // as written: Capped applies the caps
	Unit  Unit
}

// Unit is a unit of time, by its shortest name.
type Unit string

// The units. Months, quarters and years are those of the calendar (UTC).
const (
	Millisecond Unit = "ms"
	Second      Unit = "s"
	Minute      Unit = "m"
	Hour        Unit = "h"
	Day         Unit = "d"
	Week        Unit = "w"
	Month       Unit = "mo"
	Quarter     Unit = "q"
	Year        Unit = "y"
)

// units spells them out, cloudwatch-logs.md §16.6. Names of more than one letter have a plural with "s" too.
var units = map[string]Unit{
	"ms": Millisecond, "msec": Millisecond, "millisecond": Millisecond,
	"s": Second, "sec": Second, "second": Second,
	"m": Minute, "min": Minute, "minute": Minute,
	"h": Hour, "hr": Hour, "hour": Hour,
	"d": Day, "day": Day,
	"w": Week, "week": Week,
	"mo": Month, "mon": Month, "month": Month,
	"q": Quarter, "qtr": Quarter, "quarter": Quarter,
	"y": Year, "yr": Year, "year": Year,
}

func unitByName(name string) (Unit, bool) {
	if unit, ok := units[name]; ok {
		return unit, true
	}
	singular, plural := strings.CutSuffix(name, "s")
	unit, ok := units[singular]
	return unit, ok && plural && len(singular) > 1
}

// Capped is the count that bin, datefloor and dateceil work with: 1000 for milliseconds, 60 for seconds and minutes, 24 for
// hours at most, whatever was written (§16.6: bin(300s) is bin(60s)).
func (d *Duration) Capped() int64 {
	switch d.Unit {
	case Millisecond:
		return min(d.Count, 1000)
	case Second, Minute:
		return min(d.Count, 60)
	case Hour:
		return min(d.Count, 24)
	}
	return d.Count
}

// Millis is the length in milliseconds; ok is false for months, quarters and years, which have no length of their own.
func (d *Duration) Millis() (ms int64, ok bool) {
	switch d.Unit {
	case Millisecond:
		return d.Count, true
	case Second:
		return d.Count * 1000, true
	case Minute:
		return d.Count * 60_000, true
	case Hour:
		return d.Count * 3_600_000, true
	case Day:
		return d.Count * 86_400_000, true
	case Week:
		return d.Count * 7 * 86_400_000, true
	}
	return 0, false
}
