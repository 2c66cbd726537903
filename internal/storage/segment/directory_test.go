package segment

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/logs"
)

// drawDirectory draws a directory that holds together, and where it stands in its file.
func drawDirectory(t *rapid.T) (*directory, int64) {
	d := &directory{index: section{size: rapid.Int64Range(0, 1<<20).Draw(t, "index"), crc: rapid.Uint32().Draw(t, "crc")}}
	end := int64(len(magic))
	row := int64(0)
	for range rapid.IntRange(0, 3).Draw(t, "row groups") {
		g := rowGroup{firstRow: row, firstBlock: len(d.blocks), blocks: rapid.IntRange(1, 4).Draw(t, "blocks")}
		for range g.blocks {
			b := drawBlock(t, row)
			row += int64(b.rows)
			g.bytes += b.bytes
			d.blocks = append(d.blocks, b)
		}
		for c := range g.start {
			g.start[c] = end
			for i := range d.blocks[g.firstBlock:] {
				p := &d.blocks[g.firstBlock+i].page[c]
				p.offset = end
				end += int64(p.size)
			}
		}
		g.keys = section{offset: end, size: rapid.Int64Range(0, 1<<30).Draw(t, "keys"), crc: rapid.Uint32().Draw(t, "crc")}
		end += g.keys.size
		for kind := range extraKinds {
			for i := range d.blocks[g.firstBlock:] {
				e := &d.blocks[g.firstBlock+i].extra[kind]
				if *e = (extraEntry{offset: end, size: rapid.IntRange(0, 99).Draw(t, "extra")}); e.size > 0 {
					e.crc = rapid.Uint32().Draw(t, "crc")
				}
				end += int64(e.size)
			}
		}
		d.rowGroups = append(d.rowGroups, g)
	}
	d.index.offset = end
	d.runs = drawDirectoryRuns(t, row)
	return d, end + d.index.size
}

func drawBlock(t *rapid.T, row int64) blockEntry {
	b := blockEntry{
		firstRow: row,
		rows:     rapid.Int32Range(1, maxRows).Draw(t, "rows"),
		bytes:    rapid.Int64Range(0, maxPage).Draw(t, "bytes"),
		first: logs.EventID{
			Timestamp: rapid.Int64Min(0).Draw(t, "ts"), Ingestion: rapid.Int64Min(0).Draw(t, "in"),
			Request: rapid.Uint64().Draw(t, "rq"), Index: rapid.Uint16().Draw(t, "ix"),
		},
	}
	for c := range b.page {
		size := rapid.IntRange(0, maxPage).Draw(t, "size")
		b.page[c] = pageEntry{
			size: size, header: rapid.IntRange(0, size).Draw(t, "header"),
			raw: rapid.IntRange(0, maxPage).Draw(t, "raw"), crc: rapid.Uint32().Draw(t, "crc"),
		}
	}
	return b
}

// drawDirectoryRuns shares rows among runs.
func drawDirectoryRuns(t *rapid.T, rows int64) (runs []Run) {
	s := Stream{Group: logs.GroupID(rapid.Uint64Range(0, 1<<60).Draw(t, "group")), GroupName: "g0"}
	s.Stream = logs.StreamID(rapid.Uint64Range(0, 9).Draw(t, "stream"))
	for row := int64(0); row < rows; {
		n := rapid.Int64Range(1, rows-row).Draw(t, "n")
		first := rapid.Int64Range(0, 1<<62).Draw(t, "first")
		s.StreamName = rapid.String().Draw(t, "name")
		runs = append(runs, Run{
			Stream: s, FirstRow: row, Rows: n, Bytes: rapid.Int64Min(0).Draw(t, "bytes"),
			FirstEvent: first, LastEvent: first + rapid.Int64Range(0, 1<<61).Draw(t, "span"),
		})
		row += n
		s.Stream += logs.StreamID(rapid.Uint64Range(1, 1<<40).Draw(t, "stream"))
		if rapid.Bool().Draw(t, "next") {
			s = Stream{
				Group: s.Group + logs.GroupID(rapid.Uint64Range(1, 1<<50).Draw(t, "group")), GroupName: fmt.Sprint("g", row),
				Scope: logs.Scope{Account: "1", Region: "r"},
			}
		}
	}
	return runs
}

func TestDirectory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, end := drawDirectory(t)
		body := d.encodeBody()
		got, err := decodeDirectory(body, directoryVersion, end)
		if err != nil || !sameDirectory(got, d) {
			t.Fatalf("%+v, %v\nwant %+v", got, err, d)
		}
		// What a later version may add is skipped; what is cut off or doubled is not.
		if _, err := decodeDirectory(append(slices.Clone(body), 99, 3, 'n', 'e', 'w'), directoryVersion, end); err != nil {
			t.Fatalf("a section that is not known: %v", err)
		}
		if _, err := decodeDirectory(append(slices.Clone(body), body...), directoryVersion, end); err == nil {
			t.Fatal("every section twice is accepted")
		}
		if _, err := decodeDirectory(body[:rapid.IntRange(0, len(body)-1).Draw(t, "cut")], directoryVersion, end); err == nil {
			t.Fatal("a part is accepted")
		}
		if _, err := decodeDirectory(body, directoryVersion, end+1); err == nil {
			t.Fatal("a byte that is not accounted for is accepted")
		}
	})
}
