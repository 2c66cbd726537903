package exec

import (
	"regexp"
	"slices"
	"strings"

	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/value"
)

// naive executes queries a row and a command at a time, as they are documented, without plan, columns and rules. It knows what the
// random queries are made of.
type naive struct {
	rows    []naiveRow
	inOrder bool            // newest first: nothing has sorted the events
	times   map[string]bool // names of the events' time
	shown   []string
}

// naiveRow is a row: an event and what was computed of it, or no event.
type naiveRow struct {
	event  *event
	values map[string]value.Value
}

func newNaive(s *memorySource) *naive {
	n := &naive{inOrder: true, times: map[string]bool{"@timestamp": true}}
	for i := range s.events {
		n.rows = append(n.rows, naiveRow{&s.events[i], map[string]value.Value{}})
	}
	slices.SortFunc(n.rows, func(a, b naiveRow) int { return b.event.id.Compare(a.event.id) })
	return n
}

// results runs a query and returns its rows as text.
func (n *naive) results(q *syntax.Query) (out [][]string) {
	for _, stage := range q.Stages {
		n.stage(stage)
	}
	for _, r := range n.rows {
		row := []string{}
		for _, name := range n.shown {
			row = append(row, r.get(name).String())
		}
		out = append(out, row)
	}
	return out
}

func (r naiveRow) get(name string) value.Value {
	if v, ok := r.values[name]; ok {
		return v
	}
	v := r.container(name)
	if !v.IsScalar() {
		return value.Value{}
	}
	return v
}

// container is what stands in the message, lists too.
func (r naiveRow) container(name string) value.Value {
	if v, ok := r.values[name]; ok || r.event == nil {
		return v
	}
	switch name {
	case "@timestamp":
		return value.NewTime(r.event.id.Timestamp)
	case "@message":
		return value.NewString(r.event.message)
	case "@logStream":
		return value.NewString(r.event.stream)
	}
	parsed, _ := value.ParseJSON([]byte(r.event.message))
	v, _ := value.At(parsed, strings.Split(name, "."), nil)
	return v
}

// with is the row with one more value.
func (r naiveRow) with(name string, v value.Value) naiveRow {
	values := map[string]value.Value{name: v}
	for k, old := range r.values {
		if k != name {
			values[k] = old
		}
	}
	return naiveRow{r.event, values}
}

func (n *naive) stage(stage syntax.Stage) {
	switch s := stage.(type) {
	case *syntax.Fields:
		for _, item := range s.Items {
			if f, ok := item.Expr.(*syntax.Field); ok && n.times[f.Name()] {
				n.times[item.Name] = true
			}
			n.each(func(r naiveRow) naiveRow { return r.with(item.Name, naiveEval(item.Expr, r)) })
		}
	case *syntax.Display:
		n.shown = nil
		for _, item := range s.Items {
			n.shown = append(n.shown, item.Name)
		}
	case *syntax.Filter:
		n.rows = slices.DeleteFunc(n.rows, func(r naiveRow) bool { return !naiveEval(s.Cond, r).Truth() })
	case *syntax.ParseStage:
		n.parse(s)
	case *syntax.Unnest:
		n.unnest(s)
	case *syntax.Stats:
		n.stats(s)
	case *syntax.AddTotals:
		n.each(func(r naiveRow) naiveRow {
			var sum value.Value
			for _, f := range s.Fields {
				sum = plus(sum, r.get(f.Name()))
			}
			return r.with(s.Name.Text, sum)
		})
	default:
		n.inSequence(stage)
	}
}

