package cli

import (
	"bytes"
	"time"
)

// maxStampAge is a little less than the age at which events are too old (cloudwatch-logs.md §5).
const maxStampAge = 14*24*time.Hour - time.Minute

// stamps gives the lines of a file their times: the time that a line begins with, if it has one; else that of the line
// before, which it goes on; else, and for times that the API would not take, the time of reading.
func stamps(now time.Time) func(line []byte) int64 {
	at := now
	return func(line []byte) int64 {
		if stamp, ok := leadingTime(line, now); ok {
			at = stamp
			if age := now.Sub(at); age < 0 || age > maxStampAge {
				at = now
			}
		}
		return at.UnixMilli()
	}
}

// leadingTime reads the time that a line begins with: RFC 3339, "2006-01-02 15:04:05" or syslog's "Jan _2 15:04:05", the
// last two in local time. Syslog does not say the year: it is the one that makes the time lie in the last year.
func leadingTime(line []byte, now time.Time) (time.Time, bool) {
	word, _, _ := bytes.Cut(line[:min(len(line), 40)], []byte(" "))
	if at, err := time.Parse(time.RFC3339, string(word)); err == nil {
		return at, true
	}
	if at, err := time.ParseInLocation(time.DateTime, prefix(line, len(time.DateTime)), now.Location()); err == nil {
		return at, true
	}
	at, err := time.ParseInLocation(time.Stamp, prefix(line, len(time.Stamp)), now.Location())
	if err != nil {
		return time.Time{}, false
	}
	at = at.AddDate(now.Year(), 0, 0)
	if at.After(now.Add(24 * time.Hour)) {
		at = at.AddDate(-1, 0, 0)
	}
	return at, true
}

func prefix(line []byte, n int) string { return string(line[:min(len(line), n)]) }
