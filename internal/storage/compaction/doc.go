// Package compaction decides which segments are merged and how what they hold is laid out anew. It is pure: it sees what the
// catalog says of segments and the time, and gives jobs; it reads and writes nothing.
//
// # Cells
//
// Event time is divided into windows (Options.Window, 6 hours), four windows make a wider cell, four of those the next, up to
// all of time. A segment belongs to the smallest cell that holds it; one that begins a little before its cell, by up to a
// quarter, belongs there too, because a head that is flushed at the end of a window has events of both. Only segments of a
// cell are merged with each other, so that what expires together lies together and what is late does not widen what is not.
//
//	level 1  ├───────────────────────────────┼────────────────────
//	level 0  ├───────┼───────┼───────┼───────┼───────┼───────┼────   windows
//
// A merge in a wider cell is split: each window that has enough gets a segment of its own (Options.PieceBytes), then
// each cell of four windows, and so on; what is left stays as wide as it is. Data that is strewn over years therefore
// makes a few wide segments and not thousands of small ones. A small segment of a window that is over counts to the next
// wider cell, for the same reason.
//
// # Tiers
//
// In a cell Options.FanOut segments of a tier of sizes are merged into one of the next. Sizes are message bytes, so a merge's
// result is in a higher tier than its inputs, whatever packs how well. A segment of Options.SegmentBytes stays as it is,
// unless FanOut of them have a moment in common: those are merged and split by time, below the window if need be.
// A group that has Options.OwnBytes in a merge leaves it with segments of its own; the others share. In a cell where nothing
// happened for Options.Quiet what is left is merged, as long as no segment is rewritten for less than half its size.
package compaction
