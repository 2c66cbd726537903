package syntax

import "strings"

// Parse takes fields out of a text: parse [f] "glob" as a, b; parse [f] /regex/ [as a, b] [multi]; parse [f] logfmt as m;
// parse [f] csv as a, b. Exactly one of Glob, Regex, Logfmt and CSV is set.
type ParseStage struct {
	Span
	Field  *Field // @message if none was written
	Glob   *String
	Regex  *Regex
	Logfmt bool
	CSV    bool
	// Names are the aliases: one for each "*", each group of the regular expression or each value; one for logfmt. Without
	// any, the named groups of the regular expression are the names.
	Names []Name
	Multi bool // a row for each match of the regular expression
}

// Command implements Stage.
func (*ParseStage) Command() string { return "parse" }

func (p *parser) parse(start int) Stage {
	s := &ParseStage{Field: &Field{p.here(), []Step{{Key: "@message"}}}}
	if p.tok.kind == kindName && !(p.at("logfmt") || p.at("csv")) || p.tok.kind == kindName && p.fieldBeforeMode() {
		s.Field = p.field()
	}
	switch {
	case p.tok.kind == kindString:
		s.Glob = p.string("")
	case p.tok.kind == '/':
		s.Regex = p.regex()
	case p.take("logfmt"):
		s.Logfmt = true
	case p.take("csv"):
		s.CSV = true
	default:
		p.unexpected("a string with *, a regular expression in slashes, logfmt or csv")
	}
	p.parseNames(s)
	s.Span = p.since(start)
	if !p.failed {
		s.check(&p.Diagnostics)
	}
	return s
}

// fieldBeforeMode tells the field of parse logfmt "x=*" as x from the mode of parse logfmt as m.
func (p *parser) fieldBeforeMode() bool {
	pos, tok, prevEnd := p.pos, p.tok, p.prevEnd
	p.advance()
	field := !p.at("as")
	p.pos, p.tok, p.prevEnd = pos, tok, prevEnd
	return field && !p.failed
}

// parseNames reads what follows the pattern. "multi" may stand on either side of the aliases.
func (p *parser) parseNames(s *ParseStage) {
	s.Multi = s.Regex != nil && p.take("multi")
	if s.Regex == nil || p.at("as") {
		p.expect("as")
		s.Names = commas(p, func() Name { return p.name(`a name behind "as"`) })
	}
	s.Multi = s.Multi || s.Regex != nil && p.take("multi")
}

// check compares the numbers of names and of places for them.
func (s *ParseStage) check(errs *Diagnostics) {
	switch {
	case s.Glob != nil:
		if globs := len(s.Literals()) - 1; globs != len(s.Names) {
			errs.Report(s.Glob.Span, "the pattern has %d * for %d names behind \"as\"", globs, len(s.Names))
		}
	case s.Logfmt && len(s.Names) > 1:
		errs.Report(s.Names[1].Span, "logfmt gives one map: one name stands behind \"as\"")
	case s.Regex != nil:
		groups := regexGroups(s.Regex.Source)
		if len(s.Names) > 0 && len(groups) != len(s.Names) {
			errs.Report(s.Regex.Span, "the regular expression has %d groups for %d names behind \"as\"", len(groups), len(s.Names))
		} else if len(s.Names) == 0 && strings.Join(groups, "") == "" {
			errs.Report(s.Regex.Span, "the regular expression has no group (?<name>…)")
		}
	}
	seen := map[string]bool{}
	for _, name := range s.Columns() {
		if seen[name] {
			errs.Report(s.Span, "two parts of the pattern are called '%s'", shorten(name))
		}
		seen[name] = true
	}
}

// Columns are the fields that the command makes, in the order of the pattern.
func (s *ParseStage) Columns() []string {
	var columns []string
	for _, name := range s.Names {
		columns = append(columns, name.Text)
	}
	if s.Regex == nil || len(columns) > 0 {
		return columns
	}
	for _, name := range regexGroups(s.Regex.Source) {
		if name != "" {
			columns = append(columns, name)
		}
	}
	return columns
}

// Literals are the texts before, between and behind the "*" of a glob; "\*" stands for the character itself.
func (s *ParseStage) Literals() []string {
	var parts []string
	var part strings.Builder
	glob := s.Glob.Value
	for i := 0; i < len(glob); i++ {
		switch {
		case glob[i] == '\\' && i+1 < len(glob) && glob[i+1] == '*':
			i++
			part.WriteByte('*')
		case glob[i] == '*':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(glob[i])
		}
	}
	return append(parts, part.String())
}

func (s *ParseStage) print(w *printer) {
	w.text("parse ")
	w.field(s.Field)
	w.text(" ")
	switch {
	case s.Glob != nil:
		w.quote(s.Glob.Value)
	case s.Regex != nil:
		w.regex(s.Regex)
	case s.Logfmt:
		w.text("logfmt")
	case s.CSV:
		w.text("csv")
	}
	if len(s.Names) > 0 {
		w.text(" as ")
		w.names(s.Names)
	}
	if s.Multi {
		w.word("multi")
	}
}
