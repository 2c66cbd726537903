package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"tailrace/internal/logs"
	"tailrace/internal/storage/cache"
)

// Reader reads one segment. It holds the directory (120 bytes a run and its name, 304 a block) and is safe for
// concurrent use.
type Reader struct {
	file File
	size int64
	dir  *directory
	tail tail
	form int // version of the format
	meta Meta
	of   []groupPlace // of meta.Groups

	shared Shared
	id     uint64 // the segment's name in what is shared
}

// Shared is what readers keep for those that read the same next. What is nil keeps nothing.
type Shared struct {
	Pages    *cache.Cache // decoded pages, as far as queries ask for it (Query.Keep, Query.KeepBytes)
	Filters  *cache.Cache // filters of substrings
	Findings *Findings
}

// Share lets the reader use what readers share, where its segment has a number of its own. It is called before anything else.
func (r *Reader) Share(s Shared, segment uint64) { r.shared, r.id = s, segment }

// tail is where the directory and the footer are.
type tail struct {
	directory section
	footer    section
}

// openRead is how much of a file's end Open reads at first: enough for some thousand blocks or runs.
const openRead = 128 << 10

// Open reads the tail of a segment of size bytes and checks it. The file stays the caller's, who closes it after the
// last use of the reader. It returns a *CorruptError if the file is no segment, is cut short, or its tail is damaged.
func Open(f File, size int64) (*Reader, error) {
	r := &Reader{file: f, size: size}
	if size < int64(len(magic)+trailerSize+tailSize) {
		return nil, r.corrupt(0, "%d bytes are too few for a segment", size)
	}
	end := make([]byte, min(size, openRead))
	if err := r.readAt(end, size-int64(len(end))); err != nil {
		return nil, err
	}
	footer := int64(binary.LittleEndian.Uint32(end[len(end)-tailSize:]))
	if string(end[len(end)-len(magic):]) != magic || footer > size-int64(len(magic)+trailerSize+tailSize) {
		return nil, r.corrupt(size-int64(tailSize), "no Parquet footer")
	}
	r.tail.footer = section{offset: size - int64(tailSize) - footer, size: footer}
	trailer, err := r.view(end, r.tail.footer.offset-trailerSize, trailerSize)
	if err != nil {
		return nil, err
	}
	packed := int64(binary.LittleEndian.Uint32(trailer))
	r.tail.footer.crc = binary.LittleEndian.Uint32(trailer[4:])
	version := binary.LittleEndian.Uint32(trailer[8:])
	if version == 0 || version > directoryVersion || packed > r.tail.footer.offset-trailerSize-int64(len(magic)) {
		return nil, r.corrupt(r.tail.footer.offset-trailerSize, "no directory of version 1 to %d", directoryVersion)
	}
	r.tail.directory = section{offset: r.tail.footer.offset - trailerSize - packed, size: packed + trailerSize}
	r.form = int(version)
	if err := r.openDirectory(end, version); err != nil {
		return nil, err
	}
	return r, nil
}

// openDirectory checks and decodes the directory and checks the footer; end is the file's end as far as it was read.
func (r *Reader) openDirectory(end []byte, version uint32) error {
	at := r.tail.directory
	b, err := r.view(end, at.offset, at.size+r.tail.footer.size)
	if err != nil {
		return err
	}
	directory, footer := b[:at.size], b[at.size:]
	sum := len(directory) - 4
	if checksum(directory[:sum]) != binary.LittleEndian.Uint32(directory[sum:]) {
		return r.corrupt(at.offset, "directory's checksum differs")
	}
	if checksum(footer) != r.tail.footer.crc {
		return r.corrupt(r.tail.footer.offset, "footer's checksum differs")
	}
	body, err := directoryDecoder().DecodeAll(directory[:len(directory)-trailerSize], nil)
	if err != nil {
		return r.corrupt(at.offset, "directory: %v", err)
	}
	if r.dir, err = decodeDirectory(body, version, at.offset); err != nil {
		return r.corrupt(at.offset, "%v", err)
	}
	r.meta = r.dir.meta(r.size)
	r.of = r.dir.groups(r.meta.Groups)
	return nil
}

// view returns part of the file, out of end, the file's end, if it lies there.
func (r *Reader) view(end []byte, offset, size int64) ([]byte, error) {
	if from := offset - (r.size - int64(len(end))); from >= 0 {
		return end[from : from+size], nil
	}
	b := make([]byte, size)
	return b, r.readAt(b, offset)
}

