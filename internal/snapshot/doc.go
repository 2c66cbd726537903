// Package snapshot holds a store still for whoever reads it as a whole, checks it or backs it up, while a server goes on writing
// to it. It takes no lock and changes nothing in the store's directory.
//
// A Snapshot is a copy of the catalog, an open handle of each segment of its live set, and the files of the write-ahead log, open
// too. What the server removes afterwards stays readable through the handles; the disk gets its space back when the snapshot
// is closed. What makes the three belong together, and why no lock is needed, is docs/adr/0012-backup-protocol.md:
//
//  1. The files of the log are opened.
//  2. The catalog is copied, in one state.
//  3. The log is looked at again: files that were begun, and what was appended.
//  4. The segments of the copy's live set are opened.
//
// If a segment is gone by then, or the log was cut beyond the copy's flushed position, a flush or a compaction came in between,
// and it begins anew with 1.
//
// A Snapshot belongs to one goroutine, but its files are safe for concurrent use.
package snapshot
