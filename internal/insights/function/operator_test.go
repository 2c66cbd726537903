package function

import (
	"bytes"
	"regexp"
	"testing"

	"tailrace/internal/insights/value"

	"pgregory.net/rapid"
)

// anyValue makes values that are near each other across kinds.
func anyValue() *rapid.Generator[value.Value] {
	list, _ := value.ParseJSON([]byte(`[1,"a"]`))
	return rapid.OneOf(
		rapid.Just(value.Value{}),
		rapid.Map(rapid.Bool(), value.NewBool),
		rapid.Map(rapid.Int64Range(-3, 12), value.NewInt),
		rapid.Map(rapid.Int64(), value.NewInt),
		rapid.Map(rapid.SampledFrom([]float64{0.1, 0.5, -1, 10, 1e18, 1e300}), value.NewComputed),
		rapid.Map(rapid.SampledFrom([]int64{0, 5, 1_700_000_000_000}), value.NewTime),
		rapid.Map(rapid.StringMatching(`[-+]?[01a.]{0,4}(e[01])?`), value.NewString),
		rapid.Map(rapid.SampledFrom([]string{"", "true", "false", "Error", "ERROR in ſ", "10.0.0.1", "2001:db8::1", "aGk=", "%41", "[1,2]", `{"a":[]}`, "2026-02-06", "1970-01-01 00:00:00.005", "é\xff"}), value.NewString),
		rapid.Just(list),
	)
}

// anyColumn makes a column, a constant, or a column whose rows share texts.
func anyColumn(t *rapid.T, n int, name string) *value.Vector {
	if rapid.Bool().Draw(t, name+" is constant") {
		return value.Constant(anyValue().Draw(t, name))
	}
	v := &value.Vector{}
	for _, row := range rapid.SliceOfN(anyValue(), n, n).Draw(t, name) {
		v.Append(row)
	}
	if !rapid.Bool().Draw(t, name+" repeats") {
		return v
	}
	shared := &value.Vector{}
	for i := range n {
		if i < 2 {
			shared.Append(v.Row(i))
		} else {
			shared.Repeat(i % 2)
		}
	}
	return shared
}

// TestOperators compares with what is obvious, a value at a time.
func TestOperators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "rows")
		column := anyColumn(t, n, "column")
		find := rapid.SampledFrom([]string{"", "a", "1", "rro", "0"}).Draw(t, "find")
		list := rapid.SliceOfN(anyValue(), 0, 14).Draw(t, "list")
		re, err := CompileRegex(rapid.SampledFrom([]string{"(?i)(error|ſ)", "^1", "a|e", "."}).Draw(t, "expression"))
		if err != nil {
			t.Fatal(err)
		}
		text := func(v value.Value) []byte { return v.Append(nil) }
		for name, c := range map[string]struct {
			call *Call
			want func(v value.Value) bool
		}{
			"like":    {Like(find), func(v value.Value) bool { return v.IsScalar() && bytes.Contains(text(v), []byte(find)) }},
			"matches": {Matches(re), func(v value.Value) bool { return v.IsScalar() && regexp.MustCompile(re.String()).Match(text(v)) }},
			"in": {In(list), func(v value.Value) bool {
				for _, element := range list {
					if value.Compare(value.Equal, v, element) {
						return true
					}
				}
				return false
			}},
		} {
			dst, not := &value.Vector{}, &value.Vector{}
			c.call.Eval(dst, []*value.Vector{column}, n)
			value.Not(not, dst, n)
			for i := range n {
				if got, want := dst.Row(i).Truth(), c.want(column.Row(i)); got != want {
					t.Fatalf("%s of %s (%v): %v", name, column.Row(i), column.Row(i).Kind(), got)
				}
				if not.Row(i).Truth() == dst.Row(i).Truth() {
					t.Fatal("not is no negation")
				}
			}
		}
	})
}

