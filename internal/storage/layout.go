package storage

import "tailrace/internal/catalog"

// Names in the directory of a store. The catalog and the key file are not the engine's; they are named here so that everybody
// who deals with such a directory as a whole has one list.
const (
	LockFile      = "LOCK"
	LogDir        = "wal"
	SegmentDir    = "segments"
	QuarantineDir = "quarantine"
	CatalogFile   = "catalog.db"
	KeyFile       = "keyfile"
	// RestoringFile stands in a directory while a backup is being restored into it: nobody may use it then.
	RestoringFile = "RESTORING"
)

// ParseObject tells what a file in SegmentDir is: the id of its segment, and whether it was finished; false for a file that no
// store made.
func ParseObject(name string) (id catalog.SegmentID, finished, ok bool) { return parseObject(name) }
