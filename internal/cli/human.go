package cli

import (
	"fmt"
	"time"
)

// noteNone tells people that there is nothing in a table of n rows; JSON says so itself.
func noteNone(s streams, form string, n int, format string, args ...any) error {
	if n > 0 || form == "json" {
		return nil
	}
	_, err := fmt.Fprintf(s.err, format+"\n", args...)
	return err
}

// humanTime prints epoch milliseconds in local time to the second, and "-" for none.
func humanTime(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).Format("2006-01-02 15:04:05")
}

// eventTime prints epoch milliseconds in local time, all of them.
func eventTime(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04:05.000") }

// restTime reads a time of the ParallelCluster API as epoch milliseconds; 0 if it is none.
func restTime(text string) int64 {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return at.UnixMilli()
}

// humanSize prints a number of bytes with three digits that mean something.
func humanSize(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n)/1000, 0
	for value >= 999.5 && prefix < 4 {
		value, prefix = value/1000, prefix+1
	}
	digits := 0
	if value < 9.995 {
		digits = 2
	} else if value < 99.95 {
		digits = 1
	}
	return fmt.Sprintf("%.*f %cB", digits, value, "kMGTP"[prefix])
}

// humanCount prints a count with thousands apart.
func humanCount(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural prints a count of things.
func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return humanCount(n) + " " + thing + "s"
}

// humanRetention is how many days events are kept; 0: for ever.
func humanRetention(days int64) string {
	if days == 0 {
		return "for ever"
	}
	return plural(days, "day")
}
