package awsjson

import (
	"bytes"
	"errors"
	"hash"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

const (
	// keptBuffer bounds what a pool holds on to: a common batch of 1 MiB with its escapes fits, a rare longer body does not.
	keptBuffer = 2 << 20
	// trusted is how much memory a Content-Length is given before that much has arrived.
	trusted = 256 << 10
	// patience is how long a request waits for memory for its body.
	patience = 5 * time.Second
	// slack lets the end of a body be seen without growing the buffer.
	slack = 512
)

// Bodies and answers differ in size, so each has its pool.
var bodies, answers sync.Pool

func getBuffer(pool *sync.Pool) []byte {
	if b, ok := pool.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, 4096)
}

func putBuffer(pool *sync.Pool, b []byte) {
	if cap(b) == 0 || cap(b) > keptBuffer {
		return
	}
	pool.Put(&b)
}

var errOverCap = errors.New("body over the cap")

// readAll appends what r has to b, up to most bytes, and hashes it if digest is not nil. Size is the length that r is said
// to have, or less than 0.
func readAll(b []byte, r io.Reader, size, most int64, digest hash.Hash) ([]byte, error) {
	want := min(max(size, 0)+slack, trusted)
	b = slices.Grow(b, int(want))
	for {
		n, err := r.Read(b[len(b):min(int64(cap(b)), most+1)])
		if digest != nil {
			digest.Write(b[len(b) : len(b)+n])
		}
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most:
			return b, errOverCap
		case err == io.EOF:
			return b, nil
		case err != nil:
			return b, err
		}
		if len(b) == cap(b) {
			b = grow(b, size)
		}
	}
}

// grow doubles a buffer, or makes it as long as it is said to become once a first part has come.
func grow(b []byte, size int64) []byte {
	next := 2 * cap(b)
	if size+slack > int64(next) {
		next = int(size + slack)
	}
	return append(make([]byte, 0, next), b...)
}

// inflater is a gzip reader with its source, kept together for reuse.
type inflater struct {
	source bytes.Reader
	gzip   gzip.Reader
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// inflate appends the content of a gzip file to b, up to most bytes.
func inflate(b, compressed []byte, most int64) ([]byte, error) {
	f := inflaters.Get().(*inflater)
	defer func() {
		f.source.Reset(nil)
		inflaters.Put(f)
	}()
	f.source.Reset(compressed)
	// Member by member: on its own the reader takes a cut header of a later member for the end.
	for {
		if err := f.gzip.Reset(&f.source); err != nil {
			return b, err
		}
		f.gzip.Multistream(false)
		var err error
		if b, err = readAll(b, &f.gzip, -1, most, nil); err != nil || f.source.Len() == 0 {
			return b, err
		}
	}
}

// drain takes the rest of a refused body from the connection, within the cap: a client that writes all before it reads
// would otherwise see a reset and not the answer. A client that waits for leave to send is not given it.
func (c *call) drain() {
	if c.read || c.r.Header.Get("Expect") != "" {
		return
	}
	// Whatever goes wrong here shows when the answer is written.
	_, _ = io.CopyN(io.Discard, c.r.Body, c.maxBody)
}

// bodyError words what stops a body from being read.
func bodyError(err error, most int64) error {
	switch {
	case errors.Is(err, errOverCap):
		return errTooLarge(most)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTimeout
	default:
		return &hangUpError{err}
	}
}

func inflateError(err error, most int64) error {
	if errors.Is(err, errOverCap) {
		return errTooLarge(most)
	}
	return errGzip
}
