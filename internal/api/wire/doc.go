// Package wire reads and writes JSON without reflection and, on the hot path, without allocation. It knows JSON (RFC 8259)
// and nothing of the API: package api's generated code drives it member by member.
//
// # Reading
//
// A Decoder owns its buffer and rewrites it: the text of a string is unescaped in place, so the slices that Bytes returns
// alias the buffer and stay valid as long as it does. It accepts what encoding/json accepts and gives the same values
// (invalid UTF-8 and lone surrogates become U+FFFD), except that
//
//   - nesting is limited to MaxDepth,
//   - names are case-sensitive,
//   - a null member is an absent one,
//   - where a name stands twice in one object the last that is not null wins, whole: nothing of the first remains,
//   - an integer may be written with a fraction of zeros or an exponent, if it is whole and below 2^53.
//
// Errors are sticky: after the first every call answers zero values and every loop ends, so that callers look at Err once.
//
// # Writing
//
// The Append functions extend dst with compact JSON. Only what JSON demands is escaped; invalid UTF-8 is replaced by U+FFFD.
//
// Decoder and Path are for one goroutine.
package wire
