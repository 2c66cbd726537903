package segment

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tailrace/internal/column"
	"tailrace/internal/logs"
)

// rewrite passes a segment's events on to another, with their blocks where they may stay blocks.
func rewrite(t testing.TB, from memory, opts Options) (memory, int) {
	t.Helper()
	var out bytes.Buffer
	r, w, copied := open(t, from), NewWriter(&out, opts), 0
	for _, run := range r.All() {
		c := r.Cursor(run, Query{Range: logs.AllTime})
		var b column.Batch
		err := w.AddBatches(run.Stream, func() (Events, bool) {
			ok, err := c.Next(&b)
			if err != nil {
				t.Fatal(err)
			}
			block := c.Block(b.Len())
			if block != (Block{}) {
				copied++
			}
			return Events{IDs: b.ID, Messages: b.Message, Block: block}, ok
		})
		c.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), copied
}

// A segment made of another's blocks is the same to every reader, whatever the sizes of blocks in both, and again when it is
// made of that one.
func TestCopy(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		runs := drawRuns(rt)
		from, _ := encode(t, runs, drawOptions(rt))
		for range 2 {
			to, _ := rewrite(t, from, drawOptions(rt))
			if err := open(t, to).Verify(context.Background()); err != nil {
				rt.Fatal(err)
			}
			want := slices.DeleteFunc(readForeign(t, from), func(r foreignRow) bool { return !logs.AllTime.Contains(r.Timestamp) })
			if diff := cmp.Diff(want, readForeign(t, to), cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("rows (-before +after):\n%s", diff)
			}
			from = to
		}
	})
}

// Whole blocks keep their pages, unless these are to be packed harder; rests of less than half a block do not stay small.
func TestCopyKeepsBlocks(t *testing.T) {
	runs := corpus(1, 4<<20, 4, 100)
	for _, level := range []Level{Fast, Dense} {
		copyKeepsBlocks(t, runs, level)
	}
}

func copyKeepsBlocks(t *testing.T, runs []testRun, level Level) {
	t.Helper()
	from, _ := encode(t, runs, Options{Level: level})
	to, copied := rewrite(t, from, Options{Level: Dense})
	if blocks := len(open(t, from).dir.blocks); copied < blocks-len(runs) {
		t.Fatalf("%d of %d blocks were whole", copied, blocks)
	}
	pages := map[uint32]bool{}
	for _, b := range open(t, from).dir.blocks {
		pages[b.page[colMessage].crc] = true
	}
	kept := 0
	for _, b := range open(t, to).dir.blocks {
		if pages[b.page[colMessage].crc] {
			kept++
		}
		if b.bytes < defaultBlockBytes/2 && b.firstRow+int64(b.rows) < open(t, to).Meta().Rows {
			t.Errorf("a block of %d bytes in the middle", b.bytes)
		}
	}
	if level == Dense && kept < copied*3/4 || level == Fast && kept > 0 {
		t.Errorf("from level %d: %d of %d pages were kept", level, kept, copied)
	}
}

