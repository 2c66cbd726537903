// Package segment reads and writes segments: immutable Parquet files of events, sorted by (group, stream, event id).
//
// A Writer is fed whole streams in order and cuts their rows into blocks of about 256 KiB of messages; each block is one
// page of every event column (timestamp, ingestion, message, request, index). The names and ids of group and stream are
// dictionary columns for other readers. A Reader needs none of them: a run directory in front of the footer says where
// each stream's rows are and where each block's pages lie, with a checksum for each page, so that opening a segment is
// one read of its tail and reading a block is one read a column. Extras are what a block may carry
// beside its columns, to be read in less time: who does not know them loses nothing else. Cursor reads one run in order of event id, either way;
// Scan passes over a group in the order of storage; Verify reads everything again.
//
//	┌────────┬──────────────────────────┬────────────┬───────────┬────────┬────────┬────────┐
//	│ "PAR1" │ row group 0 │ row group… │ page index │ directory │ footer │ length │ "PAR1" │
//	└────────┴──────────────────────────┴────────────┴───────────┴────────┴────────┴────────┘
//	row group: message pages │ timestamp │ ingestion │ request │ index │ account … stream_id │ extras
//
// docs/format/segment.md has every field. The package knows nothing of the catalog, of buckets or of which segments
// count. A Writer belongs to one goroutine; a Reader is safe for concurrent use, its cursors and scans belong to one
// goroutine each. Bytes that are not as they were written give a *CorruptError, never a panic and never other events.
package segment
