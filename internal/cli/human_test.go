package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHumanSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 999: "999 B", 1000: "1.00 kB", 9_994: "9.99 kB", 9_995: "10.0 kB", 12_345: "12.3 kB", 99_949: "99.9 kB", 99_950: "100 kB",
		999_499: "999 kB", 999_500: "1.00 MB", 1 << 20: "1.05 MB", 999_999_999: "1.00 GB", 5_000_000_000_000: "5.00 TB", 1 << 62: "4612 PB",
	} {
		if got := humanSize(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestHumanCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0 events", 1: "1 event", 2: "2 events", 999: "999 events", 1000: "1,000 events", 1234567: "1,234,567 events"} {
		if got := plural(n, "event"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestHumanTime(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 0, 5, 123e6, time.Local).UnixMilli()
	if got := humanTime(at); got != "2026-01-31 12:00:05" {
		t.Error(got)
	}
	if got := humanTime(0); got != "-" {
		t.Error(got)
	}
	if got := eventTime(at); got != "2026-01-31 12:00:05.123" {
		t.Error(got)
	}
	if got := humanTime(restTime("2026-01-31T12:00:05.123Z")); got != time.Date(2026, 1, 31, 12, 0, 5, 0, time.UTC).Local().Format(time.DateTime) {
		t.Error(got)
	}
	if got := humanTime(restTime("")); got != "-" {
		t.Error(got)
	}
}

func TestTable(t *testing.T) {
	table := table{heading: []string{"NAME", ">SIZE", "NOTE"}}
	table.add("é", "1 B", "")
	table.add("a longer name", "1.00 kB", "x")
	var b strings.Builder
	if err := table.print(&b); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"NAME              SIZE  NOTE\n" +
		"é                  1 B\n" +
		"a longer name  1.00 kB  x\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestMoment(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	local := func(h, m int) time.Time { return time.Date(2026, 1, 30, h, m, 0, 0, time.Local) }
	for text, want := range map[string]time.Time{
		"90s": now.Add(-90 * time.Second), "1h": now.Add(-time.Hour), "1h30m": now.Add(-90 * time.Minute), "7d": now.Add(-7 * 24 * time.Hour), "2w": now.Add(-14 * 24 * time.Hour),
		"0s": now, "2026-01-30T10:00:00Z": time.Date(2026, 1, 30, 10, 0, 0, 0, time.UTC), "2026-01-30T10:00:00+02:00": time.Date(2026, 1, 30, 8, 0, 0, 0, time.UTC),
		"2026-01-30T10:30:00": local(10, 30), "2026-01-30 10:30:00": local(10, 30), "2026-01-30": local(0, 0),
	} {
		got, err := moment("--since", text, now)
		if err != nil || got.Value != want.UnixMilli() {
			t.Errorf("%q: %s %v", text, time.UnixMilli(got.Value).UTC(), err)
		}
	}
	if got, err := moment("--since", "", now); err != nil || got.Set {
		t.Errorf("nothing said: %v %v", got, err)
	}
	for _, text := range []string{"yesterday", "-1h", "-3d", "d", "1x", "2026-02-30", "1.5.5d", "99999999999d"} {
		if got, err := moment("--since", text, now); err == nil {
			t.Errorf("%q is taken as %s", text, time.UnixMilli(got.Value).UTC())
		}
	}
}
