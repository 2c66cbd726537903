// Package field makes and reads the columns of JSON leaves that a block of a segment carries.
//
// A Builder reads a block's messages and appends its columns: those paths that enough rows have and whose values take little
// room (numbers, booleans, texts of which there are few), within a budget, and the paths that are always wanted. A Block reads them:
// only the columns that are asked for are decoded. A row has no value in a column if its message is no JSON object or has no such
// leaf; of leaves with the same path the first counts, and the column says that there are others. docs/format/segment.md has the bytes.
//
// The package knows nothing of files and checksums. Bytes that no Builder made give ErrDamaged or other values, never a panic.
// Builders and Blocks belong to one goroutine each.
package field

import "errors"

// Options say which columns a block gets.
type Options struct {
	// Columns is how many columns a block gets at most beside those that are always wanted; 0 or less: none.
	Columns int
	// Share is the part of the block's message bytes that these may take: 1/Share; default 64, at which they are a tenth
	// of a file of JSON.
	Share int
}

const (
	version      = 1
	defaultShare = 64
	// maxPaths is how many paths a builder looks at beside those that are always wanted; a block with more of them does not
	// know what else there is.
	maxPaths = 256
	// maxEntries is how many different values a dictionary has.
	maxEntries = 255
	// fewTexts is how many a column of texts has at most that somebody may want to group by.
	fewTexts = 32
	// A column is made if one in minShare rows has a value, and a value takes maxValueBytes at most.
	minShare      = 20
	maxValueBytes = 3
	// maxRows bounds what is read.
	maxRows = 1 << 20
)

// ErrDamaged says that columns are not what a Builder made.
var ErrDamaged = errors.New("malformed field columns")

// encoding is how a column's values stand.
type encoding uint8

const (
	dictionary encoding = iota // different values, and for each row which one
	usual                      // different values, which rows do not have the first one, and what they have
	integers                   // numbers in steps of a power of ten, from the least on; a few have more bits than the others
	deltas                     // the same, from row to row; no row lacks a value
	plain                      // value after value
	encodings

	doubled = 0x80 // beside the encoding: there is a row with several leaves of the path
)
