package match

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Set looks for any of several texts at once. It looks at two bytes at a time and, where no text has them near its
// start, moves on by as many bytes as no text can begin in (Wu and Manber, "A fast algorithm for multi-pattern
// searching", 1994): about as many bytes a step as the shortest text is long.
type Set struct {
	texts  []string // in lower case if fold
	fold   bool     // texts are ASCII and stand for themselves in any case
	unsure bool     // texts with k or s: U+212A and U+017F are equal to them in Unicode, so who has these may match
	window int      // length of the shortest text: what is looked at of each
	shift  [setBuckets]uint8
	bucket [setBuckets][]uint16 // texts whose window ends with bytes of this bucket
}

const (
	setBuckets = 1 << 11

	// minWindow is the length from which on a Set is worth it: two bytes are looked at.
	minWindow = 2
)

// caseBit tells upper from lower case in ASCII letters. Taken as set in other bytes too, it makes more texts alike, which
// costs a comparison.
const caseBit = 0x20

// NewSet compiles texts; with fold they are ASCII and are found in upper, lower and mixed case. It returns nil for texts
// it cannot serve: none, or one that is shorter than two bytes.
func NewSet(texts []string, fold bool) *Set {
	s := &Set{fold: fold, window: 255}
	for _, t := range texts {
		s.window = min(s.window, len(t))
	}
	if len(texts) == 0 || s.window < minWindow {
		return nil
	}
	for i := range s.shift {
		s.shift[i] = uint8(s.window - minWindow + 1)
	}
	for _, t := range texts {
		s.add(t)
	}
	return s
}

func (s *Set) add(text string) {
	if s.fold {
		text = strings.ToLower(text)
		s.unsure = s.unsure || strings.ContainsAny(text, "ks")
	}
	for end := minWindow; end <= s.window; end++ {
		h := s.hash([]byte(text[end-minWindow : end]))
		s.shift[h] = min(s.shift[h], uint8(s.window-end))
		if end == s.window {
			s.bucket[h] = append(s.bucket[h], uint16(len(s.texts)))
		}
	}
	s.texts = append(s.texts, text)
}

func (s *Set) hash(two []byte) int {
	v := uint32(binary.LittleEndian.Uint16(two))
	if s.fold {
		v |= caseBit | caseBit<<8
	}
	return int(bucketOf(v))
}

// bucketOf mixes two bytes without a multiplication, which would be the longest part of a step.
func bucketOf(two uint32) uint32 { return (two ^ two>>5) % setBuckets }

// In tells whether one of the texts stands in message.
func (s *Set) In(message []byte) bool {
	var mask uint32
	if s.fold {
		mask = caseBit | caseBit<<8
	}
	for at := s.window - minWindow; at+minWindow <= len(message); {
		h := bucketOf(uint32(binary.LittleEndian.Uint16(message[at:])) | mask)
		if n := s.shift[h]; n > 0 {
			at += int(n)
			continue
		}
		if s.standsAt(message[at+minWindow-s.window:], s.bucket[h]) {
			return true
		}
		at++
	}
	return false
}

// Unsure tells whether message has a character that Unicode takes for a letter of the texts in another case, so that
// more than In may be equal.
func (s *Set) Unsure(message []byte) bool {
	return s.unsure && (bytes.Contains(message, []byte("\u017f")) || bytes.Contains(message, []byte("\u212a")))
}

func (s *Set) standsAt(message []byte, candidates []uint16) bool {
	for _, i := range candidates {
		text := s.texts[i]
		if len(text) > len(message) {
			continue
		}
		if !s.fold && string(message[:len(text)]) == text || s.fold && equalFold(message[:len(text)], text) {
			return true
		}
	}
	return false
}

// equalFold compares text with an ASCII text in lower case, of the same length.
func equalFold(text []byte, lower string) bool {
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c |= caseBit
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
