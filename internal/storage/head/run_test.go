package head

import (
	"bytes"
	"errors"
	"testing"

	"tailrace/internal/logs"
)

func events(text ...string) []logs.Event {
	list := make([]logs.Event, len(text))
	for i, m := range text {
		list[i] = logs.Event{Timestamp: int64(1000 + 10*i), Message: []byte(m)}
	}
	return list
}

func TestRunRoundTrip(t *testing.T) {
	run, err := Encode(7, 300, 5000, events("a", "", "ccc"))
	if err != nil {
		t.Fatal(err)
	}
	if cap(run.Payload()) != len(run.Payload()) {
		t.Errorf("payload of %d bytes takes %d", len(run.Payload()), cap(run.Payload()))
	}
	back, err := Decode(run.Payload())
	if err != nil {
		t.Fatal(err)
	}
	if back.Group != 7 || back.Stream != 300 || back.Ingestion != 5000 || back.Count != 3 || back.First != 1000 || back.Last != 1020 || back.Bytes != 4 {
		t.Errorf("Decode = %+v", back)
	}
	h := New()
	back.Request = 9
	h.Add("s", back)
	c := h.Cursor(Query{Group: 7, Range: logs.AllTime})
	for i, want := range events("a", "", "ccc") {
		if !c.Next() || c.ID() != (logs.EventID{Timestamp: want.Timestamp, Ingestion: 5000, Request: 9, Index: uint16(i)}) || !bytes.Equal(c.Message(), want.Message) {
			t.Fatalf("event %d = %+v %q", i, c.ID(), c.Message())
		}
	}
	if c.Next() {
		t.Error("an event after the last")
	}
}

func TestEncodeRefuses(t *testing.T) {
	if _, err := Encode(1, 1, 1, nil); err == nil {
		t.Error("no events: no error")
	}
	if _, err := Encode(1, 1, 1, []logs.Event{{Timestamp: 2}, {Timestamp: 1}}); !errors.Is(err, ErrUnordered) {
		t.Errorf("unordered: %v", err)
	}
	if _, err := Encode(1, 1, 1, []logs.Event{{Timestamp: -1}}); !errors.Is(err, ErrUnordered) {
		t.Errorf("negative: %v", err)
	}
	if _, err := Encode(1, 1, 1, make([]logs.Event, MaxRunEvents+1)); err == nil {
		t.Error("too many: no error")
	}
}

// Whatever Decode takes can be walked in both directions.
func FuzzDecode(f *testing.F) {
	run, _ := Encode(1, 2, 3, events("a", "bb"))
	f.Add(run.Payload())
	f.Add(run.Payload()[:len(run.Payload())-1])
	f.Add(append(bytes.Clone(run.Payload()), 0))
	f.Add([]byte{1, 1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0})
	f.Fuzz(func(t *testing.T, payload []byte) {
		run, err := Decode(payload)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrVersion) {
				t.Fatal(err)
			}
			return
		}
		h := New()
		h.Add("s", run)
		for _, reverse := range []bool{false, true} {
			n, size := 0, int64(0)
			for c := h.Cursor(Query{Group: run.Group, Range: logs.TimeRange{End: 1<<63 - 1}, Reverse: reverse}); c.Next(); n++ {
				size += int64(len(c.Message()))
			}
			if run.Last < 1<<63-1 && (n != run.Count || size != run.Bytes) {
				t.Fatalf("walked %d events of %d bytes, want %d of %d", n, size, run.Count, run.Bytes)
			}
		}
	})
}
