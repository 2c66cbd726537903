package segment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"tailrace/internal/logs"
)

// smallRuns make a file of some kilobytes with several groups, blocks, row groups and pages of each kind.
func smallRuns() []testRun {
	var runs []testRun
	for s := range 6 {
		run := testRun{Stream: Stream{
			Group: logs.GroupID(1 + s/2), Stream: logs.StreamID(10 + s), GroupName: fmt.Sprintf("/app/%d", s/2),
			StreamName: fmt.Sprintf("host-%d", s), Scope: logs.Scope{Account: "000000000000", Region: "eu-west-1"},
		}}
		for i := range 8 {
			run.ids = append(run.ids, logs.EventID{Timestamp: int64(1000 + i*(s+1)), Ingestion: int64(2000 + i/3), Request: uint64(7 + i/3), Index: uint16(i % 3)})
			run.messages = append(run.messages, fmt.Appendf(nil, "host-%d says %d %d", s, i, i*7919))
		}
		runs = append(runs, run)
	}
	return runs
}

var smallOptions = Options{BlockBytes: 200, GroupRows: 30}

// everything reads all events of a segment in every way that there is.
func everything(r *Reader) (events []event, err error) {
	for _, g := range r.Meta().Groups {
		found, err := drain(r.Scan(g.Group, Query{Range: logs.AllTime}, nil))
		if err != nil {
			return nil, err
		}
		events = append(events, found...)
	}
	for _, run := range r.All() {
		for _, q := range []Query{{Range: logs.AllTime, Reverse: true}, {Range: logs.TimeRange{Start: 1004, End: 1011}}} {
			found, err := drain(r.Cursor(run, q))
			if err != nil {
				return nil, err
			}
			events = append(events, found...)
		}
	}
	return events, nil
}

// A flipped byte is noticed when the file is opened, or when the events that it belongs to are read; where reading does
// not go (the magic at the start, the key columns, the extras of no meaning, the page index) it changes no answer. Verify notices it anywhere.
func TestFlippedBytes(t *testing.T) {
	file, _ := withExtras(t, smallRuns()[:4], Options{BlockBytes: 300, GroupRows: 20})
	whole := open(t, file)
	want, err := everything(whole)
	if err != nil {
		t.Fatal(err)
	}
	unread := func(at int64) bool {
		if at < int64(len(magic)) || at >= whole.dir.index.offset && at < whole.tail.directory.offset {
			return true
		}
		return slices.ContainsFunc(whole.dir.rowGroups, func(g rowGroup) bool {
			last := whole.dir.blocks[g.firstBlock+g.blocks-1].extra[extraKinds-1]
			return at >= g.keys.offset && at < last.offset+int64(last.size)
		})
	}
	for at := range file {
		bad := slices.Clone(file)
		bad[at] ^= 1 << (at % 8)
		r, err := Open(bad, int64(len(bad)))
		if err != nil {
			mustBeCorrupt(t, at, err)
			continue
		}
		mustBeCorrupt(t, at, r.Verify(context.Background()))
		got, err := everything(r)
		if !unread(int64(at)) {
			mustBeCorrupt(t, at, err)
		} else if err != nil || !slices.Equal(got, want) {
			t.Fatalf("byte %d: reading goes where it need not: %v", at, err)
		}
	}
}

func mustBeCorrupt(t *testing.T, at int, err error) {
	t.Helper()
	var corrupt *CorruptError
	if !errors.As(err, &corrupt) || corrupt.Object != "memory" {
		t.Fatalf("byte %d: error %v, want a CorruptError", at, err)
	}
}

func TestTruncated(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	for size := range file {
		_, err := Open(file[:size], int64(size))
		mustBeCorrupt(t, size, err)
		// The catalog's size and the file's differ.
		_, err = Open(file[:size], int64(len(file)))
		mustBeCorrupt(t, size, err)
	}
	if _, err := Open(file, int64(len(file))-1); err == nil {
		t.Error("a file that is longer than it should be was opened")
	}
}

// broken is a file whose reads fail in the middle of a use.
type broken struct {
	memory
	err error
}

func (b *broken) ReadAt(p []byte, offset int64) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.memory.ReadAt(p, offset)
}