// readAt fills b. A file that ends before its size is damaged.
func (r *Reader) readAt(b []byte, offset int64) error {
	n, err := r.file.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return r.corrupt(offset+int64(n), "the file ends here, not at %d", r.size)
	}
	return fmt.Errorf("read segment %s: %w", r.file.Name(), err)
}

func (r *Reader) corrupt(offset int64, format string, args ...any) error {
	return &CorruptError{Object: r.file.Name(), Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

// Meta describes the segment; the caller does not change it.
func (r *Reader) Meta() Meta { return r.meta }

// All returns every run in the order of rows; the caller does not change them.
func (r *Reader) All() []Run { return r.dir.runs }

// Runs returns the runs of a group in ascending order of stream; the caller does not change them.
func (r *Reader) Runs(group logs.GroupID) []Run {
	p := r.place(group)
	return r.dir.runs[p.runs:p.endRuns]
}

// Run returns a stream's run, false if the segment has none.
func (r *Reader) Run(group logs.GroupID, stream logs.StreamID) (Run, bool) {
	runs := r.Runs(group)
	i := sort.Search(len(runs), func(i int) bool { return runs[i].Stream.Stream >= stream })
	if i == len(runs) || runs[i].Stream.Stream != stream {
		return Run{}, false
	}
	return runs[i], true
}

// Blocks are the blocks that hold a group's events, from from to before to.
func (r *Reader) Blocks(group logs.GroupID) (from, to int) {
	p := r.place(group)
	return p.blocks, p.endBlocks
}

// groupPlace is where a group's runs are, and the blocks that hold them, each to before its end.
type groupPlace struct{ runs, endRuns, blocks, endBlocks int }

// place finds a group; of one that the segment does not have all is zero.
func (r *Reader) place(group logs.GroupID) groupPlace {
	all := r.meta.Groups
	i := sort.Search(len(all), func(i int) bool { return all[i].Group >= group })
	if i == len(all) || all[i].Group != group {
		return groupPlace{}
	}
	return r.of[i]
}

// meta sums the runs up by group.
func (d *directory) meta(size int64) Meta {
	m := Meta{Size: size, Rows: d.rows()}
	for i := range d.runs {
		m.Groups = addRun(m.Groups, &d.runs[i])
	}
	return m
}

// groups finds the groups of a Meta among runs and blocks, which are in the same order. Two groups may share a block.
func (d *directory) groups(all []GroupMeta) []groupPlace {
	places := make([]groupPlace, len(all))
	run, block, row := 0, 0, int64(0)
	for i := range all {
		p := &places[i]
		p.runs = run
		for run < len(d.runs) && d.runs[run].Group == all[i].Group {
			run++
		}
		p.endRuns = run
		for d.blocks[block].firstRow+int64(d.blocks[block].rows) <= row {
			block++
		}
		p.blocks = block
		row += all[i].Rows
		for p.endBlocks = block; p.endBlocks < len(d.blocks) && d.blocks[p.endBlocks].firstRow < row; {
			p.endBlocks++
		}
		block = p.endBlocks - 1
	}
	return places
}

// addRun counts a run, which comes in order, to its group.
func addRun(groups []GroupMeta, run *Run) []GroupMeta {
	if n := len(groups); n == 0 || groups[n-1].Group != run.Group {
		groups = append(groups, GroupMeta{Group: run.Group, FirstEvent: run.FirstEvent, LastEvent: run.LastEvent})
	}
	g := &groups[len(groups)-1]
	g.Rows += run.Rows
	g.Bytes += run.Bytes
	g.FirstEvent = min(g.FirstEvent, run.FirstEvent)
	g.LastEvent = max(g.LastEvent, run.LastEvent)
	return groups
}

// directoryDecoder unpacks directories, which say themselves how large they are.
var directoryDecoder = sync.OnceValue(func() *zstd.Decoder { return newDecompressor(zstd.WithDecoderMaxMemory(maxDirectory)) })

// pageDecoder unpacks pages into the room that it is given.
var pageDecoder = sync.OnceValue(func() *zstd.Decoder {
	return newDecompressor(zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPage))
})

func newDecompressor(more ...zstd.DOption) *zstd.Decoder {
	z, err := zstd.NewReader(nil, append(more, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)))...)
	if err != nil {
		panic("segment: zstd: " + err.Error()) // options are constant
	}
	return z
}
