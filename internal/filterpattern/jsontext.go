package filterpattern

import (
	"sync"

	"tailrace/internal/leaf"
)

var scratches = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch bounds the buffers that are kept between messages, in bytes.
const maxScratch = 64 << 10

// release gives the buffer for strings back; texts that unescape returned end with it.
func (w *walker) release() {
	if w.scratch != nil && cap(*w.scratch) <= maxScratch {
		scratches.Put(w.scratch)
	}
}

// quoted reads a string of JSON and returns what stands between its quotes.
func (w *walker) quoted() (text []byte, escaped, ok bool) {
	start := w.pos + 1
	end, escaped := leaf.EndOfString(w.text, w.pos)
	if end == 0 {
		return nil, false, false
	}
	w.pos = end
	return w.text[start : end-1], escaped, true
}

// unescape returns a string's characters, in a buffer that the next call uses again.
func (w *walker) unescape(text []byte) []byte {
	if w.scratch == nil {
		w.scratch = scratches.Get().(*[]byte)
	}
	*w.scratch = leaf.AppendUnescaped((*w.scratch)[:0], text)
	return *w.scratch
}
