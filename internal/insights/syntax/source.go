package syntax

import (
	"slices"
	"strconv"
	"strings"
)

// Source says which groups and which time a query reads: SOURCE with group names, logGroups(…), dataSource(…),
// logGroupTags(…), START= and END=. Several selectors narrow the choice; several SOURCE before the first command add up.
type Source struct {
	Span
	Groups      []Name // names, patterns or ARNs as they were written
	LogGroups   *GroupSelector
	DataSources []string // name.type, at most ten
	Tags        []TagFilter
	Start, End  *Bound // nil: what the caller of the API said
}

// GroupSelector is logGroups(namePrefix: […], accountIdentifier: […], class: […]); empty lists do not select.
type GroupSelector struct {
	Span
	NamePrefix        []string // at most five
	AccountIdentifier []string // at most twenty
	Class             []string
}

// TagFilter keeps groups that have one of the values at a tag; "*" is a wildcard, "!" in front negates.
type TagFilter struct {
	Span
	Key    string
	Values []string // at most five; none: any
}

// Bound is an end of the range of time.
type Bound struct {
	Span
	Relative bool
	Millis   int64     // since the epoch, if not Relative
	Ago      *Duration // before now, if Relative; nil: now
}

// Amazon's limits of a SOURCE.
const (
	maxPrefixes    = 5
	maxAccounts    = 20
	maxDataSources = 10
	maxTagFilters  = 5
	maxTagValues   = 5
	maxMillis      = 1 << 53
)

// source reads one SOURCE; what an earlier one said stays.
func (p *parser) source(s *Source) *Source {
	start := p.tok.start
	if s == nil {
		s = &Source{Span: Span{start, start}}
	}
	p.advance()
	p.selector(s)
	for p.tok.kind == kindName || p.tok.kind == kindString || p.tok.kind == ',' {
		p.takeKind(',')
		p.selector(s)
	}
	s.Span = p.since(s.Span.Start)
	return s
}

// selector reads one part of a SOURCE.
func (p *parser) selector(s *Source) {
	switch {
	case p.option("start"):
		s.Start = p.bound()
	case p.option("end"):
		s.End = p.bound()
	case p.at("loggroups") && p.behindName('('):
		p.advance()
		s.LogGroups = p.groupSelector()
	case p.at("datasource") && p.behindName('('):
		p.advance()
		s.DataSources = p.dataSources()
	case p.at("loggrouptags") && p.behindName('('):
		p.advance()
		s.Tags = p.tagFilters()
	case p.tok.kind == kindName:
		s.Groups = append(s.Groups, p.name(""))
	default:
		group := p.string("the name of a group in quotes, logGroups(…), dataSource(…) or logGroupTags(…)")
		s.Groups = append(s.Groups, Name{group.Span, group.Value})
	}
}

func (p *parser) groupSelector() *GroupSelector {
	start := p.tok.start
	g := &GroupSelector{}
	p.expectKind('(')
	for p.tok.kind != ')' && !p.failed {
		at, key := p.here(), strings.ToLower(p.name("namePrefix, accountIdentifier or class").Text)
		p.expectKind(':')
		switch key {
		case "nameprefix":
			g.NamePrefix = p.texts(maxPrefixes, "prefixes")
		case "accountidentifier", "accountidentifiers": // the guide has both
			g.AccountIdentifier = p.texts(maxAccounts, "accounts")
		case "class", "loggroupclass":
			g.Class = p.classes()
		default:
			p.fail(at, "unexpected '%s', expected namePrefix, accountIdentifier or class", shorten(p.src[at.Start:at.End]))
		}
		if !p.takeKind(',') {
			break
		}
	}
	p.expectKind(')')
	g.Span = p.since(start)
	return g
}

// classes reads a list of classes, or one in quotes alone, as the console writes it.
func (p *parser) classes() []string {
	at := p.here()
	var classes []string
	if p.tok.kind == kindString {
		classes = []string{p.string("").Value}
	} else {
		classes = p.texts(2, "classes")
	}
	for i, class := range classes {
		classes[i] = strings.ToUpper(class)
		if !slices.Contains([]string{"STANDARD", "INFREQUENT_ACCESS"}, classes[i]) {
			p.fail(at, "unknown class '%s', expected STANDARD or INFREQUENT_ACCESS", shorten(class))
		}
	}
	return classes
}

func (p *parser) dataSources() []string {
	p.expectKind('(')
	sources := p.texts(maxDataSources, "data sources")
	p.expectKind(')')
	return sources
}

