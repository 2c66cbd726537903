package pcluster

import "time"

// timeForms are what a date-time parameter may look like: RFC 3339, with an offset or without (UTC), or a date alone. Go takes
// fractional digits after the seconds without being told.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"}

// parseTime reads a date-time as epoch milliseconds, cut, not rounded.
func parseTime(text string) (ms int64, ok bool) {
	// A client that does not escape the plus of an offset sends what is read as a space.
	if at := len(text) - len("+00:00"); at > 0 && text[at] == ' ' {
		text = text[:at] + "+" + text[at+1:]
	}
	for _, form := range timeForms {
		if at, err := time.Parse(form, text); err == nil {
			return at.UnixMilli(), true
		}
	}
	return 0, false
}

// formatTime prints epoch milliseconds as the API does: UTC, three fractional digits.
func formatTime(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }
