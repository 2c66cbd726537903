// Package ppl reads OpenSearch's piped processing language, as StartQuery takes it with queryLanguage PPL, onto the tree of
// package syntax (cloudwatch-logs.md §16.7): source, where, fields, stats, sort, eval, rename, head, top, rare, dedup and
// parse. Everything else is refused by its name.
//
// # Decisions
//
//   - Behind "fields", "stats", "top" and "rare" there are their columns only, and what "eval", "parse" and "rename" add or
//     change; one "display" at the end shows them. Before that, every name may be a field of the events, and "rename" adds
//     the new name.
//   - "eval" may give a name once.
//   - "top" and "rare" show the count, in a column "count"; ties may come in any order.
package ppl

import (
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/dialect"
)

const maxCommands = 250

// Parse reads a query. The error is a syntax.Errors.
func Parse(text string) (*syntax.Query, error) {
	p := &parser{Reader: dialect.Reader{Language: "PPL", Src: text, Comment: "//"}}
	p.Open()
	p.query()
	if !p.Failed {
		syntax.Resolve(&p.tree, &p.Diagnostics)
	}
	if err := p.Err(text); err != nil {
		return nil, err
	}
	return &p.tree, nil
}

type parser struct {
	dialect.Reader
	tree    syntax.Query
	columns []string // behind fields, stats, top and rare: what there is; nil: anything
}

func (p *parser) query() {
	p.source()
	for first := p.tree.Source == nil; !p.Failed; first = false {
		if !first && !p.Take("|") {
			break
		}
		if len(p.tree.Stages) > maxCommands {
			p.Fail(p.Here(), "more than %d commands", maxCommands)
			return
		}
		p.command()
	}
	if p.Kind != dialect.EOF {
		p.Unexpected(`"|" and a command, or the end`)
	}
	p.tree.Span = p.Since(0)
	p.show()
}

// show displays the columns, or time and message where only eval and rename say what is shown: they add to an event.
func (p *parser) show() {
	if p.columns != nil {
		display := &syntax.Display{Span: p.tree.Span}
		for _, name := range p.columns {
			display.Items = append(display.Items, column(named(name)))
		}
		p.add(display)
		return
	}
	for _, stage := range p.tree.Stages {
		if _, adds := stage.(*syntax.Fields); adds {
			event := &syntax.Fields{Items: []syntax.Item{column(named("@timestamp")), column(named("@message"))}}
			p.tree.Stages = append([]syntax.Stage{event}, p.tree.Stages...)
			return
		}
	}
}

// field reads a field that is there.
func (p *parser) field() *syntax.Field {
	f := p.Field()
	p.checkField(f)
	return f
}

// expr reads an expression of fields that are there.
func (p *parser) expr() syntax.Expr {
	e := p.Expr()
	syntax.Walk(e, func(e syntax.Expr) bool {
		if f, ok := e.(*syntax.Field); ok {
			p.checkField(f)
		}
		return true
	})
	return e
}

func (p *parser) checkField(f *syntax.Field) {
	if p.columns == nil || p.Failed {
		return
	}
	name := f.Name()
	for _, column := range p.columns {
		if rest, ok := strings.CutPrefix(name, column); ok && (rest == "" || rest[0] == '.') {
			return
		}
	}
	p.Fail(f.Span, "there is no column '%s' any more", name)
}

// source reads [search] source = group, or source = [lg:group, ds:name, `aws:fieldIndex`="f", f="v"].
func (p *parser) source() {
	start := p.Start
	p.Take("search")
	if !p.At("source") && !p.At("index") {
		if p.Last > start {
			p.Unexpected("source=")
		}
		return
	}
	p.Advance()
	p.Expect("=")
	p.tree.Source = &syntax.Source{}
	if p.Take("[") {
		dialect.List(&p.Reader, func() bool { p.selector(); return true })
		p.Expect("]")
	} else {
		p.tree.Source.Groups = dialect.List(&p.Reader, func() syntax.Name { return p.Ident("the name of a group") })
	}
	if len(p.tree.Source.Groups)+len(p.tree.Source.DataSources) == 0 { // any group that has the index
		p.tree.Source.LogGroups = &syntax.GroupSelector{Span: p.Since(start)}
	}
	p.tree.Source.Span = p.Since(start)
}

// selector reads one part of source=[…].
func (p *parser) selector() {
	key := p.Ident("lg:, ds: or a field")
	switch {
	case key.Text == "lg" && p.Take(":"):
		p.tree.Source.Groups = append(p.tree.Source.Groups, p.Ident("the name of a group"))
	case key.Text == "ds" && p.Take(":"):
		p.tree.Source.DataSources = append(p.tree.Source.DataSources, p.Ident("a data source").Text)
	case p.Take("="):
		value := p.Str("a value in quotes")
		if key.Text == "aws:fieldIndex" { // the field stands in a selector of its own, with its value
			return
		}
		field := &syntax.Field{Span: key.Span, Path: []syntax.Step{{Key: key.Text}}}
		p.add(&syntax.FilterIndex{Span: p.Since(key.Start), Field: field, Values: []syntax.Expr{value}})
	default:
		p.Unexpected(`":" or "="`)
	}
}

func (p *parser) add(stage syntax.Stage) { p.tree.Stages = append(p.tree.Stages, stage) }

// known are the commands that are refused by their names, beside those that are read.
var known = []string{
	"ad", "append", "appendcol", "appendpipe", "bin", "chart", "describe", "eventstats", "expand", "explain", "fieldsummary", "fillnull",
	"flatten", "grok", "inner", "join", "kmeans", "left", "lookup", "ml", "mvexpand", "patterns", "regex", "reverse", "rex", "streamstats",
	"table", "timechart", "trendline",
}

func (p *parser) command() {
	start, at := p.Start, p.Here()
	name := strings.ToLower(p.Ident("a command").Text)
	switch name {
	case "where":
		cond := p.expr()
		p.add(&syntax.Filter{Span: p.Since(start), Cond: cond})
	case "fields":
		p.fields(start)
	case "stats":
		p.stats(start)
	case "sort":
		p.sort(start)
	case "eval":
		p.eval(start)
	case "rename":
		p.rename(start)
	case "head":
		p.head(start)
	case "top", "rare":
		p.top(start, name == "top")
	case "dedup":
		p.dedup(start)
	case "parse":
		p.parse(start)
	default:
		for _, other := range known {
			if name == other {
				p.Refuse(at, "the command "+name)
			}
		}
		p.Fail(at, "unexpected '%s', expected a command: where, fields, stats, sort, eval, rename, head, top, rare, dedup or parse", name)
	}
}

func column(f *syntax.Field) syntax.Item {
	return syntax.Item{Span: f.Span, Expr: f, Name: f.Name()}
}

func named(name string) *syntax.Field { return &syntax.Field{Path: []syntax.Step{{Key: name}}} }
