package syntax

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestRandomExpressions prints random trees and reads them again: strength of operators, quotes and names are right if they
// are the same.
func TestRandomExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, 5)
		printed := (&Query{Stages: []Stage{&Filter{Cond: e}}}).String()
		query, err := Parse(printed)
		if err != nil {
			t.Fatalf("%s\n%v", printed, err)
		}
		if got, want := Dump(query.Stages[0]), Dump(&Filter{Cond: e}); got != want {
			t.Fatalf("%s\n got %s\nwant %s", printed, got, want)
		}
		if again := query.String(); again != printed {
			t.Fatalf("%s\n%s", printed, again)
		}
	})
}

func drawExpr(t *rapid.T, depth int) Expr {
	if depth == 0 {
		return drawOperand(t)
	}
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1, 2, 3:
		op := rapid.SampledFrom([]Op{Or, And, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Add, Sub, Mul, Div, Mod, Pow}).Draw(t, "op")
		return &Binary{Op: op, X: drawExpr(t, depth-1), Y: drawExpr(t, depth-1)}
	case 4:
		return &Unary{Op: rapid.SampledFrom([]Op{Not, Neg}).Draw(t, "op"), X: drawExpr(t, depth-1)}
	case 5:
		var pattern Expr = &String{Value: rapid.String().Draw(t, "text")}
		if rapid.Bool().Draw(t, "regex") {
			pattern = &Regex{Source: rapid.SampledFrom([]string{`a/b`, `\d+\\/x`, `(?i)x|y`, `[/]`, `ä`}).Draw(t, "source")}
		}
		return &Like{X: drawExpr(t, depth-1), Not: rapid.Bool().Draw(t, "not"), Pattern: pattern}
	case 6:
		in := &In{X: drawExpr(t, depth-1), Not: rapid.Bool().Draw(t, "not")}
		for range rapid.IntRange(1, 3).Draw(t, "elements") {
			in.List = append(in.List, drawExpr(t, depth-1))
		}
		return in
	case 7:
		return &Call{Func: "coalesce", Args: []Expr{drawExpr(t, depth-1), drawExpr(t, depth-1)}}
	}
	return drawOperand(t)
}

func drawOperand(t *rapid.T) Expr {
	switch rapid.IntRange(0, 5).Draw(t, "operand") {
	case 0:
		return &String{Value: rapid.String().Draw(t, "text")}
	case 1:
		return &Number{Text: fmt.Sprint(rapid.Int().Draw(t, "number"))}
	case 2:
		return &Bool{Value: rapid.Bool().Draw(t, "bool")}
	case 3:
		return &Call{Func: "datefloor", Args: []Expr{drawField(t), &Duration{Count: 5, Unit: rapid.SampledFrom([]Unit{
			Millisecond, Second, Minute, Hour, Day, Week, Month, Quarter, Year,
		}).Draw(t, "unit")}}}
	}
	return drawField(t)
}

func drawField(t *rapid.T) *Field {
	key := rapid.OneOf(
		rapid.SampledFrom([]string{"and", "in", "by", "@x", "@a-b", "true", "a.b", "`", "limit", "@", "0", "é", " "}),
		rapid.StringN(1, 5, -1),
	)
	field := &Field{Path: []Step{{Key: key.Draw(t, "key")}}}
	for range rapid.IntRange(0, 2).Draw(t, "steps") {
		step := Step{Index: rapid.IntRange(0, 1000).Draw(t, "index"), Bracket: true}
		if rapid.Bool().Draw(t, "named") {
			step = Step{Key: key.Draw(t, "key")}
		}
		field.Path = append(field.Path, step)
	}
	return field
}
