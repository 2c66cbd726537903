package segment

import (
	"bytes"
	"context"
	"io"
	"testing"

	"tailrace/internal/column"
	"tailrace/internal/logs"
)

// memory is a segment in memory as a Reader's file.
type memory []byte

func (m memory) ReadAt(b []byte, offset int64) (int, error) {
	return bytes.NewReader(m).ReadAt(b, offset)
}
func (m memory) Name() string { return "memory" }

func encode(t testing.TB, runs []testRun, opts Options) (memory, Meta) {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, opts)
	for i := range runs {
		if err := w.AddEvents(runs[i].Stream, runs[i].ids, runs[i].messages); err != nil {
			t.Fatal(err)
		}
	}
	meta, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), meta
}

func open(t testing.TB, file memory) *Reader {
	t.Helper()
	r, err := Open(file, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func messageBytes(runs []testRun) (n int64) {
	for i := range runs {
		n += runs[i].bytes()
	}
	return n
}

func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name  string
		batch int
		level Level
	}{{"batch=1000", 1000, Fast}, {"batch=10", 10, Fast}, {"dense", 1000, Dense}} {
		b.Run(c.name, func(b *testing.B) {
			runs := corpus(1, 48<<20, 100, c.batch)
			b.SetBytes(messageBytes(runs))
			b.ReportAllocs()
			rows := 0
			for _, r := range runs {
				rows += len(r.ids)
			}
			var size int64
			for b.Loop() {
				w := NewWriter(io.Discard, Options{Level: c.level})
				for i := range runs {
					if err := w.AddEvents(runs[i].Stream, runs[i].ids, runs[i].messages); err != nil {
						b.Fatal(err)
					}
				}
				meta, err := w.Close()
				if err != nil {
					b.Fatal(err)
				}
				size = meta.Size
			}
			b.ReportMetric(float64(messageBytes(runs))/float64(size), "ratio")
			b.ReportMetric(float64(size)/float64(rows), "bytes/row")
		})
	}
}

func BenchmarkScan(b *testing.B) {
	runs := corpus(1, 32<<20, 100, 1000)
	file, meta := encode(b, runs, Options{})
	r := open(b, file)
	needle := []byte("no such needle")
	for _, c := range []struct {
		name  string
		match func([]byte) bool
	}{{"all", nil}, {"none", func([]byte) bool { return false }}, {"contains", func(m []byte) bool { return bytes.Contains(m, needle) }}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(messageBytes(runs))
			b.ReportAllocs()
			var batch column.Batch
			for b.Loop() {
				for _, g := range meta.Groups {
					s := r.Scan(g.Group, Query{Range: logs.AllTime, Match: c.match}, nil)
					for more := true; more; {
						var err error
						if more, err = s.Next(&batch); err != nil {
							b.Fatal(err)
						}
					}
					s.Close()
				}
			}
		})
	}
}

func BenchmarkPoint(b *testing.B) {
	runs := corpus(1, 32<<20, 4, 1000)
	file, _ := encode(b, runs, Options{})
	r := open(b, file)
	run := r.All()[1]
	middle := runs[1].ids[len(runs[1].ids)/2]
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"after", Query{Range: logs.AllTime, After: middle}},
		{"before", Query{Range: logs.AllTime, Before: middle, Reverse: true}},
		{"time", Query{Range: logs.TimeRange{Start: middle.Timestamp, End: middle.Timestamp + 1000}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var batch column.Batch
			for b.Loop() {
				cursor := r.Cursor(run, c.q)
				for n := 0; n < 100; n += batch.Len() {
					if more, err := cursor.Next(&batch); err != nil {
						b.Fatal(err)
					} else if !more {
						break
					}
				}
				cursor.Close()
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	file, _ := encode(b, corpus(1, 8<<20, 1000, 100), Options{})
	b.ReportAllocs()
	for b.Loop() {
		open(b, file)
	}
}

func BenchmarkVerify(b *testing.B) {
	runs := corpus(1, 32<<20, 100, 1000)
	file, _ := encode(b, runs, Options{})
	r := open(b, file)
	b.SetBytes(messageBytes(runs))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Verify(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
