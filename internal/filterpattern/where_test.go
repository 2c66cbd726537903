package filterpattern

import (
	"fmt"
	"testing"

	"tailrace/internal/leaf"
)

// What a pattern says of leaves, and which values of them it lets pass.
func TestWhere(t *testing.T) {
	value := func(text string) leaf.Value { return leaf.ParseNumber([]byte(text)) }
	text := func(s string) leaf.Value { return leaf.Value{Kind: leaf.Text, Text: []byte(s)} }
	for _, c := range []struct {
		pattern string
		want    string // paths and bounds of the clauses
		passes  []leaf.Value
		fails   []leaf.Value // of the first condition
	}{
		{"ERROR", "[]", nil, nil},
		{"[a, b = 5]", "[]", nil, nil},
		{`{ $.status = 500 }`, "[[status 500 500]]", []leaf.Value{value("500"), value("5.00e2"), text("500"), text("500.0")}, []leaf.Value{value("501"), text("5000"), {Kind: leaf.Null}, {}}},
		{`{ $.status = "500" }`, "[[status 500 500]]", []leaf.Value{value("500"), value("500.0"), text("500")}, []leaf.Value{value("501"), text("500.0")}},
		{`{ $.a[3].b > -1.5 }`, "[[a.3.b -1.5 +Inf]]", []leaf.Value{value("0"), text("7")}, []leaf.Value{value("-1.5"), value("-2"), text("x"), text("-9")}},
		{`{ $.a != 1 }`, "[[a -Inf +Inf]]", []leaf.Value{value("2"), text("x"), {Kind: leaf.Null}}, []leaf.Value{value("1"), value("1.0")}},
		{`{ $.a = 5* }`, "[[a -Inf +Inf]]", []leaf.Value{value("50"), text("5x")}, []leaf.Value{value("4")}},
		{`{ $.a <= 1e999 }`, "[[a -Inf +Inf]]", []leaf.Value{value("1"), value("1e998")}, []leaf.Value{text("x")}},
		{`{ $.a IS TRUE }`, "[[a +Inf -Inf]]", []leaf.Value{{Kind: leaf.True}}, []leaf.Value{{Kind: leaf.False}, value("1"), text("true")}},
		{`{ $.a = true }`, "[[a -Inf +Inf]]", []leaf.Value{{Kind: leaf.True}, text("true")}, []leaf.Value{{Kind: leaf.False}}},
		{`{ $.a NOT EXISTS }`, "[]", nil, nil},
		{`{ $.a[*] = 1 || $.b = 1 }`, "[]", nil, nil},
		{`{ $.a = 1 && $.['b.c'] < 2 && $.d NOT EXISTS }`, "[[a 1 1] [b.c -Inf 2]]", nil, nil},
		{`{ ($.a = 1 && $.b = 2) || $.c = 3 }`, "[[a 1 1 c 3 3]]", nil, nil},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, clause := range p.Where() {
			var parts []string
			for _, x := range clause {
				parts = append(parts, fmt.Sprintf("%s %v %v", x.Path, x.Least, x.Most))
			}
			got = append(got, fmt.Sprint(parts))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.pattern, got, c.want)
			continue
		}
		for i, v := range append(c.passes, c.fails...) {
			if where := p.Where()[0][0]; where.MayAccept(v) != (i < len(c.passes)) {
				t.Errorf("%s: %v %q passes = %v", c.pattern, v.Kind, v.AppendText(nil), where.MayAccept(v))
			}
		}
	}
}
