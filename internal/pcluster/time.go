package pcluster

import "time"

// timeForms are what a date-time parameter may look like: RFC 3339, with an offset or without (UTC), or a date alone; and
// an offset whose plus came as it was and was read as a space. Go takes fractional digits after the seconds without being told.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02", "2006-01-02T15:04:05 07:00"}

// parseTime reads a date-time as epoch milliseconds, cut, not rounded.
func parseTime(text string) (ms int64, ok bool) {
	for _, form := range timeForms {
		if at, err := time.Parse(form, text); err == nil {
			return at.UnixMilli(), true
		}
	}
	return 0, false
}

// formatTime prints epoch milliseconds as the API does: UTC, three fractional digits.
func formatTime(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }
