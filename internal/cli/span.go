package cli

import (
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

// span is a range of time as people give it.
type span struct {
	since, until string
}

func (p *span) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.since, "since", "", "from when on: an age such as 90s, 1h or 7d, or a time such as 2026-01-31T12:00:00Z")
	cmd.Flags().StringVar(&p.until, "until", "", "until when, in the same forms")
}

// bounds are epoch milliseconds, unset where nothing was said.
func (p *span) bounds(now time.Time) (start, end api.Opt[int64], err error) {
	if start, err = moment("--since", p.since, now); err != nil {
		return start, end, err
	}
	if end, err = moment("--until", p.until, now); err == nil && start.Set && end.Set && end.Value < start.Value {
		err = badUsage("--until %s is before --since %s", p.until, p.since)
	}
	return start, end, err
}

func moment(flag, text string, now time.Time) (api.Opt[int64], error) {
	if text == "" {
		return api.Opt[int64]{}, nil
	}
	if age, ok := parseAge(text); ok {
		return api.Some(now.Add(-age).UnixMilli()), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return api.Some(at.UnixMilli()), nil
		}
	}
	return api.Opt[int64]{}, badUsage("%s %q: want an age such as 90s, 1h or 7d, or a time such as 2026-01-31T12:00:00Z", flag, text)
}

// parseAge reads a duration; d is a day and w a week.
func parseAge(text string) (time.Duration, bool) {
	if n := len(text) - 1; n > 0 && (text[n] == 'd' || text[n] == 'w') {
		hours, err := time.ParseDuration(text[:n] + "h")
		if text[n] == 'w' {
			hours *= 7
		}
		return hours * 24, err == nil && hours >= 0
	}
	age, err := time.ParseDuration(text)
	return age, err == nil && age >= 0
}
