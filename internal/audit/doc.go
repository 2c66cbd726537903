// Package audit checks a whole store: that everything it must have is there, once, and as it was written. It works on a snapshot,
// so a server may go on writing; it repairs nothing and changes nothing.
//
// What is checked, in this order:
//
//	catalog      SQLite's integrity check
//	live set     each segment's file is there and has its size; which other files lie beside them
//	log          every record is whole and can be decoded; none is missing beyond the flushed position
//	segments     every byte (segment.VerifyRuns); groups, rows, bytes, times and names are those of the catalog; no event has a
//	             request number beyond the flushed position, or a restart would double it
//	events       no id twice in two segments of a stream
//	statistics   of every stream of the catalog, against what segments and log hold of it
//
// Memory is some hundred bytes a stream and 24 for each run of a stream in a segment, beside what one segment takes to be read.
package audit
