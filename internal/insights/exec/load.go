package exec

import (
	"fmt"
	"strconv"

	"tailrace/internal/column"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

// newRequest is what a plan's scan asks of each group.
func newRequest(p *plan.Plan) *Request {
	s := &p.Scan
	r := &Request{
		Start: s.Start, End: s.End, Streams: s.Streams, Required: s.Required, Columns: column.Count,
		Limit: s.Limit, Reverse: s.Order == plan.NewestFirst,
	}
	if first := p.Gathering(); first == len(p.Ops) || p.Ops[first].Effect() != plan.Replaces {
		r.Columns |= column.ID | column.Stream // rows are put in the order of their events
	}
	for _, source := range s.Columns {
		if source.Content {
			r.Columns |= column.Message
		}
		switch field := source.Leaf(); {
		case source.Name == "@message":
			r.Columns |= column.Message
		case source.Name == "@timestamp":
			r.Columns |= column.Time
		case source.Name == "@logStream":
			r.Columns |= column.Stream
		case source.Name == plan.Pointer:
			r.Columns |= column.ID | column.Stream
		case source.Name == "@ingestionTime":
			r.Columns |= column.ID
		case field != "":
			r.Fields = append(r.Fields, field)
		}
	}
	if s.Parse != nil {
		r.Parts = newParts(s.Parse)
	}
	if s.Message != nil {
		r.Match, r.Name = newMatcher(s.Message), nameOf(s.Message)
		if f := literalOf(s.Message); f != nil {
			r.Seek = f.Index
		}
	} else if s.Hint != nil {
		any := match.NewAny(s.Hint)
		r.Match, r.Seek, r.Loose, r.Name = any.In, any.Index, true, fmt.Sprintf("any of %q", s.Hint)
	}
	for _, clause := range s.Where {
		r.Where = append(r.Where, clause.Conditions)
	}
	return r
}

// newMatcher compiles a condition on messages alone.
func newMatcher(e plan.Expr) func([]byte) bool {
	switch e := e.(type) {
	case *plan.Like:
		found := e.Found()
		if e.Not {
			return func(message []byte) bool { return !found(message) }
		}
		return found
	case *plan.Not:
		of := newMatcher(e.X)
		return func(message []byte) bool { return !of(message) }
	case *plan.Logic:
		x, y := newMatcher(e.X), newMatcher(e.Y)
		if e.Or {
			return func(message []byte) bool { return x(message) || y(message) }
		}
		return func(message []byte) bool { return x(message) && y(message) }
	}
	panic("condition that is not of messages: " + e.String())
}

// nameOf is a text that only conditions of the same meaning have.
func nameOf(e plan.Expr) string {
	switch e := e.(type) {
	case *plan.Like:
		name := "like "
		if e.Not {
			name = "not like "
		}
		if e.Regex != nil {
			return name + "regex " + strconv.Quote(e.Regex.String())
		}
		return name + strconv.Quote(string(e.Finder.Needle()))
	case *plan.Not:
		return "not (" + nameOf(e.X) + ")"
	case *plan.Logic:
		if e.Or {
			return "(" + nameOf(e.X) + ") or (" + nameOf(e.Y) + ")"
		}
		return "(" + nameOf(e.X) + ") and (" + nameOf(e.Y) + ")"
	}
	panic("condition that is not of messages: " + e.String())
}

// literalOf is a literal that stands in every message that satisfies a condition, the longest one; nil if none is known.
func literalOf(e plan.Expr) *match.Finder {
	switch e := e.(type) {
	case *plan.Like:
		switch {
		case e.Not:
		case e.Regex != nil:
			return e.Regex.Literal()
		case len(e.Finder.Needle()) > 0:
			return e.Finder
		}
	case *plan.Logic:
		if !e.Or {
			return longer(literalOf(e.X), literalOf(e.Y))
		}
	}
	return nil
}

func longer(a, b *match.Finder) *match.Finder {
	if a == nil || b != nil && len(b.Needle()) > len(a.Needle()) {
		return b
	}
	return a
}

// loader turns batches into rows, for one goroutine.
type loader struct {
	sources []plan.Source
	parts   []plan.Column // behind the sources
	groups  []Group
	source  Source
	withID  bool
	vectors []value.Vector
	content *content // nil: no field is found by content
	rows    rows
}

func newLoader(s *plan.Scan, source Source, withID bool) *loader {
	l := &loader{sources: s.Columns, groups: source.Groups(), source: source, withID: withID, content: newContent(s.Columns)}
	if s.Parse != nil {
		l.parts = s.Parse.Columns
	}
	l.vectors = make([]value.Vector, len(l.sources)+len(l.parts))
	return l
}

// load makes rows of a batch; they are valid until the next call, as long as the batch is.
func (l *loader) load(group int, b *column.Batch) *rows {
	r := &l.rows
	r.n = b.Len()
	clear(r.cols)
	field := 0
	for i := range l.sources {
		v := &l.vectors[i]
		if l.sources[i].Leaf() != "" {
			v.FromColumn(&b.Fields[field])
			field++
		} else {
			l.system(v, l.sources[i].Name, group, b)
		}
		r.set(l.sources[i].Column, v)
	}
	for i, part := range l.parts {
		v := &l.vectors[len(l.sources)+i]
		v.FromColumn(&b.Fields[field+i])
		r.set(part.Index, v)
	}
	if l.content != nil {
		l.content.load(l.vectors, &l.groups[group], b)
	}
	r.refs = r.refs[:0]
	if l.withID {
		for i, id := range b.ID {
			r.refs = append(r.refs, ref{group: int32(group), stream: b.Stream[i], id: id})
		}
	}
	return r
}

// system fills a vector with a field that is not in messages. Those that Tailrace does not have are null.
func (l *loader) system(v *value.Vector, name string, group int, b *column.Batch) {
	g := &l.groups[group]
	switch name {
	case "@timestamp":
		v.Resize(b.Len(), value.Time)
		for i, at := range b.Time {
			v.Word[i] = uint64(at)
		}
	case "@ingestionTime":
		v.Resize(b.Len(), value.Time)
		for i := range b.ID {
			v.Word[i] = uint64(b.ID[i].Ingestion)
		}
	case "@message":
		v.Reset()
		v.AppendTexts(b.Message)
	case "@logStream":
		streams(v, b)
	case "@log":
		constantText(v, g.Account+":"+g.Name)
	case plan.Pointer:
		v.Reset()
		for i, id := range b.ID {
			v.Append(value.NewString(l.source.Pointer(group, b.Stream[i], id)))
		}
	case "@aws.account":
		constantText(v, g.Account)
	case "@aws.region":
		constantText(v, g.Region)
	default:
		v.Resize(b.Len(), value.Null)
	}
}

func constantText(v *value.Vector, text string) {
	v.Reset()
	v.Const = true
	v.Append(value.NewString(text))
}

// streams fills v with the names of streams, an entry of the dictionary for each run of rows.
func streams(v *value.Vector, b *column.Batch) {
	v.Resize(b.Len(), value.Text)
	for i, name := range b.StreamName {
		if i == 0 || b.Stream[i-1] != b.Stream[i] {
			v.Dict = append(v.Dict, []byte(name))
		}
		v.Word[i] = uint64(len(v.Dict) - 1)
	}
}
