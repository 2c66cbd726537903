package segment

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
	"tailrace/internal/storage/gram"
)

// requiring is the query of the events that contain a literal.
func requiring(literal string) Query {
	return Query{
		Range:    logs.AllTime,
		Match:    func(message []byte) bool { return bytes.Contains(message, []byte(literal)) },
		Required: gram.New([][][]byte{{[]byte(literal)}}),
	}
}

// filtered reads what q wants of all groups, forward and run by run backward, and what that looked at and reported.
func filtered(t *testing.T, r *Reader, q Query) (events []event, stats Stats, damage []error) {
	t.Helper()
	read := func(c *Cursor) (events []event) {
		defer c.Close()
		var b column.Batch
		for {
			more, err := c.Next(&b)
			if isCorrupt(err) {
				damage = append(damage, err)
				c.Skip()
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				stats.Add(c.Stats())
				return events
			}
			for i := range b.Len() {
				events = append(events, event{b.ID[i], b.Stream[i], b.StreamName[i], string(b.Message[i])})
			}
		}
	}
	for _, g := range r.Meta().Groups {
		events = append(events, read(r.Scan(g.Group, q, nil))...)
	}
	var reversed []event
	q.Reverse = true
	for _, run := range slices.Backward(r.All()) {
		reversed = append(reversed, read(r.Cursor(run, q))...)
	}
	if slices.Reverse(reversed); !slices.Equal(events, reversed) {
		t.Fatalf("forward %d events, backward %d", len(events), len(reversed))
	}
	return events, stats, damage
}

