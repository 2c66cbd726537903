package api

import (
	"bytes"
	"testing"
)

// TestAllocations holds that neither a decoded nor an encoded event costs an allocation.
func TestAllocations(t *testing.T) {
	text := batch(1000)
	body := make([]byte, len(text))
	decoding := testing.AllocsPerRun(10, func() {
		copy(body, text)
		if _, err := parse[PutLogEventsRequest](body, invalidParameter); err != nil {
			t.Fatal(err)
		}
	})
	if decoding > 15 {
		t.Errorf("decoding 1,000 events allocates %v times", decoding)
	}
	page := &FilterLogEventsResponse{Events: make([]FilteredLogEvent, 1000)}
	for i := range page.Events {
		page.Events[i] = FilteredLogEvent{LogStreamName: "s", Message: []byte("a \"message\"\n"), EventID: bytes.Repeat([]byte("1"), 56)}
	}
	dst := page.appendJSON(nil)
	if encoding := testing.AllocsPerRun(10, func() { dst = page.appendJSON(dst[:0]) }); encoding != 0 {
		t.Errorf("encoding 1,000 events allocates %v times", encoding)
	}
}
