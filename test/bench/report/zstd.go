package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"
)

// messages are the first messages of a corpus, a line each, about so many bytes of them.
func messages(corpus string, bytes int) (text []byte, err error) {
	f, err := os.Open(corpus)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	events := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for len(text) < bytes {
		var event struct{ Message string }
		if err := events.Decode(&event); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		text = append(append(text, event.Message...), '\n')
	}
	return text, nil
}

// zstdSpeed is how many MB of text a core packs and unpacks in a second, at level 1 in blocks of 64 KiB without checksums: the best
// of some rounds.
func zstdSpeed(text []byte) (pack, unpack float64, err error) {
	const size, rounds = 64 << 10, 4
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return 0, 0, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return 0, 0, err
	}
	defer decoder.Close()
	packed, room := make([]byte, 0, len(text)), make([]byte, 0, 2*size)
	for range rounds {
		var ends []int
		packed = packed[:0]
		begun := time.Now()
		for block := range slices.Chunk(text, size) {
			packed = encoder.EncodeAll(block, packed)
			ends = append(ends, len(packed))
		}
		pack = max(pack, megabytes(len(text), begun))
		begun = time.Now()
		for i, from := 0, 0; i < len(ends); i, from = i+1, ends[i] {
			if _, err := decoder.DecodeAll(packed[from:ends[i]], room); err != nil {
				return 0, 0, err
			}
		}
		unpack = max(unpack, megabytes(len(text), begun))
	}
	return pack, unpack, nil
}

func megabytes(bytes int, begun time.Time) float64 {
	return float64(bytes) / 1e6 / time.Since(begun).Seconds()
}
