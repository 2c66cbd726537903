package audit

import "fmt"

// Kind says what part of a store a problem is about.
type Kind string

// The kinds of problems.
const (
	Catalog    Kind = "catalog"
	Segment    Kind = "segment"
	Log        Kind = "log"
	Event      Kind = "event"
	Statistics Kind = "statistics"
)

// Problem is something that is not as it must be.
type Problem struct {
	Kind   Kind   `json:"kind"`
	Object string `json:"object"` // file, or group and stream
	Detail string `json:"detail"` // what is wrong
	Advice string `json:"advice"` // what to do
}

// Report is what a check found.
type Report struct {
	Problems []Problem `json:"problems"` // the first 1,000
	Count    int       `json:"count"`    // of all problems
	Notes    []string  `json:"notes"`    // what is unusual but right, and what could not be compared

	Segments     int    `json:"segments"`
	SegmentBytes int64  `json:"segmentBytes"` // of files
	Events       int64  `json:"events"`       // in segments and, beyond the flushed position, in the log
	Records      int64  `json:"records"`      // of the log
	Streams      int64  `json:"streams"`
	Flushed      uint64 `json:"flushed"` // position of the log up to which events are in segments
	Last         uint64 `json:"last"`    // sequence of the log's last record; 0: it has none
}

// maxProblems bounds the problems that are kept.
const maxProblems = 1000

// Sound tells whether nothing is wrong.
func (r *Report) Sound() bool { return r.Count == 0 }

func (r *Report) problem(kind Kind, object, advice, format string, args ...any) {
	if r.Count++; len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{Kind: kind, Object: object, Detail: fmt.Sprintf(format, args...), Advice: advice})
	}
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Progress is how far a check has come.
type Progress struct {
	Stage       string
	Done, Total int64 // bytes of segments read; Total 0: not known
}

// What to do.
const (
	adviseSegment = "restore the file from a backup into segments/ while the server is stopped; without one its readable events go on being served"
	adviseMissing = "put the file back from a backup; without one its events are lost"
	adviseCatalog = "a server that starts on it makes a new catalog of what can be read of it, the segments and the log; or restore a backup"
	adviseLog     = "what is readable is replayed at the next start and the file is kept in quarantine/; look at the disk"
	adviseUnknown = "the catalog is older than the files: the next start makes it anew of them, or restore catalog and files of one and the same backup"
	adviseReport  = "this is an error of the program: keep a copy of the store and report it"
	adviseLost    = "look for damage above; restore from a backup what it took"
)
