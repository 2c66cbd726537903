package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tailrace/internal/api"
)

// The formula of cloudwatch-logs.md §21, at its borders.
func TestAcceptance(t *testing.T) {
	const now = 1_770_155_857_000
	lead := DefaultMaxEventLead.Milliseconds()
	at := api.Some[int32]
	for name, c := range map[string]struct {
		expiry int64
		times  []int64
		stored []int64
		want   *api.RejectedLogEventsInfo
	}{
		"all valid":  {0, []int64{now - 14*day, now, now + lead}, []int64{now - 14*day, now, now + lead}, nil},
		"too old":    {0, []int64{now - 14*day - 1, now - 14*day}, []int64{now - 14*day}, &api.RejectedLogEventsInfo{TooOldLogEventEndIndex: at(1)}},
		"too new":    {0, []int64{now, now + lead + 1, now + lead + 1}, []int64{now}, &api.RejectedLogEventsInfo{TooNewLogEventStartIndex: at(1)}},
		"expired":    {now - day, []int64{now - day - 1, now - day - 1, now - day}, []int64{now - day}, &api.RejectedLogEventsInfo{ExpiredLogEventEndIndex: at(2)}},
		"all kinds":  {now - day, []int64{0, now - 2*day, now, now + day}, []int64{now}, &api.RejectedLogEventsInfo{ExpiredLogEventEndIndex: at(2), TooOldLogEventEndIndex: at(1), TooNewLogEventStartIndex: at(3)}},
		"long keep":  {now - 30*day, []int64{now - 31*day, now - 20*day, now}, []int64{now}, &api.RejectedLogEventsInfo{ExpiredLogEventEndIndex: at(1), TooOldLogEventEndIndex: at(2)}},
		"none left":  {0, []int64{0, 1, now + day}, nil, &api.RejectedLogEventsInfo{TooOldLogEventEndIndex: at(2), TooNewLogEventStartIndex: at(2)}},
		"all new":    {0, []int64{now + day}, nil, &api.RejectedLogEventsInfo{TooNewLogEventStartIndex: at(0)}},
		"same times": {0, []int64{now - 14*day - 1, now - 14*day - 1, now, now}, []int64{now, now}, &api.RejectedLogEventsInfo{TooOldLogEventEndIndex: at(2)}},
	} {
		t.Run(name, func(t *testing.T) {
			events := make([]api.InputLogEvent, len(c.times))
			for i, ms := range c.times {
				events[i].Timestamp = ms
			}
			got := acceptance(events, c.expiry, now-14*day, now+lead)
			var stored []int64
			for _, e := range got.stored(events) {
				stored = append(stored, e.Timestamp)
			}
			if diff := cmp.Diff(c.stored, stored); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.want, got.rejected(len(events))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSequenceToken(t *testing.T) {
	for _, c := range []struct {
		ingestion int64
		want      string
	}{
		{1770155857123, "49" + "00000000000000000007" + "0000000000000000000001770155857123"},
		{1<<63 - 1, "49" + "00000000000000000007" + "0000000000000009223372036854775807"},
	} {
		if got := sequenceToken(7, c.ingestion); got != c.want || len(got) != 56 {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
