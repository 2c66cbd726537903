package plan

import (
	"regexp"
	"strings"

	"tailrace/internal/insights/syntax"
)

// Parse takes columns out of a text. A row whose text does not match keeps nulls in them. One of Glob, Regex, Logfmt and CSV
// is set.
type Parse struct {
	X      Expr
	Glob   []string // the literals around the places of the columns: one more than these
	Regex  *regexp.Regexp
	Groups []int // of Regex, one for each column
	Logfmt bool
	CSV    bool
	Multi  bool // a row for each match of Regex
	// Columns are made of what was found, a map of all for Logfmt.
	Columns []Column
}

// Local implements Op.
func (*Parse) Local() bool { return true }

func (p *Parse) String() string {
	text := "parse " + p.X.String()
	switch {
	case p.Glob != nil:
		text += " " + quote(strings.Join(p.Glob, "*"))
	case p.Regex != nil:
		text += " /" + p.Regex.String() + "/"
	case p.Logfmt:
		text += " logfmt"
	case p.CSV:
		text += " csv"
	}
	for i := range p.Columns {
		if i == 0 {
			text += " as"
		}
		text += separator(i) + p.Columns[i].Name
	}
	if p.Multi {
		text += " multi"
	}
	return text
}

// Effect implements Op.
func (p *Parse) Effect() Effect {
	if p.Multi {
		return Multiplies
	}
	return Keeps
}

func (p *Parse) makes(columns Columns) {
	for i := range p.Columns {
		columns[p.Columns[i].Index] = true
	}
}

func (p *Parse) uses(columns Columns) { columns.add(p.X) }

func (b *builder) parse(s *syntax.ParseStage) {
	parse := &Parse{X: b.field(s.Field), Logfmt: s.Logfmt, CSV: s.CSV, Multi: s.Multi}
	var names []string
	for i := range s.Names {
		names = append(names, s.Names[i].Text)
	}
	switch {
	case s.Glob != nil:
		parse.Glob = s.Literals()
	case s.Regex != nil:
		if b.regex(s.Regex) == nil {
			return
		}
		re := regexp.MustCompile(s.Regex.Source)
		parse.Regex = re
		for i, name := range re.SubexpNames() {
			switch {
			case i > 0 && len(s.Names) > 0:
				parse.Groups = append(parse.Groups, i)
			case name != "":
				names, parse.Groups = append(names, name), append(parse.Groups, i)
			}
		}
	}
	for _, name := range names {
		column := b.made(name)
		if parse.Logfmt {
			b.scope.structure(column.Index)
		}
		parse.Columns = append(parse.Columns, column)
	}
	b.add(parse)
}
