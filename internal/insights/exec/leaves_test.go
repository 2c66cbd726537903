package exec

import (
	"reflect"
	"testing"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
)

// Values of a leaf, of all kinds and written in several ways.
var leafValues = []string{
	`1`, `1.0`, `1e0`, `10`, `-3`, `0`, `2.5`, `9007199254740993`, `9007199254740992`, `1e400`, `123456789012345678901234567890`, `1000`,
	`true`, `false`, `null`, `"x"`, `"\u0078"`, `""`, `"1"`, `"1.00"`, `"true"`, `"yé"`, `"y\u00e9"`, `"q\/\"1\""`, `"q/\"1\""`, `"10 "`, `{}`, `[1]`,
}

var leafConditions = []string{
	"a = 1", "a != 1", "a > 1", "1 < a", "a <= 2.5", "a = 9007199254740993", "a < 9007199254740993", "a >= 1000", `a = "x"`, `"x" = a`, `a != "x"`, `a > "x"`, `a = "1"`,
	`a = "true"`, `a = 'q/"1"'`, `a = "yé"`, `a in [1, "x"]`, `a in ["x", 'q/"1"']`, `a not in ["x"]`, `a like "x"`, `a like "1"`, `a like "1000"`, `a like "e"`,
	`a like '/"1'`, `a like /^[xy]/`, `a like /x|é/`, `a not like "x"`, "ispresent(a)", "not ispresent(a)", "not (a = 1)", "not not (a = 1)", "a", "not a", "a > 0 and a < 5",
	`a = 1 or a = "x"`, `a = "x" or b = 1`, `a = 1 and b = 1`, `a = "x" or @message like "b"`, "a + 1 = 2", "a = b", "isNumeric(a)", `a.0 = 1`, "ispresent(a.0)",
}

// TestLeafConditions: what a scan leaves out by its columns and texts never satisfies the condition, and most of what does not
// satisfy it is left out.
func TestLeafConditions(t *testing.T) {
	s := &memorySource{groups: []Group{{"1", "r", "g"}}, batch: 5}
	add := func(message string) {
		n := len(s.events)
		s.events = append(s.events, event{stream: "s", id: logs.EventID{Timestamp: int64(n), Index: uint16(n)}, message: message})
	}
	for _, v := range leafValues {
		add(`{"a":` + v + `,"b":1}`)
		add(`{"\u0061":` + v + `,"a":"x"}`)
		add(`{"a":` + v)
	}
	add(`{"b":"a"}`)
	refused, unseen := 0, 0
	for _, cond := range leafConditions {
		run := func(plain, tells bool) [][]Field {
			query := "filter " + cond + " | fields @message"
			tree, err := syntax.Parse(query)
			if err != nil {
				t.Fatal(query, err)
			}
			p, err := plan.Build(query, tree, plan.Env{Start: 0, End: 1 << 40, Plain: plain})
			if err != nil {
				t.Fatal(query, err)
			}
			s.tells = tells
			out, err := Run(t.Context(), p, s, Options{})
			if err != nil {
				t.Fatal(query, err)
			}
			if !plain {
				refused += len(s.events) - len(out.Rows)
				unseen += len(s.events) - len(s.wanted(0, newRequest(p)))
			}
			return out.Rows
		}
		want := run(true, false)
		for _, tells := range []bool{false, true} {
			if got := run(false, tells); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, with columns %v: got\n%v\nwant\n%v", cond, tells, got, want)
			}
		}
	}
	if unseen < refused/2 {
		t.Errorf("%d of %d events that do not satisfy conditions are left out", unseen, refused)
	}
}
