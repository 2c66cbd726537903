package plan

import (
	"strings"

	"tailrace/internal/insights/syntax"
)

// MaxJoinKeys is how many different keys the right side of a join may have (cloudwatch-logs.md §16.3).
const MaxJoinKeys = 50_000

// Join makes a row of each row and each row of another query that has equal keys; with Outer, rows that have no partner stay. Null
// is equal to nothing. The rows still stand for the events of the left side, in their order, and under each those of the right side in theirs.
type Join struct {
	Outer bool
	Left  []Expr // the keys
	Right *Plan
	Keys  []int // of the right side's columns, in the order of Left
	// Columns are copied from the right side.
	Columns []JoinColumn
}

// JoinColumn is a column of the other side and what it becomes.
type JoinColumn struct {
	From int
	To   Column
}

// Local implements Op.
func (*Join) Local() bool { return true }

// Effect implements Op.
func (*Join) Effect() Effect { return Multiplies }

func (j *Join) String() string {
	text := "join"
	if j.Outer {
		text = "outer join"
	}
	var keys []string
	for i, key := range j.Left {
		keys = append(keys, key.String()+"="+j.Right.columnName(j.Keys[i]))
	}
	text += " on " + strings.Join(keys, " and ") + " adds"
	for i := range j.Columns {
		text += separator(i) + j.Columns[i].To.Name
	}
	return text
}

func (j *Join) uses(columns Columns) {
	for _, key := range j.Left {
		columns.add(key)
	}
}

func (j *Join) makes(columns Columns) {
	for i := range j.Columns {
		columns[j.Columns[i].To.Index] = true
	}
}

// columnName is the name of a column of the result.
func (p *Plan) columnName(at int) string {
	for _, o := range p.Output {
		if o.Column == at {
			return o.Name
		}
	}
	return "?"
}

// sides is what the names of a join stand for, in the rows behind it.
type sides struct {
	left, right string
	op          *Join
	from        *builder // of the right side, which stays open: what is asked of it later is read then
	columns     map[string]*Column
}

func (b *builder) join(s *syntax.Join) {
	op := &Join{Outer: s.Outer}
	j := &sides{left: s.Left.Text, right: s.Right.Text, op: op, from: b.inner(s.Query), columns: map[string]*Column{}}
	for _, key := range s.On {
		op.Left = append(op.Left, b.field(key.Left))
		at, name := j.column(key.Right)
		op.Keys = append(op.Keys, at)
		j.from.scope.show(name, at)
	}
	b.add(op)
	b.scope.join = j
	b.joins = append(b.joins, j)
}

// column is the column of the right side that has a field.
func (j *sides) column(f *syntax.Field) (at int, name string) {
	name = f.Name()
	return j.from.compute(name, j.from.field(f)), name
}

// side is what a name with one of the prefixes of a join stands for; nil if it has none of them.
func (b *builder) side(f *syntax.Field) Expr {
	j := b.scope.join
	if j == nil || len(f.Path) < 2 {
		return nil
	}
	rest := &syntax.Field{Span: f.Span, Path: f.Path[1:]}
	switch f.Path[0].Key {
	case j.left:
		return b.field(rest)
	case j.right:
		return b.rightColumn(j, rest, f.Name())
	}
	return nil
}

// rightColumn is the column that a field of the right side becomes.
func (b *builder) rightColumn(j *sides, f *syntax.Field, name string) Expr {
	if column, ok := j.columns[name]; ok {
		return column
	}
	from, short := j.column(f)
	column := &Column{b.scope.width, name}
	b.scope.width++
	j.columns[name] = column
	j.op.Columns = append(j.op.Columns, JoinColumn{from, *column})
	j.from.scope.show(short, from)
	return column
}

// finishJoins completes the right sides, of which everything is known that is asked of them.
func (b *builder) finishJoins() {
	for _, j := range b.joins {
		b.finishJoin(j)
	}
}

func (b *builder) finishJoin(j *sides) {
	var shown []Output
	seen := map[int]bool{}
	for _, o := range j.from.scope.shown {
		used := false
		for _, key := range j.op.Keys {
			used = used || key == o.Column
		}
		for i := range j.op.Columns {
			used = used || j.op.Columns[i].From == o.Column
		}
		if used && !seen[o.Column] {
			seen[o.Column] = true
			shown = append(shown, o)
		}
	}
	j.from.refuseSubqueries()
	j.from.plan.Output, j.from.plan.Events = shown, false
	j.from.optimize()
	j.op.Right = j.from.plan
}
