package syntax

import "strings"

// anyCommand is what Amazon's parser says it would have read instead of a word that is no command, byte for byte
// (cloudwatch-logs.md §15). The language has grown since; the text has not.
const anyCommand = "{K_PARSE, K_SEARCH, K_FIELDS, K_DISPLAY, K_FILTER, K_SORT, K_ORDER, K_HEAD, K_LIMIT, K_TAIL}"

// query reads stages up to the end of the text or of the parentheses.
func (p *parser) query() *Query {
	query := &Query{Span: p.here()}
	for p.at("source") {
		query.Source = p.source(query.Source)
		if p.recover(); !p.takeKind('|') {
			query.Span = p.since(query.Start)
			return query
		}
	}
	for {
		if stage := p.stage(); stage != nil {
			query.Stages = append(query.Stages, stage)
		}
		if p.recover(); !p.takeKind('|') {
			query.Span = p.since(query.Start)
			return query
		}
	}
}

// recover makes the next "|" of this query the token to read, if reading failed in one of its stages. A failure inside of
// a subquery is one of the stage around it.
func (p *parser) recover() {
	if !p.failed || p.subqueries > 0 || len(p.list) >= maxErrors {
		return
	}
	p.pos, p.depth = p.tok.start, 0
	depth, known := p.failedIn, len(p.list)
	for {
		p.failed = false
		start := p.pos
		p.skipToken()
		p.list = p.list[:known] // what cannot be read on the way is part of the error that was reported
		if p.tok.kind == kindEOF && p.pos == len(p.src) {
			p.failed = true
			return
		}
		if p.pos == start {
			p.pos++
		}
		if depth = nested(depth, p.tok.kind); p.tok.kind == '|' && depth == 0 {
			p.failed = false
			return
		}
	}
}

// skipToken reads a token. A slash with text behind it starts a regular expression more likely than a divisor.
func (p *parser) skipToken() {
	p.advance()
	if p.tok.kind != '/' || p.pos == len(p.src) || p.src[p.pos] == ' ' {
		return
	}
	if end := slashAt(p.src, p.pos); end > 0 {
		p.pos = end + 1
	}
}

func nested(depth int, kind byte) int {
	switch kind {
	case '(':
		return depth + 1
	case ')':
		return max(depth-1, 0)
	}
	return depth
}

// stage reads one command, up to the "|" or the end behind it.
func (p *parser) stage() Stage {
	start := p.tok.start
	if p.stages++; p.stages > maxStages {
		p.fail(p.here(), "more than %d commands", maxStages)
		return nil
	}
	if p.tok.kind != kindName {
		p.noCommand()
		return nil
	}
	command, ok := CommandByName(p.text())
	if !ok {
		p.noCommand()
		return nil
	}
	p.advance()
	stage := p.command(command.Name, start)
	if !p.failed && p.tok.kind != '|' && p.tok.kind != kindEOF && (p.tok.kind != ')' || p.subqueries == 0) {
		p.unexpected(`"|" or the end behind "` + command.Name + `"`)
	}
	return stage
}

// noCommand fails at a token that stands where a command should.
func (p *parser) noCommand() {
	switch {
	case p.tok.kind == '|':
		p.fail(p.here(), "mismatched input '|' expecting K_STATS")
	case p.at("source"):
		p.fail(p.here(), `mismatched input '%s' expecting %s; SOURCE stands only at the start of a query`, p.text(), anyCommand)
	default:
		hint := ""
		if p.tok.kind == kindName {
			hint = didYouMean(p.commandMeant(), "; did you mean %s?")
		}
		p.fail(p.here(), "mismatched input %s expecting %s%s", p.shown(), anyCommand, hint)
	}
}

// commandMeant guesses the command that a word stands for: one that is spelled nearly so, or stats before an aggregate.
func (p *parser) commandMeant() string {
	if f, ok := FunctionByName(p.text()); ok && f.Aggregate {
		return "stats " + f.Name
	}
	return Nearest(p.text(), func(yield func(string) bool) {
		for i := range commands {
			if !yield(commands[i].Name) {
				return
			}
		}
	})
}

// subquery reads a query in parentheses; what is it for stands in messages.
func (p *parser) subquery() *Query {
	p.expectKind('(')
	if !p.enter() {
		return &Query{}
	}
	p.subqueries++
	query := p.query()
	p.subqueries--
	p.leave()
	p.expectKind(')')
	return query
}

// Inner are the queries in parentheses of a command.
func Inner(stage Stage) (inner []*Query) {
	switch s := stage.(type) {
	case *Join:
		inner = append(inner, s.Query)
	case *AppendCols:
		inner = append(inner, s.Query)
	case *Filter:
		Walk(s.Cond, func(e Expr) bool {
			if in, ok := e.(*In); ok && in.Query != nil {
				inner = append(inner, in.Query)
			}
			return true
		})
	}
	return inner
}

// command reads what stands behind the name of a command.
func (p *parser) command(name string, start int) Stage {
	switch name {
	case "fields":
		return p.fields(start)
	case "display":
		return p.display(start)
	case "filter":
		return p.filter(start)
	case "filterIndex":
		return p.filterIndex(start)
	case "search":
		return p.search(start)
	case "parse":
		return p.parse(start)
	case "json":
		return p.json(start)
	case "stats":
		return p.stats(start)
	case "countFrequent":
		return p.countFrequent(start)
	case "sort":
		return p.sort(start, strings.EqualFold(p.src[start:p.prevEnd], "order"))
	case "limit":
		return p.limit(start)
	case "tail":
		return p.tail(start)
	case "dedup":
		return p.dedup(start)
	case "unnest":
		return p.unnest(start)
	case "expand":
		return p.expand(start)
	case "lookup":
		return p.lookup(start)
	case "cidrlookup":
		return p.cidrLookup(start)
	case "join":
		return p.join(start)
	case "appendcols":
		return p.appendCols(start)
	}
	return p.analysis(name, start)
}

// analysis reads the commands that work on whole results.
func (p *parser) analysis(name string, start int) Stage {
	switch name {
	case "pattern":
		return p.pattern(start)
	case "diff":
		return p.diff(start)
	case "anomaly":
		return &Anomaly{p.since(start)}
	case "estimate":
		return &Estimate{p.since(start)}
	case "unmask":
		return p.unmask(start)
	case "addtotals":
		return p.addTotals(start)
	case "accum":
		return p.accum(start)
	case "autoregress":
		return p.autoregress(start)
	case "filldown":
		return p.fillDown(start)
	case "fillmissing":
		return p.fillMissing(start)
	case "logcompare":
		return p.logCompare(start)
	case "outlier":
		return p.outlier(start)
	case "relevantfields":
		return p.relevantFields(start)
	case "sessionize":
		return p.sessionize(start)
	}
	panic("command without grammar: " + name)
}
