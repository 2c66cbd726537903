package function

import (
	"crypto/md5" // the language has it: nothing is protected by it
	"crypto/sha256"
	"encoding/hex"

	"tailrace/internal/insights/value"
)

// Hashes are printed in hexadecimal digits, in lower case.
var hashFunctions = []definition{
	{name: "md5", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value {
		sum := md5.Sum(text)
		return r.hex(sum[:])
	})},
	{name: "sha256", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value {
		sum := sha256.Sum256(text)
		return r.hex(sum[:])
	})},
}

func (r *room) hex(sum []byte) value.Value {
	from := len(r.bytes)
	r.bytes = hex.AppendEncode(r.bytes, sum)
	return r.since(from)
}
