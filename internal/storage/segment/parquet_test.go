package segment

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var update = flag.Bool("update", false, "rewrite golden files")

// foreignRow is a row as another reader sees it.
type foreignRow struct {
	Account    string `parquet:"account"`
	Region     string `parquet:"region"`
	GroupName  string `parquet:"group_name"`
	StreamName string `parquet:"stream_name"`
	Timestamp  int64  `parquet:"timestamp"`
	Ingestion  int64  `parquet:"ingestion"`
	Message    string `parquet:"message"`
	Request    uint64 `parquet:"request"`
	Index      uint32 `parquet:"index"`
	GroupID    uint64 `parquet:"group_id"`
	StreamID   uint64 `parquet:"stream_id"`
}

func foreignRows(runs []testRun) (rows []foreignRow) {
	for i := range runs {
		r := &runs[i]
		for j, id := range r.ids {
			rows = append(rows, foreignRow{
				r.Scope.Account, r.Scope.Region, r.GroupName, r.StreamName, id.Timestamp, id.Ingestion,
				string(r.messages[j]), id.Request, uint32(id.Index), uint64(r.Group), uint64(r.Stream.Stream),
			})
		}
	}
	return rows
}

// The library's own row reader must find every row: the file is plain Parquet.
func TestOtherReaders(t *testing.T) {
	runs := corpus(3, 2<<20, 30, 50)
	for _, opts := range []Options{{}, {BlockBytes: 20 << 10, GroupRows: 1500}, {Level: Dense}} {
		file, _ := encode(t, runs, opts)
		got := readForeign(t, file)
		want := foreignRows(runs)
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("row %d = %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

func readForeign(t *testing.T, file memory) (rows []foreignRow) {
	t.Helper()
	r := parquet.NewGenericReader[foreignRow](bytes.NewReader(file))
	defer r.Close()
	buf := make([]foreignRow, 1000)
	for {
		n, err := r.Read(buf)
		rows = append(rows, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The page index that others prune by must be true of every page.
func TestPageIndex(t *testing.T) {
	runs := corpus(4, 1<<20, 30, 50)
	file, _ := encode(t, runs, Options{BlockBytes: 8 << 10, GroupRows: 2000})
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.RowGroups()) < 2 {
		t.Fatal("want several row groups")
	}
	for g, group := range f.RowGroups() {
		for c, chunk := range group.ColumnChunks() {
			checkChunk(t, fmt.Sprintf("row group %d, %s", g, schema[c].name), chunk.(*parquet.FileColumnChunk), schema[c].event == colMessage)
		}
	}
}

func checkChunk(t *testing.T, name string, chunk *parquet.FileColumnChunk, withoutBounds bool) {
	offsets, err := chunk.OffsetIndex()
	if err != nil {
		t.Fatal(err)
	}
	index, err := chunk.ColumnIndex()
	if withoutBounds != errors.Is(err, parquet.ErrMissingColumnIndex) {
		t.Fatalf("%s: column index: %v", name, err)
	}
	pages := chunk.Pages()
	defer pages.Close()
	row := int64(0)
	for p := 0; ; p++ {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			if p != offsets.NumPages() {
				t.Errorf("%s: %d pages, index has %d", name, p, offsets.NumPages())
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := offsets.FirstRowIndex(p); got != row {
			t.Errorf("%s: page %d starts with row %d, index says %d", name, p, row, got)
		}
		row += page.NumRows()
		if !withoutBounds {
			checkBounds(t, name, chunk.Type(), page, index.MinValue(p), index.MaxValue(p))
		}
		parquet.Release(page)
	}
}

func checkBounds(t *testing.T, name string, typ parquet.Type, page parquet.Page, least, most parquet.Value) {
	values := make([]parquet.Value, page.NumValues())
	if n, err := page.Values().ReadValues(values); n != len(values) {
		t.Fatal(err)
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		if typ.Compare(v, lo) < 0 {
			lo = v
		}
		if typ.Compare(v, hi) > 0 {
			hi = v
		}
	}
	if typ.Compare(lo, least) != 0 || typ.Compare(hi, most) != 0 {
		t.Errorf("%s: page from %v to %v, index says %v to %v", name, lo, hi, least, most)
	}
}

// What other readers see of the schema and the footer is part of the format.
func TestSchema(t *testing.T) {
	runs := corpus(5, 4<<10, 2, 50)
	file, _ := encode(t, runs, Options{})
	runs[0].messages[1] = []byte("\xff\xfe")
	binary, _ := encode(t, runs, Options{})
	var got strings.Builder
	for _, s := range []struct {
		title string
		file  memory
	}{{"every message is UTF-8", file}, {"a message is not", binary}} {
		f, err := parquet.OpenFile(bytes.NewReader(s.file), int64(len(s.file)))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "# %s\n", s.title)
		describe(&got, f)
	}
	golden(t, "schema.txt", got.String())
}

func describe(w io.Writer, f *parquet.File) {
	m := f.Metadata()
	fmt.Fprintf(w, "version %d, created by %s\n%v\n", m.Version, m.CreatedBy, f.Schema())
	for _, e := range m.Schema[1:] {
		fmt.Fprintf(w, "field %d %s\n", e.FieldID, e.Name)
	}
	for _, g := range m.RowGroups {
		for _, s := range g.SortingColumns {
			fmt.Fprintf(w, "sorted by %s\n", g.Columns[s.ColumnIdx].MetaData.PathInSchema[0])
		}
		for _, c := range g.Columns {
			fmt.Fprintf(w, "%s: %v %v\n", c.MetaData.PathInSchema[0], c.MetaData.Encoding, c.MetaData.Codec)
		}
	}
	for _, kv := range m.KeyValueMetadata {
		fmt.Fprintf(w, "%s = version offset size\n", kv.Key)
	}
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// Chunk sizes and statistics of the footer must be those of the pages.
func TestFooterStatistics(t *testing.T) {
	runs := corpus(6, 256<<10, 10, 50)
	file, meta := encode(t, runs, Options{BlockBytes: 8 << 10})
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	g := f.Metadata().RowGroups[0]
	total := int64(0)
	for c, chunk := range g.Columns {
		total += chunk.MetaData.TotalCompressedSize
		if chunk.MetaData.NumValues != meta.Rows {
			t.Errorf("%s: %d values", schema[c].name, chunk.MetaData.NumValues)
		}
	}
	r := open(t, file)
	if end := r.dir.rowGroups[0].keys.offset + r.dir.rowGroups[0].keys.size; total != end-int64(len(magic)) || g.TotalCompressedSize != total || g.FileOffset != int64(len(magic)) {
		t.Errorf("chunks have %d bytes, row group says %d, data ends at %d", total, g.TotalCompressedSize, end)
	}
	least, most := runs[0].ids[0].Timestamp, runs[0].ids[0].Timestamp
	for _, run := range runs {
		least, most = min(least, run.ids[0].Timestamp), max(most, run.ids[len(run.ids)-1].Timestamp)
	}
	statistics := g.Columns[4].MetaData.Statistics
	if string(statistics.MinValue) != plainInt(colTimestamp, least) || string(statistics.MaxValue) != plainInt(colTimestamp, most) {
		t.Errorf("timestamps from %x to %x, want %d to %d", statistics.MinValue, statistics.MaxValue, least, most)
	}
	if g.Columns[4].MetaData.Codec != format.Uncompressed || g.Columns[messagePlace].MetaData.Codec != format.Zstd {
		t.Error("codecs differ from the format page's")
	}
}