// inSequence runs the commands for which the order of rows matters.
func (n *naive) inSequence(stage syntax.Stage) {
	switch s := stage.(type) {
	case *syntax.Sort:
		n.sort(s)
	case *syntax.Limit:
		n.rows = n.rows[:min(s.Count, len(n.rows))]
	case *syntax.Tail:
		n.rows = n.rows[max(0, len(n.rows)-s.Count):]
	case *syntax.Dedup:
		n.dedup(s)
	case *syntax.Accum:
		var sum value.Value
		n.each(func(r naiveRow) naiveRow {
			if _, ok := r.get(s.Field.Name()).Number(); !ok {
				return r.with(s.As.Text, value.Value{})
			}
			sum = plus(sum, r.get(s.Field.Name()))
			return r.with(s.As.Text, sum)
		})
	case *syntax.Autoregress:
		var before []value.Value
		n.each(func(r naiveRow) naiveRow {
			before = append(before, r.get(s.Field.Name()))
			if i := len(before) - 1 - s.From; i >= 0 {
				return r.with(s.As.Text, before[i])
			}
			return r.with(s.As.Text, value.Value{})
		})
	case *syntax.FillDown:
		last := map[string]value.Value{}
		n.each(func(r naiveRow) naiveRow {
			for _, f := range s.Fields {
				if v := r.get(f.Text); !v.IsNull() {
					last[f.Text] = v
				}
				r = r.with(f.Text, last[f.Text])
			}
			return r
		})
	default:
		panic("not known to the naive evaluator: " + stage.Command())
	}
	n.inOrder = false
}

func (n *naive) each(of func(naiveRow) naiveRow) {
	for i := range n.rows {
		n.rows[i] = of(n.rows[i])
	}
}

func (n *naive) parse(s *syntax.ParseStage) {
	var pattern strings.Builder
	if s.Regex != nil {
		pattern.WriteString(s.Regex.Source)
	} else {
		parts := strings.Split(s.Glob.Value, "*")
		for i, part := range parts {
			pattern.WriteString(regexp.QuoteMeta(part))
			switch {
			case i == len(parts)-1:
			case i == len(parts)-2 && parts[i+1] == "":
				pattern.WriteString("((?s).*)")
			default:
				pattern.WriteString("((?s).*?)")
			}
		}
	}
	re := regexp.MustCompile(pattern.String())
	var out []naiveRow
	for _, r := range n.rows {
		matches := [][]string{nil}
		if v := r.get(s.Field.Name()); !v.IsNull() {
			most := 1
			if s.Multi {
				most = -1
			}
			if found := re.FindAllStringSubmatch(v.String(), most); found != nil {
				matches = found
			}
		}
		for _, match := range matches {
			made := r
			for i, name := range s.Names {
				made = made.with(name.Text, value.Value{})
				if match != nil {
					made = made.with(name.Text, value.NewString(match[i+1]))
				}
			}
			out = append(out, made)
		}
	}
	n.rows = out
}

func (n *naive) unnest(s *syntax.Unnest) {
	var out []naiveRow
	for _, r := range n.rows {
		list := r.container(s.Field.Name())
		if list.Kind() != value.List {
			out = append(out, r.with(s.Into.Text, list))
			continue
		}
		list.Each(nil, func(v value.Value) bool {
			out = append(out, r.with(s.Into.Text, v.Clone()))
			return true
		})
	}
	n.rows = out
}