// TestFunctionsOfAnything: no function fails on any values, and columns of any form give what single values give.
func TestFunctionsOfAnything(t *testing.T) {
	signatures := Signatures()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(signatures).Draw(t, "function")
		most := s.Max
		if most < 0 {
			most = 4
		}
		n := rapid.IntRange(1, 8).Draw(t, "rows")
		var args []Arg
		var columns []*value.Vector
		for range rapid.IntRange(s.Min, most).Draw(t, "arguments") {
			c := anyColumn(t, n, "argument")
			columns = append(columns, c)
			args = append(args, Arg{Const: c.Const, Value: c.Row(0)})
		}
		call, err := Compile(s.Name, args, env)
		if err != nil {
			return // a format or network that is none
		}
		dst, single := &value.Vector{}, &value.Vector{}
		call.Eval(dst, columns, n)
		for i := range n {
			row := []*value.Vector{}
			for _, c := range columns {
				row = append(row, value.Constant(c.Row(i)))
			}
			call.Fork().Eval(single, row, 1)
			if got, want := notation(dst.Row(i)), notation(single.Row(0)); got != want {
				t.Fatalf("row %d is %s, alone %s", i, got, want)
			}
		}
	})
}

// TestTimesInColumns: what is known of the last period never gives another one.
func TestTimesInColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]string{"ms", "s", "m", "h", "d", "w", "mo", "q", "y"}).Draw(t, "unit")
		s, err := newSpan(Period{rapid.Int64Range(1, 30).Draw(t, "count"), unit}, true)
		if err != nil {
			t.Fatal(err)
		}
		column := &value.Vector{}
		times := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-5000, 5000), rapid.Int64Range(-maxTime, maxTime), rapid.Int64()), 1, 30).Draw(t, "times")
		for _, at := range times {
			column.Append(value.NewTime(at))
		}
		for name, cut := range map[string]cutter{"floor": s.floorOf, "ceil": s.ceilOf} {
			dst := &value.Vector{}
			cutColumn(0, cut)(dst, []*value.Vector{column}, len(times))
			for i, at := range times {
				want := cutRow(value.NewTime(at), cut)
				if got := dst.Row(i); notation(got) != notation(want) {
					t.Fatalf("%s of %d: %s, want %s", name, at, notation(got), notation(want))
				}
				if want.IsNull() {
					continue
				}
				f, _, _ := s.floorOf(at)
				c, _, _ := s.ceilOf(at)
				if f > at || c < at || s.floor(f) != f || s.floor(c) != c || c > s.after(f) {
					t.Fatalf("%d lies between %d and %d", at, f, c)
				}
			}
		}
	})
}

// FuzzParseDate: no format and no text fails, and what formatDate printed is read back.
func FuzzParseDate(f *testing.F) {
	for _, seed := range [][2]string{
		{"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-02-06T14:49:07.123+01:00"}, {"d/MMM/yy:hh a", "6/Feb/26:02 PM"}, {"yyyyDDD EEEE z", "2026037 Friday GMT"}, {"'x''y'yyyy", "x'y2026"},
	} {
		f.Add(seed[0], []byte(seed[1]), int64(1_770_389_347_123))
	}
	f.Fuzz(func(t *testing.T, pattern string, text []byte, ms int64) {
		if format, err := newDateFormat(pattern); err == nil {
			if zone, err := loadZone("+05:30"); err == nil {
				format.parse(text, zone)
			}
		}
		if ms %= 60_000 * 60 * 24 * 365 * 1000; ms < 0 {
			ms = -ms
		}
		format, err := newDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSSZ")
		if err != nil {
			t.Fatal(err)
		}
		call, err := Compile("formatDate", []Arg{{}, {Const: true, Value: value.NewString("%Y-%m-%dT%H:%M:%S.%L%z")}}, env)
		if err != nil {
			t.Fatal(err)
		}
		dst := &value.Vector{}
		call.Eval(dst, []*value.Vector{value.Constant(value.NewTime(ms)), value.Constant(value.NewString("x"))}, 1)
		if got, ok := format.parse(dst.Row(0).Bytes(), nil); !ok || got != ms {
			t.Fatalf("%d is printed as %s, read as %d", ms, dst.Row(0), got)
		}
	})
}
