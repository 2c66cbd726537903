package segment

import (
	"bufio"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Level is how hard a writer tries to make messages small.
type Level int

const (
	// Fast is for flushes: zstd's fastest level.
	Fast Level = iota
	// Dense is for compaction, which has the time: about 5 % smaller, two thirds as fast.
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
}

var encoders [levels]sync.Pool

func takeEncoder(level Level) *encoder {
	if e, ok := encoders[level].Get().(*encoder); ok {
		return e
	}
	return &encoder{level: level, buffered: bufio.NewWriterSize(nil, 256<<10), pager: newPager(level)}
}

func (e *encoder) give() {
	e.buffered.Reset(nil)
	e.block.reset()
	encoders[e.level].Put(e)
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
