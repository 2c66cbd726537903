// Package gram makes and asks filters of substrings: small summaries of messages that tell, of a literal of five bytes or more,
// that no message contains it. They err on one side alone: a filter may say that a message may be there when none is, never the
// other way round.
//
// A filter is a bitmap of the grams of the messages. A gram is five consecutive bytes of one message, without the case of
// letters; its place is a hash of it. There is about a bit for each different gram, so that 63 % of the bits are set: one of
// random bytes is found where it is not with that chance, a literal of n bytes, which has n-4 grams, with 0.63 to that power:
// 2.5 % of the blocks at 12 bytes, 0.4 % at 16, 0.01 % at 24. docs/adr/0008 has what else was measured, docs/format/segment.md
// the bytes.
//
// A Builder belongs to one goroutine; a Condition does not change and is safe for concurrent use. The package knows nothing of
// files and has no checksums; bytes that are no filter exclude nothing.
package gram
