package segment

import (
	"bufio"
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// output is the file being written: where it is, and the first error, after which it drops what it gets.
type output struct {
	w      *bufio.Writer
	offset int64
	err    error
}

func (o *output) write(b []byte) {
	if o.err == nil {
		_, o.err = o.w.Write(b)
	}
	o.offset += int64(len(b))
}

func (o *output) flush() {
	if o.err == nil {
		o.err = o.w.Flush()
	}
}

// pager makes pages: a Thrift header and a body. It keeps its memory from page to page.
type pager struct {
	zstd   *zstd.Encoder
	packed bytes.Buffer
	yield  func() // Options.Yield
	header bytes.Buffer
	thrift *thrift.Encoder
}

func newPager(level Level) *pager {
	p := &pager{zstd: newCompressor(level)}
	p.thrift = thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(&p.header))
	return p
}

// dataHeader is the header of a data page before its sizes are known. Columns are required, so there are no levels.
func dataHeader(values int, encoding format.Encoding) format.PageHeader {
	return format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues:               int32(values),
		Encoding:                encoding,
		DefinitionLevelEncoding: format.RLE,
		RepetitionLevelEncoding: format.RLE,
	})}
}

func dictionaryHeader(values int) format.PageHeader {
	return format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{
		NumValues: int32(values),
		Encoding:  format.Plain,
	})}
}

// append appends a page to dst and tells how long its header is.
func (p *pager) append(dst []byte, h format.PageHeader, body []byte, compress bool) ([]byte, int) {
	h.UncompressedPageSize = int32(len(body))
	if compress {
		body = p.pack(body)
	}
	h.CompressedPageSize = int32(len(body))
	h.CRC = int32(crc32.ChecksumIEEE(body))
	p.header.Reset()
	if err := p.thrift.Encode(&h); err != nil {
		panic("segment: page header: " + err.Error()) // a bytes.Buffer takes everything
	}
	dst = append(dst, p.header.Bytes()...)
	return append(dst, body...), p.header.Len()
}

// pieceBytes is what zstd packs at a time.
const pieceBytes = 128 << 10

// pack makes a zstd frame; it is good until the next call.
func (p *pager) pack(body []byte) []byte {
	p.packed.Reset()
	p.zstd.ResetContentSize(&p.packed, int64(len(body)))
	var err error
	for piece := range slices.Chunk(body, pieceBytes) {
		p.yield()
		_, failed := p.zstd.Write(piece)
		err = errors.Join(err, failed)
	}
	if err = errors.Join(err, p.zstd.Close()); err != nil {
		panic("segment: zstd: " + err.Error()) // a bytes.Buffer takes everything
	}
	return p.packed.Bytes()
}

// marshal is Thrift's compact form of v, one of package format's structs.
func marshal(v any) []byte {
	b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
	if err != nil {
		panic("segment: thrift: " + err.Error()) // a bytes.Buffer takes everything
	}
	return b
}

// buffer is the encoder's output buffer, now in front of w.
func (e *encoder) buffer(w io.Writer) *bufio.Writer {
	e.buffered.Reset(w)
	return e.buffered
}