// texts reads a list of strings in brackets, perhaps none.
func (p *parser) texts(most int, what string) []string {
	at := p.here()
	p.expectKind('[')
	var texts []string
	if p.tok.kind != ']' {
		texts = commas(p, func() string { return p.string("a string").Value })
	}
	p.expectKind(']')
	if len(texts) > most {
		p.fail(at, "more than %d %s", most, what)
	}
	return texts
}

// tagFilters reads [{"key": "team", "values": ["a", "b"]}, …] in parentheses; quotes around key and values may be missing.
func (p *parser) tagFilters() []TagFilter {
	at := p.here()
	p.expectKind('(')
	p.expectKind('[')
	filters := commas(p, p.tagFilter)
	p.expectKind(']')
	p.expectKind(')')
	if len(filters) > maxTagFilters {
		p.fail(at, "more than %d tags", maxTagFilters)
	}
	return filters
}

func (p *parser) tagFilter() TagFilter {
	start := p.tok.start
	var filter TagFilter
	p.expectKind('{')
	for more := true; more && !p.failed; more = p.takeKind(',') {
		at, key := p.here(), p.text()
		if p.tok.kind == kindString {
			key = unescape(key)
		}
		p.advance()
		p.expectKind(':')
		switch {
		case strings.EqualFold(key, "key"):
			filter.Key = p.string("a string").Value
		case strings.EqualFold(key, "values"):
			filter.Values = p.texts(maxTagValues, "values of a tag")
		default:
			p.fail(at, "unexpected '%s', expected \"key\" or \"values\"", shorten(key))
		}
	}
	p.expectKind('}')
	filter.Span = p.since(start)
	if filter.Key == "" {
		p.fail(filter.Span, "the tag has no key")
	}
	return filter
}

// bound reads milliseconds, now, or a period before now with or without its sign (-1d; 0s is now).
func (p *parser) bound() *Bound {
	b := &Bound{Span: p.here()}
	switch {
	case p.take("now"):
		b.Relative = true
	case p.tok.kind == kindNumber:
		b.Millis = int64(p.integer("a number of milliseconds", 0, maxMillis))
	default:
		sign := p.takeKind('-')
		b.Relative, b.Ago = true, p.period()
		if !sign && b.Ago.Count != 0 {
			p.fail(b.Ago.Span, "unexpected '%s', expected milliseconds since 1970, now or a period before now such as -1d", p.src[b.Ago.Start:b.Ago.End])
		}
		if b.Ago.Count == 0 {
			b.Ago = nil
		}
	}
	b.Span = p.since(b.Span.Start)
	return b
}

func (s *Source) print(w *printer) {
	w.text("SOURCE")
	for _, group := range s.Groups {
		w.text(" ")
		w.quote(group.Text)
	}
	s.printSelectors(w)
	s.Start.print(w, " START=")
	s.End.print(w, " END=")
}

func (s *Source) printSelectors(w *printer) {
	if len(s.DataSources) > 0 {
		w.text(" dataSource(")
		w.quotes(s.DataSources)
		w.text(")")
	}
	if s.LogGroups != nil {
		s.LogGroups.print(w)
	}
	if len(s.Tags) > 0 {
		w.text(" logGroupTags([")
		list(w, s.Tags, func(tag TagFilter) {
			w.text(`{"key": `)
			w.quote(tag.Key)
			w.text(`, "values": `)
			w.quotes(tag.Values)
			w.text("}")
		})
		w.text("])")
	}
}

func (g *GroupSelector) print(w *printer) {
	w.text(" logGroups(")
	separator := ""
	for _, part := range []struct {
		key    string
		values []string
	}{{"namePrefix", g.NamePrefix}, {"accountIdentifier", g.AccountIdentifier}, {"class", g.Class}} {
		if len(part.values) > 0 {
			w.text(separator, part.key, ": ")
			w.quotes(part.values)
			separator = ", "
		}
	}
	w.text(")")
}

func (b *Bound) print(w *printer, option string) {
	switch {
	case b == nil:
	case !b.Relative:
		w.text(option, strconv.FormatInt(b.Millis, 10))
	case b.Ago == nil:
		w.text(option, "now")
	default:
		w.text(option, "-")
		w.period(b.Ago)
	}
}

// Selects tells whether a SOURCE says which groups are read, and not only when.
func (s *Source) Selects() bool {
	return len(s.Groups)+len(s.DataSources)+len(s.Tags) > 0 || s.LogGroups != nil
}

// SourceText is a SOURCE as it is printed.
func SourceText(s *Source) string {
	w := &printer{}
	s.print(w)
	return string(w.out)
}
