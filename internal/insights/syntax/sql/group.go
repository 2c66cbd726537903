package sql

import "tailrace/internal/insights/syntax"

// grouping turns columns, GROUP BY and HAVING into one stats and what stands behind it. An aggregate of HAVING and ORDER BY
// that is no column becomes a hidden one, which the display at the end leaves out.
type grouping struct {
	*selection
	p     *parser
	stats *syntax.Stats
}

func (g *grouping) stages() []syntax.Stage {
	g.group()
	for _, item := range g.columns {
		if aggregates(item.Expr) {
			g.stats.Aggs = append(g.stats.Aggs, item)
		} else if g.byText(item.Expr) == "" && g.byName(item.Name) == nil {
			g.p.Fail(item.Span, "'%s' is neither in GROUP BY nor an aggregate", item.Name)
		}
	}
	stages := []syntax.Stage{g.stats}
	if g.having != nil {
		stages = append(stages, &syntax.Filter{Span: g.having.Pos(), Cond: g.behind(g.having)})
	}
	stages = append(stages, g.sorted(g.behind)...)
	if len(g.stats.Aggs) == 0 { // DISTINCT, or groups alone
		g.hidden(&syntax.Call{Span: g.Span, Func: "count", Star: true})
	}
	return append(stages, g.display())
}

// group makes the groups: each with the name of the column that it is, if it is one.
func (g *grouping) group() {
	groups := g.groups
	if g.distinct {
		if len(groups) > 0 {
			g.p.Refuse(g.Span, "DISTINCT with GROUP BY")
		}
		for _, item := range g.columns {
			if aggregates(item.Expr) {
				g.p.Refuse(item.Span, "DISTINCT of aggregates")
			}
			groups = append(groups, item.Expr)
		}
	}
	for _, e := range groups {
		item := syntax.Item{Span: e.Pos(), Expr: e, Name: syntax.Text(e)}
		if f, ok := e.(*syntax.Field); ok {
			item.Name = f.Name()
		}
		for _, column := range g.columns {
			if syntax.Text(column.Expr) == syntax.Text(e) || column.Named && column.Name == item.Name {
				item = column
				break
			}
		}
		g.stats.By = append(g.stats.By, item)
	}
}

// byText is the group that an expression is, "" for none.
func (g *grouping) byText(e syntax.Expr) string {
	for _, item := range g.stats.By {
		if syntax.Text(item.Expr) == syntax.Text(e) {
			return item.Name
		}
	}
	return ""
}

func (g *grouping) byName(name string) *syntax.Item {
	for i := range g.stats.By {
		if g.stats.By[i].Name == name {
			return &g.stats.By[i]
		}
	}
	return nil
}

// behind puts columns of the stats where an expression names groups and aggregates.
func (g *grouping) behind(e syntax.Expr) syntax.Expr {
	if name := g.byText(e); name != "" {
		return field(name, e.Pos())
	}
	for _, item := range g.stats.Aggs {
		if syntax.Text(item.Expr) == syntax.Text(e) {
			return field(item.Name, e.Pos())
		}
	}
	if isAggregate(e) {
		return field(g.hidden(e), e.Pos())
	}
	switch e := e.(type) {
	case *syntax.Call:
		for i := range e.Args {
			if _, period := e.Args[i].(*syntax.Duration); !period {
				e.Args[i] = g.behind(e.Args[i])
			}
		}
	case *syntax.Unary:
		e.X = g.behind(e.X)
	case *syntax.Binary:
		e.X, e.Y = g.behind(e.X), g.behind(e.Y)
	case *syntax.Like:
		e.X = g.behind(e.X)
	case *syntax.In:
		e.X = g.behind(e.X)
		for i := range e.List {
			e.List[i] = g.behind(e.List[i])
		}
	}
	return e
}

// hidden adds an aggregate that is not shown and returns its name.
func (g *grouping) hidden(e syntax.Expr) string {
	name := "sql:" + syntax.Text(e)
	g.stats.Aggs = append(g.stats.Aggs, syntax.Item{Span: e.Pos(), Expr: e, Name: name, Named: true})
	return name
}
