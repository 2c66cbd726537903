package function

import (
	"errors"
	"math"
	"time"

	"tailrace/internal/insights/value"
)

// Period is a length of time as queries write it (cloudwatch-logs.md §16.6). Unit is one of ms, s, m, h, d, w, mo, q and y.
type Period struct {
	Count int64
	Unit  string
}

// units are the lengths in milliseconds, or in months, of the units, and how many of them a period has at most: a larger
// number is capped, so that bin(300s) is bin(60s).
var units = map[string]struct{ millis, months, most int64 }{
	"ms": {1, 0, 1000},
	"s":  {1000, 0, 60},
	"m":  {60_000, 0, 60},
	"h":  {3_600_000, 0, 24},
	"d":  {86_400_000, 0, math.MaxInt32},
	"w":  {7 * 86_400_000, 0, math.MaxInt32},
	"mo": {0, 1, math.MaxInt32},
	"q":  {0, 3, math.MaxInt32},
	"y":  {0, 12, math.MaxInt32},
}

// span is a period ready to compute with: one of the two is 0.
type span struct{ millis, months int64 }

// newSpan reads a period; capped says whether the caps hold, as they do for what times are cut to.
func newSpan(p Period, capped bool) (span, error) {
	u, ok := units[p.Unit]
	if !ok || p.Count <= 0 {
		return span{}, errors.New("expected a period such as 5m: a number above 0 and a unit")
	}
	count := min(p.Count, math.MaxInt32)
	if capped {
		count = min(count, u.most)
	}
	return span{count * u.millis, count * u.months}, nil
}

// floor returns the start of the period that t lies in. Periods are counted from 1970-01-01 00:00:00 UTC: weeks start on
// Thursdays; months, quarters and years are those of the calendar.
func (s span) floor(t int64) int64 {
	if s.millis != 0 {
		return t - modulo(t, s.millis)
	}
	m := monthOf(t)
	return startOfMonth(m - modulo(m, s.months))
}

// floorOf returns floor, and which times it is that of.
func (s span) floorOf(t int64) (start, from, to int64) {
	start = s.floor(t)
	return start, start, s.after(start) - 1
}

// ceilOf returns t if a period starts there, else the start of the next one, and for which times it does.
func (s span) ceilOf(t int64) (next, from, to int64) {
	start := s.floor(t)
	if start == t {
		return t, t, t
	}
	next = s.after(start)
	return next, start + 1, next
}

// after returns the time that is a span later than t; in months, the day is kept.
func (s span) after(t int64) int64 {
	if s.millis != 0 {
		return t + s.millis
	}
	m := monthOf(t)
	return t - startOfMonth(m) + startOfMonth(m+s.months)
}

func modulo(a, b int64) int64 {
	if r := a % b; r >= 0 {
		return r
	}
	return a%b + b
}

const dayMillis = 86_400_000

// monthOf counts the months since January 1970.
func monthOf(t int64) int64 {
	year, month, _ := value.Civil((t - modulo(t, dayMillis)) / dayMillis)
	return (year-1970)*12 + int64(month) - 1
}

func startOfMonth(month int64) int64 {
	return time.Date(1970, time.January+time.Month(month), 1, 0, 0, 0, 0, time.UTC).UnixMilli()
}

// Next returns the time of the bin behind the one of a time: bins are those of bin, with their caps. ok is false if the period
// is none, or the time is out of range.
func (p Period) Next(t int64) (next int64, ok bool) {
	s, err := newSpan(p, true)
	if err != nil || t < -maxTime || t > maxTime {
		return 0, false
	}
	return s.after(t), true
}

// Before returns the time that lies the period before t, epoch milliseconds; months, quarters and years are the calendar's, and
// a day that the month does not have is its last. ok is false if the period is none, or longer than the time since year 0.
func (p Period) Before(t int64) (before int64, ok bool) {
	s, err := newSpan(p, false)
	if err != nil {
		return 0, false
	}
	if s.millis != 0 {
		before = t - s.millis
		return before, before >= leastTime
	}
	m := monthOf(t) - s.months
	if m < -1970*12 {
		return 0, false
	}
	return min(startOfMonth(m)+t-startOfMonth(monthOf(t)), startOfMonth(m+1)-dayMillis+modulo(t, dayMillis)), true
}

// leastTime is the start of year 0.
const leastTime = -62_167_219_200_000
