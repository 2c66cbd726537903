package syntax

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestExpandSaved(t *testing.T) {
	usual := "ERROR"
	saved := map[string]*Saved{
		"Level":       {"filter level = \"{{level}}\" # {{level}}", map[string]*string{"level": &usual}},
		"Top":         {"sort {{by}} desc | limit {{n}}", map[string]*string{"by": nil, "n": nil}},
		"odd name/`1": {"fields @message", nil},
		"Wrong":       {"limit five", nil},
		"Nested":      {"$Top(by=a, n=1)", nil},
		"Long":        {strings.Repeat("x", MaxLength), nil},
	}
	for _, c := range []struct{ text, want string }{
		{"fields a", "fields a"},
		{"$Level()", "filter level = \"ERROR\" # ERROR\n"},
		{`$Level( level = "WA\"RN" ) | $Top(by=bytes,n=10)`, "filter level = \"WA\"RN\" # WA\"RN\n | sort bytes desc | limit 10"},
		{"fields @message\n# | $Level()\n| $Top(by=`a`, n=-5)", "fields @message\n# | $Level()\n| sort `a` desc | limit -5"},
		{"$`odd name/``1`() | limit 2", "fields @message | limit 2"},
		{`filter @message like "| $Level()" or x like /a|$/`, `filter @message like "| $Level()" or x like /a|$/`},
		{`filter a in (SOURCE 'g' | $Level())`, "filter a in (SOURCE 'g' | filter level = \"ERROR\" # ERROR\n)"},

		{"$None()", "0-7 there is no saved query 'None'"},
		{`fields "é" as a | $Top(by=a)`, "18-28 the saved query 'Top' needs the parameter n"},
		{"$Top(by=a, n=1, x=2)", "0-20 the saved query 'Top' has no parameter x"},
		{"$Top(by=a, by=b)", "11-13 unexpected '=', expected the name of a parameter that is not given yet"},
		{"$Nested()", "0-9 the saved query 'Nested' calls another one: that may not be"},
		{"$Long() | limit 1", "0-17 with its saved queries the query is longer than 10000 characters"},
		{"$Level(", "7-7 unexpected '<EOF>', expected the name of a parameter that is not given yet"},
		{"$Level(level=)", "13-14 unexpected ')', expected a value"},
		{"$(a=1)", "1-2 unexpected '(', expected the name of a saved query, in backquotes if it is no word"},
		{"$Level() limit 5", "9-14 unexpected 'limit', expected \"|\" or the end behind a saved query"},
		{`fields "é" as a | $Wrong() | limit 2`, "18-26 in the saved query 'Wrong': "},
		{"$Level() | limit two", "17-20 "},
	} {
		e, err := ExpandSaved(c.text, func(name string) (*Saved, error) { return saved[name], nil })
		if err == nil {
			if e.Text == c.want {
				continue
			}
			_, err = Parse(e.Text)
			err = e.Places(err)
		}
		var list Errors
		if !errors.As(err, &list) {
			t.Errorf("%s: %v, %v", c.text, e, err)
			continue
		}
		got := fmt.Sprintf("%d-%d %s", list[0].Start, list[0].End, list[0].Message)
		if !strings.HasPrefix(got, c.want) || !strings.HasSuffix(c.want, " ") && got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.text, got, c.want)
		}
	}
	failed := errors.New("no disk")
	if _, err := ExpandSaved("$A()", func(string) (*Saved, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
}

func FuzzExpandSaved(f *testing.F) {
	f.Add("$A() | $B(x=\"1\")")
	f.Add("fields a | $`b``c`(x=-5m) # $")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ExpandSaved(text, func(string) (*Saved, error) { return &Saved{Text: "limit 1"}, nil })
		if err != nil {
			return
		}
		if _, err = Parse(e.Text); err == nil {
			return
		}
		var list Errors
		if !errors.As(e.Places(err), &list) {
			t.Fatal(err)
		}
		for _, one := range list {
			if one.Start < 0 || one.End < one.Start || one.End > len(text) {
				t.Fatalf("%q: %+v", text, one)
			}
		}
	})
}