func (n *naive) sort(s *syntax.Sort) {
	byTime := n.inOrder && len(s.Keys) == 1 && n.times[syntax.Text(s.Keys[0].Expr)] && !s.Keys[0].Desc
	if byTime {
		slices.SortStableFunc(n.rows, func(a, b naiveRow) int { return a.event.id.Compare(b.event.id) })
		return
	}
	slices.SortStableFunc(n.rows, func(a, b naiveRow) int {
		for _, key := range s.Keys {
			order := value.Order(naiveEval(key.Expr, a), naiveEval(key.Expr, b))
			if key.Desc {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}

func (n *naive) dedup(s *syntax.Dedup) {
	seen := map[string]bool{}
	n.rows = slices.DeleteFunc(n.rows, func(r naiveRow) bool {
		key := ""
		for _, f := range s.Fields {
			v := r.get(f.Name())
			if v.IsNull() {
				return false
			}
			key += v.String() + "\x00"
		}
		again := seen[key]
		seen[key] = true
		return again
	})
}

func (n *naive) stats(s *syntax.Stats) {
	type group struct {
		keys []value.Value
		rows []naiveRow
	}
	var groups []*group
	index := map[string]*group{}
	for _, r := range n.rows {
		var keys []value.Value
		text := ""
		for _, item := range s.By {
			v := naiveEval(item.Expr, r)
			keys = append(keys, v)
			text += v.Kind().String()[:1] + "\x00"
			if v.Kind() != value.Null && v.Kind() != value.Time {
				text = text[:len(text)-2] + "x" + v.String() + "\x00"
			} else {
				text += v.String() + "\x00"
			}
		}
		if index[text] == nil {
			index[text] = &group{keys: keys}
			groups = append(groups, index[text])
		}
		for i, had := range index[text].keys {
			if keys[i].Kind() < had.Kind() {
				index[text].keys[i] = keys[i]
			}
		}
		index[text].rows = append(index[text].rows, r)
	}
	slices.SortStableFunc(groups, func(a, b *group) int {
		for i := range a.keys {
			order := value.OrderExact(a.keys[i], b.keys[i])
			if a.keys[i].Kind() == value.Time {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	n.rows, n.inOrder = nil, false
	for _, g := range groups {
		row := naiveRow{nil, map[string]value.Value{}}
		for i, item := range s.By {
			row.values[item.Name] = g.keys[i]
		}
		for _, item := range s.Aggs {
			row.values[item.Name] = naiveAggregate(item.Expr.(*syntax.Call), g.rows)
		}
		n.rows = append(n.rows, row)
	}
}

func naiveAggregate(call *syntax.Call, rows []naiveRow) value.Value {
	var sum value.Value
	count := int64(0)
	for _, r := range rows {
		if call.Star {
			count++
			continue
		}
		if v := naiveEval(call.Args[0], r); !v.IsNull() {
			count++
			if n, ok := v.Number(); ok { // times too
				sum = plus(sum, n.Value())
			}
		}
	}
	if call.Func == "sum" {
		return sum
	}
	return value.NewInt(count)
}

func naiveEval(e syntax.Expr, r naiveRow) value.Value {
	switch e := e.(type) {
	case *syntax.Field:
		return r.get(e.Name())
	case *syntax.Number, *syntax.String:
		return naiveLiteral(e)
	case *syntax.Unary:
		if e.Op == syntax.Not {
			return value.NewBool(!naiveEval(e.X, r).Truth())
		}
	case *syntax.Binary:
		return naiveBinary(e, naiveEval(e.X, r), naiveEval(e.Y, r))
	case *syntax.Like:
		v := naiveEval(e.X, r)
		found := v.IsScalar() && strings.Contains(v.String(), e.Pattern.(*syntax.String).Value)
		return value.NewBool(found != e.Not)
	case *syntax.In:
		v := naiveEval(e.X, r)
		found := slices.ContainsFunc(e.List, func(x syntax.Expr) bool { return value.Compare(value.Equal, v, naiveEval(x, r)) })
		return value.NewBool(found != e.Not)
	case *syntax.Call:
		switch e.Func {
		case "ispresent":
			return value.NewBool(!naiveEval(e.Args[0], r).IsNull())
		case "bin":
			ms := e.Args[0].(*syntax.Duration).Count * 1000
			if v := r.get("@timestamp"); !v.IsNull() {
				return value.NewTime(v.Int() - v.Int()%ms)
			}
			return value.Value{}
		}
	}
	panic("not known to the naive evaluator: " + syntax.Text(e))
}

func naiveBinary(e *syntax.Binary, x, y value.Value) value.Value {
	switch e.Op {
	case syntax.And:
		return value.NewBool(x.Truth() && y.Truth())
	case syntax.Or:
		return value.NewBool(x.Truth() || y.Truth())
	}
	if op, ok := value.ParseOp(string(e.Op)); ok {
		return value.NewBool(value.Compare(op, x, y))
	}
	op, _ := value.ParseArithmetic(string(e.Op))
	return op.Apply(x, y)
}

func naiveLiteral(e syntax.Expr) value.Value {
	if s, ok := e.(*syntax.String); ok {
		return value.NewString(s.Value)
	}
	n, _ := value.ParseNumber([]byte(e.(*syntax.Number).Text))
	return n.Value()
}
