package function

import (
	"testing"

	"tailrace/internal/insights/syntax"
)

// TestSyntaxAgrees: the language's table of functions and the ones here have the same names and numbers of arguments.
func TestSyntaxAgrees(t *testing.T) {
	here := map[string]Signature{}
	for _, s := range append(Signatures(), AggregateSignatures()...) {
		here[s.Name] = s
	}
	here["bin"] = Signature{"bin", 1, 1} // the offset is a clause of stats
	for _, f := range syntax.Functions() {
		s, ok := here[f.Name]
		if !ok {
			t.Errorf("%s has no function", f.Name)
			continue
		}
		delete(here, f.Name)
		least, most := 0, len(f.Params)
		for _, p := range f.Params {
			if !p.Optional {
				least++
			}
			if p.Repeated {
				most = -1
			}
		}
		if f.Name == "case" { // 10 conditions with their values, and a default: the table says any number
			most = 2*maxCases + 1
		}
		if s.Min != least || s.Max != most {
			t.Errorf("%s takes %d to %d arguments, its signature says %d to %d", f.Name, s.Min, s.Max, least, most)
		}
	}
	for name := range here {
		t.Errorf("%s is not in the language", name)
	}
}

// TestUnitsAgree: the periods of the language are those that are known here, with the same caps.
func TestUnitsAgree(t *testing.T) {
	for _, unit := range []syntax.Unit{
		syntax.Millisecond, syntax.Second, syntax.Minute, syntax.Hour, syntax.Day, syntax.Week, syntax.Month, syntax.Quarter, syntax.Year,
	} {
		for _, count := range []int64{1, 24, 25, 60, 61, 1000, 1001} {
			d := syntax.Duration{Count: count, Unit: unit}
			got, err := newSpan(Period{count, string(unit)}, true)
			want, _ := newSpan(Period{d.Capped(), string(unit)}, false)
			if err != nil || got != want {
				t.Errorf("%d%s is %v, want %v", count, unit, got, want)
			}
			if ms, ok := d.Millis(); ok {
				if s, _ := newSpan(Period{count, string(unit)}, false); s.millis != ms {
					t.Errorf("%d%s has %d ms, want %d", count, unit, s.millis, ms)
				}
			}
		}
	}
}
