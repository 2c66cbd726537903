package syntax

// check tells what is wrong with a query that has the right form: the order of its commands, names that nothing defines,
// aggregates where none may stand. It resolves columns that are referred to by the text of their expression.
func check(q *Query, errs *Diagnostics, ordered bool) {
	c := &checker{Diagnostics: errs, ordered: ordered}
	c.query(q)
}

// Resolve checks a tree that was made of another language, as Parse does with its own; only the order of commands is free.
func Resolve(q *Query, errs *Diagnostics) { check(q, errs, false) }

type checker struct {
	*Diagnostics
	ordered bool // commands follow the rules of Logs Insights
	scope   scope
	unknown []*Field // that the command being checked refers to
	nested  int      // subqueries around the query
}

func (c *checker) query(q *Query) {
	if c.ordered {
		c.order(q.Stages)
	}
	c.scope = scope{}
	for _, stage := range q.Stages {
		c.unknown = c.unknown[:0]
		c.stage(stage)
		c.reportUnknown()
	}
}

// subquery checks a query in parentheses, which sees nothing of the one around it.
func (c *checker) subquery(q *Query) {
	if c.nested > 0 {
		c.Report(q.Span, "a subquery stands inside of another: subqueries do not nest")
		return
	}
	scope, unknown := c.scope, c.unknown
	c.unknown = nil
	c.nested++
	c.query(q)
	c.nested--
	c.scope, c.unknown = scope, unknown
}

// order checks which commands may follow which (cloudwatch-logs.md §16.3).
func (c *checker) order(stages []Stage) {
	lastStats, stats, joins := -1, 0, 0
	for i, stage := range stages {
		switch stage.(type) {
		case *Stats:
			lastStats = i
			if stats++; stats > MaxStats {
				c.Report(stage.Pos(), "more than %d stats commands", MaxStats)
			}
		case *Join:
			if joins++; joins > 1 {
				c.Report(stage.Pos(), "more than one join: a query can have one")
			}
		case *Estimate:
			if i+1 < len(stages) || c.nested > 0 {
				c.Report(stage.Pos(), "estimate stands at the end of a query only")
			}
		}
	}
	for i, stage := range stages {
		switch stage.(type) {
		case *Sort, *Limit, *Tail:
			if i < lastStats {
				c.Report(stage.Pos(), "%s stands before a stats: sort and limit come after the last stats", stage.Command())
			}
		case *Anomaly:
			if !has(stages[:i], func(s Stage) bool { _, ok := s.(*Pattern); return ok }) {
				c.Report(stage.Pos(), "anomaly needs a pattern command before it")
			}
		case *FillMissing:
			if !has(stages[:i], binned) {
				c.Report(stage.Pos(), "fillmissing needs a stats ... by bin() before it")
			}
		}
		if i > 0 {
			_, dedup := stages[i-1].(*Dedup)
			_, limit := stage.(*Limit)
			if _, estimate := stage.(*Estimate); dedup && !limit && !estimate {
				c.Report(stage.Pos(), "%s stands behind dedup: only limit can follow it", stage.Command())
			}
		}
	}
}

func has(stages []Stage, is func(Stage) bool) bool {
	for _, stage := range stages {
		if is(stage) {
			return true
		}
	}
	return false
}

// binned tells whether a stage groups by a period of time.
func binned(stage Stage) bool {
	stats, ok := stage.(*Stats)
	if !ok {
		return false
	}
	for _, item := range stats.By {
		if call, ok := item.Expr.(*Call); ok && (call.Func == "bin" || call.Func == "datefloor" || call.Func == "dateceil") {
			return true
		}
	}
	return false
}

// stage resolves the expressions of one command and defines its columns.
func (c *checker) stage(stage Stage) {
	switch s := stage.(type) {
	case *Fields:
		for i := range s.Items {
			c.value(&s.Items[i].Expr)
			c.define(&s.Items[i])
		}
	case *Display:
		for i := range s.Items {
			c.value(&s.Items[i].Expr)
			c.scope.add(s.Items[i].Name)
		}
	case *Filter:
		c.value(&s.Cond)
	case *FilterIndex:
		c.field(&s.Field)
	case *ParseStage:
		c.field(&s.Field)
		for _, name := range s.Columns() {
			c.defineName(name, s.Span)
		}
	case *JSON:
		c.field(&s.Field)
		c.defineName(s.As.Text, s.As.Span)
	case *Stats:
		c.stats(s)
	case *Sort:
		for i := range s.Keys {
			c.value(&s.Keys[i].Expr)
		}
	case *Dedup:
		c.fields(s.Fields)
	case *Unnest:
		c.field(&s.Field)
		c.defineName(s.Into.Text, s.Into.Span)
	case *Expand:
		c.field(&s.Field)
	case *Unmask:
		c.fields(s.Fields)
	case *Pattern:
		c.value(&s.Expr)
		c.scope.add("@pattern", "@ratio", "@sampleCount", "@severityLabel")
	default:
		c.combination(stage)
	}
}

// combination resolves commands that add columns of elsewhere.
func (c *checker) combination(stage Stage) {
	switch s := stage.(type) {
	case *Lookup:
		for i := range s.Keys {
			c.field(&s.Keys[i].Field)
		}
		c.scope.outputs(s.Outputs)
	case *CIDRLookup:
		c.field(&s.Field)
		c.scope.outputs(s.Outputs)
	case *Join:
		for i := range s.On {
			c.field(&s.On[i].Left)
		}
		c.subquery(s.Query)
		c.scope.open()
	case *AppendCols:
		c.subquery(s.Query)
		c.scope.open()
	case *CountFrequent:
		c.fields(s.Fields)
		c.scope.add("_approxcount")
	default:
		c.analysis(stage)
	}
}

// analysis resolves commands that work on whole results. Those whose columns their text does not tell open the scope.
func (c *checker) analysis(stage Stage) {
	switch s := stage.(type) {
	case *AddTotals:
		c.fields(s.Fields)
		c.scope.add(s.Name.Text)
	case *Accum:
		c.field(&s.Field)
		c.scope.add(s.As.Text)
	case *Autoregress:
		c.field(&s.Field)
		c.scope.open()
	case *FillMissing:
		for i := range s.Fills {
			c.field(&s.Fills[i].Field)
		}
	case *Outlier:
		c.fields(s.Fields)
		c.scope.open()
	case *RelevantFields:
		c.fields(s.Fields)
		c.value(&s.Where)
		c.scope.open()
	case *Sessionize:
		c.fields(s.Fields)
		c.scope.add(s.As.Text)
	case *Anomaly, *Diff, *LogCompare:
		c.scope.open()
	}
}