// What filters leave out changes no answer, and what is absent costs no page.
func TestFilters(t *testing.T) {
	runs := corpus(9, 4<<20, 30, 50)
	file, meta := encode(t, runs, Options{BlockBytes: 64 << 10, GroupRows: 4000})
	reads := &counter{memory: file}
	r, err := Open(reads, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	r.Share(Shared{Filters: cache.New(1 << 20)}, 1)
	size := int64(0)
	for _, b := range r.dir.blocks {
		size += int64(b.extra[extraGrams].size)
	}
	if size == 0 || size*7 > meta.Size {
		t.Errorf("filters take %d bytes of %d", size, meta.Size)
	}
	rnd := rand.New(rand.NewPCG(9, 9))
	for range 30 {
		run := &runs[rnd.IntN(len(runs))]
		message := run.messages[rnd.IntN(len(run.messages))]
		at := rnd.IntN(len(message) - 24)
		q := requiring(string(message[at : at+4+rnd.IntN(20)]))
		var want []event
		for i := range runs {
			want = append(want, runs[i].naive(q)...)
		}
		if got, _, _ := filtered(t, r, q); !slices.Equal(got, want) {
			t.Errorf("%d events, want %d", len(got), len(want))
		}
	}
	for _, absent := range []string{"req-71c05d9be3a4f0826a1d44c7", "no such phrase, nowhere", "ünïcödé ist nicht da"} {
		for _, g := range r.Meta().Groups {
			if stats, excluded, err := r.Excludes(g.Group, requiring(absent).Required); err != nil || !excluded || stats.SkippedBlocks == 0 {
				t.Errorf("%s: group %d is not excluded: %v", absent, g.Group, err)
			}
		}
		reads.reads = 0
		got, stats, _ := filtered(t, r, requiring(absent))
		if len(got) != 0 || reads.reads != 0 || stats.Blocks != 0 || stats.SkippedBlocks < int64(len(r.dir.blocks)) || stats.SkippedBytes == 0 || stats.SkippedEvents < stats.SkippedBlocks {
			t.Errorf("%s: %d events, %d reads, %+v", absent, len(got), reads.reads, stats)
		}
	}
}

// What filters let pass is kept for who asks again, as far as KeepBytes goes.
func TestKeepWhatFiltersPass(t *testing.T) {
	runs := corpus(9, 4<<20, 30, 50)
	file, _ := encode(t, runs, Options{BlockBytes: 64 << 10, GroupRows: 4000})
	for _, most := range []int64{0, 100 << 10, 64 << 20} {
		reads := &counter{memory: file}
		r, err := Open(reads, int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		r.Share(Shared{Pages: cache.New(64 << 20), Filters: cache.New(1 << 20)}, 1)
		q := requiring(string(runs[3].messages[7][:20]))
		filtered(t, r, q)
		reads.reads = 0
		want, stats, _ := filtered(t, r, q)
		plain := reads.reads
		var again []int
		for range 2 {
			q.KeepBytes = new(atomic.Int64)
			q.KeepBytes.Store(most)
			reads.reads = 0
			if got, s, _ := filtered(t, r, q); len(want) == 0 || !slices.Equal(got, want) || s != stats {
				t.Errorf("%d bytes: %d events, want %d; %+v, want %+v", most, len(got), len(want), s, stats)
			}
			again = append(again, reads.reads)
		}
		if all := again[1] == 0; all != (most > 1<<20) || (again[1] < plain) != (most > 0) {
			t.Errorf("%d bytes: reads %d, where %d without", most, again, plain)
		}
	}
}

// Cold, the filters of some blocks are one read, and a cursor that needs one of them leaves the others to the next.
func TestFilterReads(t *testing.T) {
	file, _ := encode(t, corpus(2, 1<<20, 20, 50), Options{BlockBytes: 16 << 10, GroupRows: 2000})
	reads := &counter{memory: file}
	r, err := Open(reads, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	sets := 0
	for range r.dir.filterSets() {
		sets++
	}
	for i, filters := range []*cache.Cache{nil, cache.New(1), cache.New(1 << 20)} {
		r.Share(Shared{Filters: filters}, 1)
		for round := range 2 {
			reads.reads = 0
			want := sets
			if round > 0 && i == 2 {
				want = 0
			}
			for _, g := range r.Meta().Groups {
				c := r.Scan(g.Group, requiring("req-71c05d9be3a4f0826a1d44c7"), nil)
				if _, err := drain(c); err != nil {
					t.Fatal(err)
				}
				want += int(c.Stats().Blocks) // found by chance
			}
			if reads.reads != want {
				t.Errorf("round %d: %d reads, want %d", round, reads.reads, want)
			}
		}
	}
}

func TestNoFilters(t *testing.T) {
	file, _ := encode(t, smallRuns(), Options{NoFilters: true})
	r := open(t, file)
	for _, b := range r.dir.blocks {
		if b.extra[extraGrams].size != 0 {
			t.Error("a block has a filter")
		}
	}
	if got, stats, _ := filtered(t, r, requiring("says 3 23757")); len(got) != 6 || stats.SkippedBlocks != 0 {
		t.Errorf("%d events, %+v", len(got), stats)
	}
}

// A damaged filter is reported, and its block read: no answer changes.
func TestDamagedFilters(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	whole := open(t, file)
	q := requiring("says 7 55433")
	want, _, _ := filtered(t, whole, q)
	if len(want) != 6 {
		t.Fatalf("%d events", len(want))
	}
	flips := 0
	for _, b := range whole.dir.blocks {
		e := b.extra[extraGrams]
		for at := e.offset; at < e.offset+int64(e.size); at++ {
			bad := slices.Clone(file)
			bad[at] ^= 1 << (at % 8)
			r := open(t, bad)
			r.Share(Shared{Filters: cache.New(1 << 20)}, 1)
			got, _, damage := filtered(t, r, q)
			if !slices.Equal(got, want) {
				t.Fatalf("byte %d: %d events, want %d", at, len(got), len(want))
			}
			if len(damage) != 1 {
				t.Fatalf("byte %d: damage was reported %d times", at, len(damage))
			}
			mustBeCorrupt(t, int(at), r.Verify(context.Background()))
			mustBeCorrupt(t, int(at), r.Reread(context.Background()))
			flips++
		}
	}
	if flips == 0 {
		t.Error("no block has a filter")
	}
}

// Verify finds a filter that excludes what its block has, although its checksum is right.
func TestVerifyFilters(t *testing.T) {
	for _, lie := range []bool{false, true} {
		var file bytes.Buffer
		w := NewWriter(&file, smallOptions)
		made := w.makers[extraGrams]
		w.makers[extraGrams] = func(dst []byte, b *block) []byte {
			from := len(dst)
			dst = made(dst, b)
			if lie && w.rows > 20 && len(dst) > from {
				dst[len(dst)-1] = 0
			}
			return dst
		}
		for _, run := range smallRuns() {
			if err := w.AddEvents(run.Stream, run.ids, run.messages); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := open(t, file.Bytes()).Verify(context.Background()); isCorrupt(err) != lie {
			t.Errorf("lie %t: %v", lie, err)
		}
		if err := open(t, file.Bytes()).Reread(context.Background()); err != nil {
			t.Errorf("lie %t, read again: %v", lie, err)
		}
	}
}

// failing is a file that cannot be read any more.
type failing struct {
	memory
	err error
}

func (f *failing) ReadAt(b []byte, offset int64) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.memory.ReadAt(b, offset)
}

// An error of the file is returned and not taken for filters without a word.
func TestUnreadableFilters(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	f := &failing{memory: file}
	r, err := Open(f, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	r.Share(Shared{Filters: cache.New(1 << 20)}, 1)
	f.err = errors.New("no such device")
	if _, err := drain(r.Scan(1, requiring("says 7 55433"), nil)); !errors.Is(err, f.err) {
		t.Errorf("error %v", err)
	}
	f.err = nil
	if got, err := drain(r.Scan(1, requiring("says 7 55433"), nil)); err != nil || len(got) != 2 {
		t.Errorf("%d events, %v", len(got), err)
	}
}

func BenchmarkNeedle(b *testing.B) {
	file, _ := encode(b, corpus(1, 48<<20, 100, 1000), Options{})
	for _, c := range []struct {
		name  string
		cache *cache.Cache
	}{{"filters in memory", cache.New(1 << 30)}, {"filters in the file", nil}} {
		b.Run(c.name, func(b *testing.B) {
			r := open(b, file)
			r.Share(Shared{Filters: c.cache}, 1)
			q := requiring("req-71c05d9be3a4f0826a1d44c7")
			b.ReportAllocs()
			stats := Stats{}
			for b.Loop() {
				stats = Stats{}
				for _, g := range r.Meta().Groups {
					cursor := r.Scan(g.Group, q, nil)
					if events, err := drain(cursor); err != nil || len(events) > 0 {
						b.Fatal(len(events), err)
					}
					stats.Add(cursor.Stats())
				}
			}
			b.ReportMetric(float64(stats.SkippedBlocks), "skipped")
			b.ReportMetric(float64(stats.Blocks), "read")
			b.SetBytes(stats.SkippedBytes + stats.Bytes)
		})
	}
}
