package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tailrace/internal/api"
)

// newPutter makes a putter on a new stream.
func newPutter(t *testing.T, conn *connection, stream string, timeOf func([]byte) int64) *putter {
	t.Helper()
	p := &putter{logs: conn.logs(), group: "g", stream: stream, timeOf: timeOf, progress: newProgress(io.Discard)}
	if err := p.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// stored reads a whole stream back.
func stored(t *testing.T, p *putter) (all []api.OutputLogEvent) {
	t.Helper()
	r := &eventReader{logs: p.logs, in: &api.GetLogEventsRequest{LogGroupName: api.Some(p.group), LogStreamName: p.stream}, head: true}
	err := r.forward(t.Context(), func(page []api.OutputLogEvent) error {
		all = append(all, page...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func messages(all []api.OutputLogEvent) (texts []string) {
	for i := range all {
		texts = append(texts, string(all[i].Message))
	}
	return texts
}

func TestPut(t *testing.T) {
	conn := connectToServer(t)
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"nothing":         {"", nil},
		"lines":           {"one\ntwo\n", []string{"one", "two"}},
		"no end":          {"one\ntwo", []string{"one", "two"}},
		"carriage return": {"one\r\ntwo\r\n", []string{"one", "two"}},
		"empty lines":     {"\n\none\n\r\n\ntwo\n\n", []string{"one", "two"}},
		"spaces stay":     {"  one \n \n", []string{"  one ", " "}},
		"not UTF-8":       {"a\xffb\n\xc3\n", []string{"a\uFFFDb", "\uFFFD"}},
		"UTF-8":           {"é€😀\n", []string{"é€😀"}},
		"control":         {"a\x00\x1bb\"\\\n", []string{"a\x00\x1bb\"\\"}},
		"longest":         {strings.Repeat("x", maxMessage) + "\n", []string{strings.Repeat("x", maxMessage)}},
		"too long":        {strings.Repeat("x", maxMessage+1) + "\ny\n", []string{strings.Repeat("x", maxMessage), "x", "y"}},
		"cut in a character": {
			strings.Repeat("x", maxMessage-1) + "€y\n",
			[]string{strings.Repeat("x", maxMessage-1), "€y"},
		},
		"grows by the replacement": {
			strings.Repeat("x\xff", maxMessage/3) + "\n",
			// Four bytes a pair, and two are left: the x of one more.
			[]string{strings.Repeat("x\uFFFD", maxMessage/4) + "x", strings.Repeat("\uFFFDx", maxMessage/3-maxMessage/4-1) + "\uFFFD"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPutter(t, conn, strings.ReplaceAll(name, " ", "-"), clock())
			if err := p.put(t.Context(), strings.NewReader(c.in)); err != nil {
				t.Fatal(err)
			}
			got := messages(stored(t, p))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(shorten(diff))
			}
			if p.events != int64(len(got)) || p.bytes != int64(len(strings.Join(got, ""))) {
				t.Errorf("counted %d events, %d bytes", p.events, p.bytes)
			}
		})
	}
}

func shorten(text string) string { return text[:min(len(text), 2000)] }

// TestPutManyEvents: more than one batch holds, all there, in order.
func TestPutManyEvents(t *testing.T) {
	p := newPutter(t, connectToServer(t), "many", clock())
	in := strings.Repeat("0123456789\n", maxBatchEvents+1)
	if err := p.put(t.Context(), strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	if n := len(stored(t, p)); n != maxBatchEvents+1 {
		t.Errorf("%d events", n)
	}
}

// TestReadLinesKeepsBytes: whatever comes in, in whatever pieces, comes out, but for line ends; and parts of a line never
// break a character.
func TestReadLinesKeepsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a€\n\r😀é"))).Draw(t, "text")
		filler := rapid.IntRange(maxMessage-5, maxMessage+5).Draw(t, "filler")
		in := strings.Repeat("x", filler) + text
		lines := make(chan []byte, len(in)+2)
		if err := readLines(context.Background(), strings.NewReader(in), lines); err != nil {
			t.Fatal(err)
		}
		close(lines)
		var got []byte
		for line := range lines {
			if !utf8.Valid(line) || len(line) == 0 || len(line) > maxMessage+utf8.UTFMax || bytes.Contains(line, []byte("\n")) {
				t.Fatalf("a line of %d bytes", len(line))
			}
			got = append(got, line...)
		}
		ends := strings.NewReplacer("\n", "", "\r", "")
		if ends.Replace(string(got)) != ends.Replace(in) {
			t.Fatal("bytes are lost")
		}
	})
}

// TestPutSplitsSpans: a batch is sorted by time and sent in parts that the API takes; events of equal times keep their order.
func TestPutSplitsSpans(t *testing.T) {
	now := time.Now()
	ages := map[byte]time.Duration{'a': 13 * 24 * time.Hour, 'b': 50 * time.Hour, 'c': 26 * time.Hour, 'd': 25 * time.Hour, 'e': time.Hour}
	p := newPutter(t, connectToServer(t), "spans", func(line []byte) int64 { return now.Add(-ages[line[0]]).UnixMilli() })
	if err := p.put(t.Context(), strings.NewReader("e1\nc1\nd1\na1\nc2\nb1\ne2\nd2\n")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a1", "b1", "c1", "c2", "d1", "d2", "e1", "e2"}, messages(stored(t, p))); diff != "" {
		t.Error(diff)
	}
}

// TestPutCountsRejected: what the server did not take is not passed over in silence.
func TestPutCountsRejected(t *testing.T) {
	conn := connectToServer(t)
	for stream, c := range map[string]struct {
		age      time.Duration
		rejected int64
	}{"fine": {0, 0}, "too-old": {15 * 24 * time.Hour, 2}, "too-new": {-3 * time.Hour, 2}} {
		p := newPutter(t, conn, stream, func([]byte) int64 { return time.Now().Add(-c.age).UnixMilli() })
		if err := p.put(t.Context(), strings.NewReader("one\ntwo\n")); err != nil {
			t.Fatal(err)
		}
		if p.rejected != c.rejected || p.events != 2-c.rejected || p.events == 0 && p.bytes != 0 {
			t.Errorf("%s: %d rejected, %d accepted of %d bytes", stream, p.rejected, p.events, p.bytes)
		}
	}
}

// TestPutInterrupted: what was read before an interrupt is sent.
func TestPutInterrupted(t *testing.T) {
	p := newPutter(t, connectToServer(t), "interrupted", clock())
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	done := make(chan error, 1)
	go func() { done <- p.put(ctx, r) }()
	io.WriteString(w, "one\ntwo\n")
	io.WriteString(w, "half a li") // returns when the reader came back for more: both lines are handed on
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "two"}, messages(stored(t, p))); diff != "" {
		t.Error(diff)
	}
}

// TestPutPipe: lines of a pipe that goes on are sent within a second or so.
func TestPutPipe(t *testing.T) {
	p := newPutter(t, connectToServer(t), "pipe", clock())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- p.put(t.Context(), r) }()
	io.WriteString(w, "one\n")
	for deadline := time.Now().Add(15 * time.Second); len(stored(t, p)) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not sent while the pipe is open")
		}
	}
	w.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestPutReadError: the lines before a broken read are sent, and the error is told.
func TestPutReadError(t *testing.T) {
	p := newPutter(t, connectToServer(t), "broken", clock())
	broken := errors.New("disk on fire")
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "one\n")
		w.CloseWithError(broken)
	}()
	if err := p.put(t.Context(), r); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"one"}, messages(stored(t, p))); diff != "" {
		t.Error(diff)
	}
}
