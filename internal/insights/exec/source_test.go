package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/leaf"
	"tailrace/internal/logs"
)

// event is an event of a memory source.
type event struct {
	group   int
	stream  string
	id      logs.EventID
	message string
}

// memorySource is a Source over a list of events. It gives no more than a request asks for, and leaves out all that it allows
// to leave out.
type memorySource struct {
	groups []Group
	events []event
	batch  int // events of a batch
	tables map[string][]byte
	tells  bool // leaves have columns
}

func (s *memorySource) table(name string) (*plan.Table, error) {
	body, ok := s.tables[name]
	if !ok {
		return nil, fmt.Errorf("the lookup table '%s' does not exist", name)
	}
	return plan.ParseTable(body)
}

// of is the source of the groups that a SOURCE names, nil all.
func (s *memorySource) of(groups *syntax.Source) *memorySource {
	if groups == nil {
		return s
	}
	out := &memorySource{batch: s.batch, tells: s.tells}
	for _, name := range groups.Groups {
		at := slices.IndexFunc(s.groups, func(g Group) bool { return g.Name == name.Text })
		out.groups = append(out.groups, s.groups[at])
		for _, e := range s.events {
			if e.group == at {
				e.group = len(out.groups) - 1
				out.events = append(out.events, e)
			}
		}
	}
	return out
}

func (s *memorySource) Groups() []Group { return s.groups }

func (s *memorySource) Pointer(group int, _ logs.StreamID, id logs.EventID) string {
	return fmt.Sprintf("%s/%d", s.groups[group].Name, id.Index)
}

func (s *memorySource) Estimate(_ context.Context, group int, r *Request) (bytes int64, err error) {
	all := *r
	all.Match, all.Where = nil, nil // what these leave out is not known before
	for _, e := range s.wanted(group, &all) {
		bytes += int64(len(e.message))
	}
	return bytes, nil
}

func (s *memorySource) wanted(group int, r *Request) (out []event) {
	for _, e := range s.events {
		at := e.id.Timestamp
		if e.group == group && r.Start <= at && at <= r.End && (r.Streams == nil || slices.Contains(r.Streams, e.stream)) &&
			(r.Match == nil || r.Loose && s.tells || r.Match([]byte(e.message))) && required(r, e.message) && s.holds(r, e.message) {
			if r.Seek != nil && r.Seek([]byte(e.message)) < 0 {
				panic("Seek passes over what Match takes: " + e.message)
			}
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b event) int {
		if r.Reverse {
			return b.id.Compare(a.id)
		}
		return a.id.Compare(b.id)
	})
	return out
}

// required tells whether a message has one of the literals of each clause.
func required(r *Request, message string) bool {
	for _, clause := range r.Required {
		if !slices.ContainsFunc(clause, func(literal []byte) bool { return strings.Contains(message, string(literal)) }) {
			return false
		}
	}
	return true
}

// holds tells whether a message has leaves that a request asks for.
func (s *memorySource) holds(r *Request, message string) bool {
	for _, clause := range r.Where {
		if s.tells && !slices.ContainsFunc(clause, func(c leaf.Condition) bool {
			leaves, _ := leaf.Find([]string{c.Path}).Read([]byte(message))
			if len(leaves) == 0 {
				return false
			}
			v, _ := leaves[0].Value(nil)
			return c.MayAccept(v)
		}) {
			return false
		}
	}
	return true
}

func (s *memorySource) Visit(_ context.Context, request func(int) *Request, workers int, visit func(int, int, *column.Batch) error) (Statistics, error) {
	type part struct {
		group  int
		r      *Request
		events []event
	}
	var parts []part
	for group := range s.groups {
		r := request(group)
		for events := range slices.Chunk(s.wanted(group, r), s.batch) {
			parts = append(parts, part{group, r, events})
		}
	}
	var wg sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(parts) && errs[w] == nil; i += workers {
				b := newBatch(parts[i].events, parts[i].r)
				errs[w] = visit(w, parts[i].group, b)
				spoil(b)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return Statistics{}, err
		}
	}
	return Statistics{Scanned: int64(len(s.events)), Groups: len(s.groups)}, nil
}

func (s *memorySource) Scan(_ context.Context, group int, r *Request, visit func(*column.Batch) (bool, error)) (Statistics, error) {
	wanted := s.wanted(group, r)
	if r.Limit > 0 {
		wanted = wanted[:min(r.Limit, len(wanted))]
	}
	for batch := range slices.Chunk(wanted, s.batch) {
		b := newBatch(batch, r)
		more, err := visit(b)
		if spoil(b); !more || err != nil {
			return Statistics{}, err
		}
	}
	return Statistics{}, nil
}

// streamID is another one for each name of up to eight bytes.
func streamID(name string) (id logs.StreamID) {
	for i := range len(name) {
		id = id<<8 | logs.StreamID(name[i])
	}
	return id
}

func newBatch(events []event, r *Request) *column.Batch {
	b := &column.Batch{Fields: make([]column.Vector, len(r.Fields)+r.Parts.Len())}
	extractor := column.NewExtractor(nil, r.Parts)
	find := leaf.Find(r.Fields)
	for _, e := range events {
		b.Append(e.id, streamID(e.stream), e.stream, []byte(e.message))
		values := make([]leaf.Value, len(r.Fields))
		leaves, _ := find.Read([]byte(e.message))
		for i := range leaves {
			values[leaves[i].Path], _ = leaves[i].Value(nil)
		}
		for i, v := range append(values, extractor.Extract(b.Message[len(b.Message)-1])...) {
			b.Fields[i].Append(v)
		}
	}
	if !r.Columns.Has(column.Time) {
		b.Time = nil
	}
	if !r.Columns.Has(column.ID) {
		b.ID = nil
	}
	if !r.Columns.Has(column.Stream) {
		b.Stream, b.StreamName = nil, nil
	}
	switch {
	case r.Columns.Has(column.Message):
	case r.Columns.Has(column.Rest):
		for i := range b.Message {
			if slices.ContainsFunc(b.Fields[:len(r.Fields)], func(v column.Vector) bool { return v.Kind[i] > leaf.Null }) {
				b.Message[i] = nil
			}
		}
	default:
		b.Message = nil
	}
	return b
}

// spoil overwrites a batch and all that it points to, as the next one of a store does: who got it may not look at it any more.
func spoil(b *column.Batch) {
	for _, message := range b.Message {
		fillWith(message, 'X')
	}
	for i := range b.Fields {
		v := &b.Fields[i]
		for _, text := range v.Dict {
			fillWith(text, 'X')
		}
		clear(v.Dict)
		fillWith(v.Word, 1<<40)
		fillWith(v.Kind, leaf.Text)
	}
	fillWith(b.Time, -1)
	clear(b.ID)
	clear(b.Stream)
	fillWith(b.StreamName, "spoiled")
}

func fillWith[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
}