// A disk that fails is not a damaged file.
func TestReadErrors(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	f := &broken{memory: file}
	r, err := Open(f, int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, cause := range []error{errDisk, io.ErrClosedPipe} {
		f.err = cause
		_, readErr := everything(r)
		_, openErr := Open(f, int64(len(file)))
		for _, err := range []error{readErr, openErr, r.Verify(context.Background())} {
			var corrupt *CorruptError
			if !errors.Is(err, cause) || errors.As(err, &corrupt) {
				t.Errorf("error = %v, want %v", err, cause)
			}
		}
	}
}

func TestVerifyStops(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := open(t, file).Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

// TestVerifyHoldsTheDirectory: a directory that says otherwise than the pages is damage, whatever it says.
func TestVerifyHoldsTheDirectory(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	for name, lie := range map[string]func(d *directory){
		"first time of a run":   func(d *directory) { d.runs[1].FirstEvent-- },
		"last time of a run":    func(d *directory) { d.runs[1].LastEvent++ },
		"bytes of a run":        func(d *directory) { d.runs[1].Bytes++ },
		"rows of runs":          func(d *directory) { d.runs[1].Rows--; d.runs[2].Rows++ },
		"bytes of a block":      func(d *directory) { d.blocks[1].bytes-- },
		"first id of a block":   func(d *directory) { d.blocks[1].first.Index++ },
		"length of a header":    func(d *directory) { d.blocks[1].page[colTimestamp].header-- },
		"raw length of a page":  func(d *directory) { d.blocks[1].page[colMessage].raw++ },
		"checksum of a page":    func(d *directory) { d.blocks[1].page[colTimestamp].crc++ },
		"name of a stream":      func(d *directory) { d.runs[1].StreamName = "host-9" },
		"account of the groups": func(d *directory) { d.runs[1].Scope.Account = "111111111111" },
	} {
		r := open(t, file)
		lie(r.dir)
		if err := r.Verify(context.Background()); !isCorrupt(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVerifyHoldsParquetChecksum: a page whose own header has another checksum than its body is damage, for other readers look at that.
func TestVerifyHoldsParquetChecksum(t *testing.T) {
	file, _ := encode(t, smallRuns(), smallOptions)
	r := open(t, file)
	e := &r.dir.blocks[1].page[colMessage]
	page := file[e.offset : e.offset+int64(e.size)]
	h, size, err := pageHeader(page)
	if err != nil {
		t.Fatal(err)
	}
	h.CRC ^= 1
	p := newPager(Fast)
	if err := p.thrift.Encode(&h); err != nil || p.header.Len() != size {
		t.Fatalf("a header of %d bytes, not %d: %v", p.header.Len(), size, err)
	}
	copy(page, p.header.Bytes())
	e.crc = checksum(page)
	if err := r.Verify(context.Background()); !isCorrupt(err) {
		t.Error(err)
	}
}

// TestVerifyHoldsOrder: events that are not in order, which no writer lets through, are damage.
func TestVerifyHoldsOrder(t *testing.T) {
	var file bytes.Buffer
	w, n := NewWriter(&file, smallOptions), int64(0)
	err := w.Add(smallRuns()[0].Stream, func() (logs.EventID, []byte, bool) {
		n++
		w.last = logs.EventID{} // the writer is made to forget
		return logs.EventID{Timestamp: []int64{1, 3, 2, 4}[(n-1)%4]}, []byte("message"), n <= 4
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, file.Bytes()).Verify(context.Background()); !isCorrupt(err) {
		t.Errorf("events out of order: %v", err)
	}
}

// reseal makes the checksums of a file's tail fit its bytes, so that what lies behind them is tested too.
func reseal(file []byte) {
	if len(file) < tailSize+trailerSize {
		return
	}
	footer := int64(binary.LittleEndian.Uint32(file[len(file)-tailSize:]))
	start := int64(len(file)-tailSize) - footer
	if start < trailerSize {
		return
	}
	trailer := file[start-trailerSize : start]
	binary.LittleEndian.PutUint32(trailer[4:], checksum(file[start:start+footer]))
	if size := int64(binary.LittleEndian.Uint32(trailer)); size <= start-trailerSize {
		binary.LittleEndian.PutUint32(trailer[12:], checksum(file[start-trailerSize-size:start-4]))
	}
}

// FuzzOpen: whatever the bytes, opening, verifying and reading end with an error or with a file that holds together.
func FuzzOpen(f *testing.F) {
	for _, opts := range []Options{smallOptions, {}} {
		file, _ := encode(f, smallRuns(), opts)
		f.Add([]byte(file), false)
		f.Add([]byte(file), true)
	}
	empty, _ := encode(f, nil, Options{})
	f.Add([]byte(empty), true)
	f.Fuzz(func(t *testing.T, file []byte, seal bool) {
		file = bytes.Clone(file)
		if seal {
			reseal(file)
		}
		r, err := Open(memory(file), int64(len(file)))
		if err != nil {
			mustBeCorrupt(t, 0, err)
			return
		}
		if err := r.Verify(context.Background()); err != nil {
			mustBeCorrupt(t, 0, err)
		}
		if _, err := everything(r); err != nil {
			mustBeCorrupt(t, 0, err)
		}
	})
}

// FuzzDirectory reads unpacked directories: what is accepted says the same when it is written and read again.
func FuzzDirectory(f *testing.F) {
	for _, opts := range []Options{smallOptions, {}} {
		file, _ := encode(f, smallRuns(), opts)
		r := open(f, file)
		f.Add(r.dir.encodeBody(), uint32(directoryVersion), r.tail.directory.offset)
	}
	f.Fuzz(func(t *testing.T, body []byte, version uint32, end int64) {
		d, err := decodeDirectory(body, version, end)
		if err != nil {
			return
		}
		again, err := decodeDirectory(d.encodeBody(), directoryVersion, end)
		if err != nil || !sameDirectory(d, again) {
			t.Fatalf("%+v came back as %+v, %v", d, again, err)
		}
	})
}

func sameDirectory(a, b *directory) bool {
	return slices.Equal(a.runs, b.runs) && slices.Equal(a.rowGroups, b.rowGroups) && slices.Equal(a.blocks, b.blocks) && a.index == b.index
}
