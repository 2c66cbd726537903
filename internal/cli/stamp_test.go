package cli

import (
	"testing"
	"time"
)

func TestStamps(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, zone)
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, c := range []struct {
		line string
		want time.Time
	}{
		{"2026-01-04T08:00:00Z started", at("2026-01-04T08:00:00Z")},
		{"2026-01-04T08:00:00.123456+01:00 host systemd[1]: x", at("2026-01-04T07:00:00.123Z")},
		{"2026-01-04T08:00:00Z", at("2026-01-04T08:00:00Z")},
		{"2026-01-04 08:00:00 status installed", at("2026-01-04T06:00:00Z")},
		{"2026-01-04 08:00:00,123 INFO", at("2026-01-04T06:00:00Z")},
		{"Jan  4 08:00:00 host cron[1]: x", at("2026-01-04T06:00:00Z")},
		{"Dec 31 23:59:59 host cron[1]: x", at("2025-12-31T21:59:59Z")},
		{"2025-12-01T08:00:00Z older than two weeks", now},
		{"2026-01-05T12:00:01+02:00 ahead of the clock", now},
		{"update-alternatives 2026-01-04 08:00:00: not at the beginning", now},
		{"no time", now},
		{"", now},
		{"2026-13-04 08:00:00 no month", now},
		{"99999999999999999999999999999999999999999999999999", now},
	} {
		if got := stamps(now)([]byte(c.line)); got != c.want.UnixMilli() {
			t.Errorf("%q: %s, want %s", c.line, time.UnixMilli(got).UTC(), c.want.UTC())
		}
	}
}

// TestStampsCarry: a line without a time goes on the one before.
func TestStampsCarry(t *testing.T) {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	timeOf := stamps(now)
	for i, c := range []struct {
		line string
		want time.Duration // before now
	}{
		{"heading", 0},
		{"2026-01-05T11:00:00Z panic", time.Hour},
		{"  at main.go:1", time.Hour},
		{"2026-01-05T11:30:00Z again", 30 * time.Minute},
		{"  at main.go:2", 30 * time.Minute},
		{"2020-01-01T00:00:00Z from an old file", 0},
		{"  at main.go:3", 0},
	} {
		if got := timeOf([]byte(c.line)); got != now.Add(-c.want).UnixMilli() {
			t.Errorf("line %d: %s", i, time.UnixMilli(got).UTC())
		}
	}
}

func FuzzLeadingTime(f *testing.F) {
	for _, line := range []string{"2026-01-04T08:00:00Z x", "2026-01-04 08:00:00 x", "Jan  4 08:00:00 x", "Feb 29 08:00:00 x", ""} {
		f.Add([]byte(line))
	}
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, line []byte) {
		got := time.UnixMilli(stamps(now)(line))
		if age := now.Sub(got); age < 0 || age > maxStampAge {
			t.Errorf("%q: %s, which the API would not take", line, got)
		}
	})
}