// A page that is damaged after its events were read is not copied, nor are extras: both are made again of the events.
func TestCopyOfDamage(t *testing.T) {
	runs := corpus(1, 1<<20, 1, 100)
	file, _ := encode(t, runs, Options{})
	file = slices.Clone(file)
	r := open(t, file)
	c := r.Cursor(r.All()[0], Query{Range: logs.AllTime})
	defer c.Close()
	var b column.Batch
	var out bytes.Buffer
	w := NewWriter(&out, Options{})
	err := w.AddBatches(r.All()[0].Stream, func() (Events, bool) {
		ok, err := c.Next(&b)
		if err != nil || !ok {
			return Events{}, false
		}
		block := c.Block(b.Len())
		file[block.entry.page[colMessage].offset+100] ^= 1
		file[block.entry.extra[extraGrams].offset+10] ^= 1
		return Events{IDs: b.ID, Messages: b.Message, Block: block}, true
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	to := open(t, out.Bytes())
	if err := to.Verify(context.Background()); err != nil || to.Meta().Rows != r.Meta().Rows {
		t.Errorf("%d rows of %d, %v", to.Meta().Rows, r.Meta().Rows, err)
	}
}

// Rewriting a segment whose blocks stay blocks.
func BenchmarkCopy(b *testing.B) {
	runs := corpus(1, 48<<20, 20, 1000)
	from, _ := encode(b, runs, Options{})
	b.SetBytes(messageBytes(runs))
	b.ReportAllocs()
	for b.Loop() {
		rewrite(b, from, Options{})
	}
}

// Blocks keep what they carry, and get what they lacked; what is damaged is made again.
func TestCopyOfExtras(t *testing.T) {
	runs := jsonRuns(9, 3, 400)
	plain, _ := encode(t, runs, Options{BlockBytes: 4 << 10, NoFilters: true})
	with, _ := encode(t, runs, fieldOptions)
	damaged := slices.Clone(with)
	damaged[open(t, with).dir.blocks[0].extra[extraFields].offset] ^= 1
	for name, from := range map[string]memory{"none": plain, "the same": with, "damaged": damaged} {
		to, copied := rewrite(t, from, fieldOptions)
		r := open(t, to)
		if err := r.Verify(context.Background()); err != nil || copied == 0 {
			t.Errorf("%s: %d blocks copied, %v", name, copied, err)
		}
		for i, b := range r.dir.blocks {
			if b.extra[extraFields].size == 0 || b.extra[extraGrams].size == 0 {
				t.Errorf("%s: block %d carries %+v", name, i, b.extra)
			}
		}
	}
	always := fieldOptions
	always.Always = func(logs.GroupID) []string { return []string{"id"} }
	to, _ := rewrite(t, with, always)
	r := open(t, to)
	f := &pageCounter{memory: to, r: r}
	counted, err := Open(f, int64(len(to)))
	if err != nil {
		t.Fatal(err)
	}
	q := Query{Range: logs.AllTime, Columns: column.Time, Fields: []string{"id"}}
	if readFields(t, counted.Scan(1, q, nil), q); f.messages > 0 {
		t.Errorf("%d pages of messages were read for a field that always has a column", f.messages)
	}
}

// Blocks of short messages do not grow without end, however often small rests come before them.
func TestCopyBoundsRows(t *testing.T) {
	const rounds, rest = 6, maxBlockRows/2 - 1
	stream := Stream{Group: 1, Stream: 1, GroupName: "g", StreamName: "s"}
	events := func(from, n int) Events {
		e := Events{}
		for i := range n {
			e.IDs, e.Messages = append(e.IDs, logs.EventID{Timestamp: int64(from + i)}), append(e.Messages, []byte("x"))
		}
		return e
	}
	at := rounds * rest
	give := []Events{events(at, maxBlockRows)}
	for range rounds {
		var out bytes.Buffer
		w := NewWriter(&out, Options{NoFilters: true})
		if err := w.AddBatches(stream, func() (e Events, ok bool) {
			if len(give) > 0 {
				e, give, ok = give[0], give[1:], true
			}
			return e, ok
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := open(t, out.Bytes())
		for i := range r.dir.blocks {
			if rows := r.dir.blocks[i].rows; rows > maxBlockRows*3/2 {
				t.Fatalf("a block of %d rows", rows)
			}
		}
		at -= rest
		give = []Events{events(at, rest)}
		c := r.ScanAll(Query{Range: logs.AllTime}, nil)
		for {
			var b column.Batch
			ok, err := c.Next(&b)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			messages := slices.Clone(b.Message)
			for i := range messages {
				messages[i] = bytes.Clone(messages[i])
			}
			give = append(give, Events{IDs: b.ID, Messages: messages, Block: c.Block(b.Len())})
		}
	}
}
