package wal

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"tailrace/internal/vfs"
)

const (
	windowBytes = 1 << 20 // a file is read through a window of this size
	pageBytes   = 4096    // unreadable parts are left out in units of this size
)

// reader reads the records of one file, through a window that it moves forward.
type reader struct {
	f      vfs.File
	size   int64
	salt   uint32
	window []byte
	at     int64 // offset of the window
	// broken: parts of the file could not be read and were taken for zeros.
	broken error
}

// bytes returns n bytes at an offset, fewer at the end of the file, valid until the next call. n is at most windowBytes.
func (r *reader) bytes(off int64, n int) []byte {
	n = int(min(int64(n), r.size-off))
	if n <= 0 {
		return nil
	}
	if off < r.at || off+int64(n) > r.at+int64(len(r.window)) {
		n := min(windowBytes, r.size-off)
		if int64(cap(r.window)) < n {
			r.window = make([]byte, n)
		}
		r.window, r.at = r.window[:n], off
		r.read(r.window, off)
	}
	return r.window[off-r.at:][:n]
}

// read fills p from an offset. What cannot be read is taken for zeros.
func (r *reader) read(p []byte, off int64) {
	if n, err := r.f.ReadAt(p, off); n == len(p) || errors.Is(err, io.EOF) {
		clear(p[n:])
		return
	}
	for len(p) > 0 {
		page := p[:min(pageBytes, len(p))]
		if n, err := r.f.ReadAt(page, off); n < len(page) {
			clear(page[n:])
			r.broken = errors.Join(r.broken, err)
		}
		p, off = p[len(page):], off+int64(len(page))
	}
}

// header reads the record header at an offset; false if there is none or its payload would end behind the file.
func (r *reader) header(off int64) (record, bool) {
	rec, ok := parseRecord(r.bytes(off, recordHeader), r.salt)
	return rec, ok && off+rec.size() <= r.size
}

// payload reads and checks the payload of the record at an offset, into memory of its own.
func (r *reader) payload(off int64, rec record) ([]byte, bool) {
	p := make([]byte, rec.length)
	if len(p) <= windowBytes {
		copy(p, r.bytes(off+recordHeader, len(p)))
	} else {
		r.read(p, off+recordHeader)
	}
	return p, crc32.Checksum(p, castagnoli) == rec.crc
}

// find looks from an offset on for the next record header with a sequence from to below limit.
func (r *reader) find(off int64, from, limit uint64) (int64, record, bool) {
	limit = min(limit, from+uint64(r.size)/recordHeader+1)
	for {
		b := r.bytes(off, windowBytes)
		if len(b) < recordHeader {
			return 0, record{}, false
		}
		for i := range len(b) - recordHeader + 1 {
			if seq := binary.LittleEndian.Uint64(b[i+8:]); seq < from || seq >= limit {
				continue
			}
			if rec, ok := parseRecord(b[i:], r.salt); ok && off+int64(i)+rec.size() <= r.size {
				return off + int64(i), rec, true
			}
		}
		off += int64(len(b) - recordHeader + 1)
	}
}
