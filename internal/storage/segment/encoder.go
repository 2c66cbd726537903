package segment

import (
	"bufio"
	"bytes"
	"sync"

	"github.com/klauspost/compress/zstd"

	"tailrace/internal/storage/gram"
)

// Level is how hard a writer tries to make messages small.
type Level int

const (
	// Fast is for flushes: zstd's fastest level.
	Fast Level = iota
	// Dense is for compaction, which has the time: messages get 9 % smaller than by Fast, packing takes half as long again.
	Dense
	levels
)

// encoder is the memory of a writer: it passes from one to the next.
type encoder struct {
	level    Level
	buffered *bufio.Writer
	pager    *pager
	page     []byte // the page being made
	block    block
	chunks   [eventColumns]chunk
	keys     keys
	extras   [extraKinds][]byte // of the row group being written, by kind
	copied   [extraKinds][]byte // of the block being cut, which another block had; empty: to be made
	grams    gram.Builder
}

var encoders [levels]sync.Pool

func takeEncoder(level Level) *encoder {
	if e, ok := encoders[level].Get().(*encoder); ok {
		return e
	}
	return &encoder{level: level, buffered: bufio.NewWriterSize(nil, 256<<10), pager: newPager(level)}
}

// give leaves the memory to the next writer, without what few files need.
func (e *encoder) give() {
	e.buffered.Reset(nil)
	e.block.reset()
	for c := range e.chunks {
		e.chunks[c].buf = trim(e.chunks[c].buf)
	}
	for kind := range e.extras {
		e.extras[kind] = trim(e.extras[kind])
	}
	e.block.messages, e.block.raw = trim(e.block.messages), trim(e.block.raw)
	e.page, e.pager.yield = trim(e.page), nil
	if e.pager.packed.Cap() > maxKept {
		e.pager.packed = bytes.Buffer{}
	}
	encoders[e.level].Put(e)
}

// maxKept is the largest buffer that is kept.
const maxKept = 4 << 20

// trim empties a buffer that is kept, and drops one that is too large for that.
func trim(b []byte) []byte {
	if cap(b) > maxKept {
		return nil
	}
	return b[:0]
}

func newCompressor(level Level) *zstd.Encoder {
	speed := zstd.SpeedFastest
	if level == Dense {
		speed = zstd.SpeedBetterCompression
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(speed), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(512<<10))
	if err != nil {
		panic("segment: zstd: " + err.Error()) // options are constant
	}
	return z
}
