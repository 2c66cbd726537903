package segment

import (
	"context"
	"fmt"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"tailrace/internal/logs"
)

// Verify reads every byte of the segment and checks all there is to check: checksums, Parquet's own too, headers, the
// order of events, and that directory, columns, names and footer say the same. A nil error means that this reader and
// others find what was written. It returns a *CorruptError, the file's error, or the context's; memory is that of a
// cursor and the key columns of one row group.
func (r *Reader) Verify(ctx context.Context) error {
	return r.VerifyRuns(ctx, func(Tally) {})
}

// Tally is what the events of a run say themselves, beside what the directory has of them.
type Tally struct {
	Run
	LastIngestion int64  // greatest time of ingestion, epoch milliseconds
	LastRequest   uint64 // greatest request number
}

// VerifyRuns is Verify that tells of each run in the order of rows once all of it was read and found to be good.
func (r *Reader) VerifyRuns(ctx context.Context, each func(Tally)) error {
	return r.verify(ctx, &verifier{r: r, each: each, derive: true})
}

// Reread is Verify for who has just written the segment: of the extras it checks that the file has them as they were made, but
// does not make them again of the messages to compare, which would cost as much as making them did.
func (r *Reader) Reread(ctx context.Context) error {
	return r.verify(ctx, &verifier{r: r, each: func(Tally) {}})
}

func (r *Reader) verify(ctx context.Context, v *verifier) error {
	v.pages = takePages(r)
	v.pages.inspect = v.eventPage
	defer v.pages.give()
	start := make([]byte, len(magic))
	if err := r.readAt(start, 0); err != nil {
		return err
	}
	if string(start) != magic {
		return r.corrupt(0, "no Parquet magic")
	}
	for i := range r.dir.rowGroups {
		g := &r.dir.rowGroups[i]
		for b := range g.blocks {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := v.block(&r.dir.blocks[g.firstBlock+b]); err != nil {
				return err
			}
			if err := v.extras(g.firstBlock + b); err != nil {
				return err
			}
		}
		if err := v.keys(g); err != nil {
			return err
		}
	}
	return v.tail()
}

// verifier walks over the blocks and, beside them, over the runs.
type verifier struct {
	r     *Reader
	pages *pages
	extra extras
	field fieldVerifier
	run   int // of the directory
	rows  int64
	bytes int64
	last  logs.EventID

	derive bool // extras are held against the messages

	each      func(Tally)
	ingestion int64 // of the run, so far
	request   uint64
}

// block checks one block's pages and rows.
func (v *verifier) block(b *blockEntry) error {
	p := v.pages
	p.seek(b)
	if err := p.loadIDs(); err != nil {
		return err
	}
	if err := p.loadMessages(); err != nil {
		return err
	}
	if p.ids[0] != b.first || int64(len(p.text)) != b.bytes {
		return v.r.corrupt(b.page[colMessage].offset, "directory's first id or bytes of the block differ")
	}
	for row, id := range p.ids {
		if err := v.row(id, len(p.message(row))); err != nil {
			return err
		}
	}
	return nil
}

// eventPage checks the header of a page of the block.
func (v *verifier) eventPage(page []byte, c eventColumn) error {
	b := v.pages.block
	return v.header(page, b.page[c], format.DataPage, int(b.rows), encodingOf(c))
}

// header checks a page's header against what the directory or the reader knows, and Parquet's checksum.
func (v *verifier) header(page []byte, e pageEntry, kind format.PageType, values int, encoding format.Encoding) error {
	h, size, err := pageHeader(page)
	if err != nil {
		return v.r.corrupt(e.offset, "page header: %v", err)
	}
	ok := h.Type == kind && size == e.header && int(h.CompressedPageSize) == len(page)-size && int(h.UncompressedPageSize) == e.raw &&
		uint32(h.CRC) == crc32.ChecksumIEEE(page[size:])
	if kind == format.DataPage {
		ok = ok && int(h.DataPageHeader.V.NumValues) == values && h.DataPageHeader.V.Encoding == encoding
	} else {
		ok = ok && int(h.DictionaryPageHeader.V.NumValues) == values && h.DictionaryPageHeader.V.Encoding == encoding
	}
	if !ok {
		return v.r.corrupt(e.offset, "page header says otherwise than the page")
	}
	return nil
}

// pageHeader decodes a page's header and tells its length.
func pageHeader(page []byte) (h format.PageHeader, size int, err error) {
	size, err = decodeThrift(page, &h)
	return h, size, err
}

// decodeThrift decodes one of package format's structs and tells how many bytes it took.
func decodeThrift(b []byte, to any) (size int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("thrift: %v", p)
		}
	}()
	in := new(thrift.CompactProtocol).NewReaderFromBytes(b)
	err = thrift.NewDecoder(in).Decode(to)
	return in.BytesRead(), err
}

// row checks that an event may stand where it stands.
func (v *verifier) row(id logs.EventID, size int) error {
	run := &v.r.dir.runs[v.run]
	at := v.pages.block.page[colTimestamp].offset
	if v.rows == 0 && id.Timestamp != run.FirstEvent || v.rows > 0 && !v.last.Less(id) {
		return v.r.corrupt(at, "events of stream %d are not in order", run.Stream.Stream)
	}
	v.last = id
	v.ingestion, v.request = max(v.ingestion, id.Ingestion), max(v.request, id.Request)
	v.rows++
	v.bytes += int64(size)
	if v.rows < run.Rows {
		return nil
	}
	if id.Timestamp != run.LastEvent || v.bytes != run.Bytes {
		return v.r.corrupt(at, "directory's last time or bytes of stream %d differ", run.Stream.Stream)
	}
	v.each(Tally{Run: *run, LastIngestion: v.ingestion, LastRequest: v.request})
	v.run++
	v.rows, v.bytes, v.ingestion, v.request = 0, 0, 0, 0
	return nil
}
