package function

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tailrace/internal/insights/value"

	"pgregory.net/rapid"
)

// column reads a column in the notation of readValue.
func column(t testing.TB, text string) *value.Vector {
	v := &value.Vector{}
	for word := range strings.FieldsSeq(text) {
		v.Append(readValue(t, word))
	}
	return v
}

func compileAggregate(t interface{ Fatal(...any) }, name string, args ...Arg) *AggregateFunc {
	f, err := CompileAggregate(name, args)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func number(n float64) Arg { return Arg{Const: true, Value: value.NewFloat(n)} }

// calls are all aggregates with arguments.
var calls = []struct {
	name    string
	args    []Arg
	columns int // which columns it takes: 1 the values, 2 a parameter before them, 3 one behind them
}{
	{"count", nil, 0},
	{"count", []Arg{{}}, 1},
	{"countOverTime", []Arg{{}}, 1},
	{"count_distinct", []Arg{{}}, 1},
	{"sum", []Arg{{}}, 1},
	{"sumOverTime", []Arg{{}}, 1},
	{"avg", []Arg{{}}, 1},
	{"min", []Arg{{}}, 1},
	{"max", []Arg{{}}, 1},
	{"sortsFirst", []Arg{{}}, 1},
	{"sortsLast", []Arg{{}}, 1},
	{"earliest", []Arg{{}}, 1},
	{"latest", []Arg{{}}, 1},
	{"pct", []Arg{{}, number(90)}, 3},
	{"median", []Arg{{}}, 1},
	{"stddev", []Arg{{}}, 1},
	{"variance", []Arg{{}}, 1},
	{"values", []Arg{{}}, 1},
	{"topk", []Arg{number(2), {}}, 2},
	{"rate", []Arg{{}, {Const: true, Period: Period{1, "s"}}}, 3},
	{"histogram", []Arg{{}, number(3)}, 3},
}

func columnsOf(shape int, implicit string, values, times *value.Vector) []*value.Vector {
	columns := [][]*value.Vector{{}, {values}, {nil, values}, {values, nil}}[shape]
	if implicit != "" {
		columns = append(slices.Clone(columns), times)
	}
	return columns
}

func TestAggregates(t *testing.T) {
	for _, c := range []struct{ values, results string }{
		{
			`3 "1" 2 null "x" 2.0`,
			`count=6 count=5 countOverTime=5 count_distinct=4 sum=8 sumOverTime=8 avg=2 min="x" max=3 sortsFirst="x" sortsLast=3 earliest=3 latest=2 pct=2.7 median=2 ` +
				`stddev=0.7071 variance=0.5 values=["x","1",2,3] topk=[2,"x"] rate=-200 histogram={"[1, 1.6667)":1,"[1.6667, 2.3333)":2,"[2.3333, 3]":1}`,
		},
		{
			`null null`,
			`count=2 count=0 countOverTime=0 count_distinct=0 sum=null sumOverTime=null avg=null min=null max=null sortsFirst=null sortsLast=null earliest=null latest=null pct=null ` +
				`median=null stddev=null variance=null values=null topk=null rate=null histogram=null`,
		},
		{
			`"a10" "a9" "b" [1]`,
			`count=4 count=4 countOverTime=4 count_distinct=3 sum=null sumOverTime=null avg=null min="a9" max="b" sortsFirst="a9" sortsLast="b" earliest="a10" latest="b" pct=null ` +
				`median=null stddev=null variance=null values=["a9","a10","b"] topk=["a9","a10"] rate=null histogram=null`,
		},
		{
			`9223372036854775807 1 -1 "9223372036854775807"`,
			`count=4 count=4 countOverTime=4 count_distinct=3 sum=18446744073709552000 sumOverTime=18446744073709552000 avg=4611686018427388000 min=-1 max=9223372036854775807 ` +
				`sortsFirst=-1 sortsLast=9223372036854775807 earliest=9223372036854775807 latest="9223372036854775807" pct=9223372036854776000 median=4611686018427388000 ` +
				`stddev=4611686018427388000 variance=2.1267647932558654e+37 values=[-1,1,9223372036854775807] topk=[9223372036854775807,-1] rate=0 ` +
				`histogram={"[-1, 3074457345618258400)":2,"[3074457345618258400, 6148914691236517000)":0,"[6148914691236517000, 9223372036854776000]":2}`,
		},
		{
			`true t5 5`,
			`count=3 count=3 countOverTime=3 count_distinct=3 sum=11 sumOverTime=11 avg=3.6667 min=true max=5 sortsFirst=true sortsLast=5 earliest=true latest=5 pct=5 median=5 ` +
				`stddev=1.8856 variance=3.5556 values=[true,"1970-01-01 00:00:00.005",5] topk=[true,"1970-01-01 00:00:00.005"] rate=2000 histogram={"[1, 2.3333)":1,"[2.3333, 3.6667)":0,"[3.6667, 5]":2}`,
		},
	} {
		values := column(t, c.values)
		times := &value.Vector{}
		for i := range values.Len() {
			times.Append(value.NewTime(int64(i)))
		}
		var got []string
		for _, call := range calls {
			f := compileAggregate(t, call.name, call.args...)
			a := f.New()
			a.Grow(1)
			a.Add(nil, columnsOf(call.columns, f.Implicit(), values, times), values.Len())
			got = append(got, call.name+"="+notation(a.Result(0)))
		}
		if joined := strings.Join(got, " "); joined != c.results {
			t.Errorf("%s\nwant %s\n got %s", c.values, c.results, joined)
		}
	}
}

func TestAggregateErrors(t *testing.T) {
	for want, c := range map[string]struct {
		name string
		args []Arg
	}{
		"pct: argument 2: expected a number from 0 to 100":                                             {"pct", []Arg{{}, number(101)}},
		"pct: argument 2: expected a number from 0 to 100 ":                                            {"pct", []Arg{{}, {}}},
		"pct: 1 arguments, expected 2":                                                                 {"pct", []Arg{{}}},
		"topk: argument 1: expected a whole number from 1 to 10000":                                    {"topk", []Arg{number(0), {}}},
		"histogram: argument 2: expected a whole number from 1 to 1000":                                {"histogram", []Arg{{}, number(1.5)}},
		"rate: argument 2: expected a period such as 5m: a number above 0 and a unit":                  {"rate", []Arg{{}, {}}},
		"rate: argument 2: months, quarters and years have no length: expected a week at most as unit": {"rate", []Arg{{}, {Period: Period{1, "mo"}}}},
		`no aggregate "mode"`: {"mode", nil},
	} {
		if _, err := CompileAggregate(c.name, c.args); err == nil || err.Error() != strings.TrimSpace(want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// rows makes columns of values that are near each other, and of times.
func rows(t *rapid.T) (values, times *value.Vector) {
	scalar := rapid.OneOf(
		rapid.Just(value.Value{}),
		rapid.Map(rapid.Int64Range(-3, 30), value.NewInt),
		rapid.Map(rapid.Int64(), value.NewInt),
		rapid.Map(rapid.Float64Range(-1e6, 1e6), value.NewFloat),
		rapid.Map(rapid.SampledFrom([]string{"", "a", "a2", "a10", "5", "5.0", "0.5", "x"}), value.NewString),
		rapid.Map(rapid.Bool(), value.NewBool),
	)
	values, times = &value.Vector{}, &value.Vector{}
	for _, v := range rapid.SliceOfN(scalar, 1, 60).Draw(t, "values") {
		values.Append(v)
		times.Append(value.NewTime(rapid.Int64Range(0, 10).Draw(t, "time")))
	}
	return values, times
}

// TestMergeIsWhole: rows in any order, in any parts, merged in any order, come to the same.
func TestMergeIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values, times := rows(t)
		n := values.Len()
		const groups = 3
		of := rapid.SliceOfN(rapid.Uint32Range(0, groups-1), n, n).Draw(t, "groups")
		order := rapid.Permutation(indexes(n)).Draw(t, "order")
		parts := rapid.IntRange(1, 4).Draw(t, "parts")
		// Groups of a part have other numbers than those of the whole.
		to := rapid.Permutation([]uint32{0, 1, 2}).Draw(t, "numbers")
		for _, call := range calls {
			f := compileAggregate(t, call.name, call.args...)
			whole := f.New()
			whole.Grow(groups)
			whole.Add(of, columnsOf(call.columns, f.Implicit(), values, times), n)
			merged := f.New()
			merged.Grow(groups)
			for p := range parts {
				part := f.New()
				part.Grow(groups)
				var rows []int32
				var numbers []uint32
				for i, row := range order {
					if i%parts == p {
						rows = append(rows, row)
						numbers = append(numbers, uint32(slices.Index(to, of[row])))
					}
				}
				v, at := &value.Vector{}, &value.Vector{}
				v.Gather(values, rows)
				at.Gather(times, rows)
				part.Add(numbers, columnsOf(call.columns, f.Implicit(), v, at), len(rows))
				merged.Merge(part, to)
			}
			for g := range groups {
				got, want := merged.Result(g), whole.Result(g)
				if got.String() != want.String() && !near(got, want) {
					t.Fatalf("%s: merged %s, whole %s", call.name, got, want)
				}
			}
			if merged.Size() <= 0 {
				t.Fatal(call.name, "has no size")
			}
		}
	})
}

func indexes(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// near tells whether two numbers differ in their last digits only.
func near(a, b value.Value) bool {
	m, okM := a.Number()
	n, okN := b.Number()
	return okM && okN && math.Abs(m.Float()-n.Float()) <= 1e-9*max(math.Abs(m.Float()), math.Abs(n.Float()))
}

// TestMergeOfManyIsExact: above the numbers that are kept, merges still depend on the values alone.
func TestMergeOfManyIsExact(t *testing.T) {
	const n = 60_000
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]value.Value, n)
	for i := range values {
		values[i] = value.NewInt(random.Int64N(40_000) - 5000)
	}
	for _, name := range []string{"count_distinct", "median", "sum", "avg"} {
		f := compileAggregate(t, name, Arg{})
		results := map[string]bool{}
		for _, sizes := range [][]int{{n}, {1, n - 1}, {n / 2, n / 2}, {30, 9000, 9000, n - 18_030}, {8192, n - 8192}} {
			random.Shuffle(n, func(i, j int) { values[i], values[j] = values[j], values[i] })
			merged := f.New()
			merged.Grow(1)
			rest := values
			for _, size := range sizes {
				v := &value.Vector{}
				for _, row := range rest[:size] {
					v.Append(row)
				}
				rest = rest[size:]
				part := f.New()
				part.Grow(1)
				part.Add(nil, []*value.Vector{v}, size)
				merged.Merge(part, nil)
			}
			results[merged.Result(0).String()] = true
		}
		if len(results) != 1 {
			t.Errorf("%s gives %v", name, results)
		}
	}
}

// distributions are what the promises of the sketches are shown on.
var distributions = map[string]func(r *rand.Rand) float64{
	"uniform":     func(r *rand.Rand) float64 { return r.Float64() * 1000 },
	"normal":      func(r *rand.Rand) float64 { return r.NormFloat64() * 50 },
	"exponential": func(r *rand.Rand) float64 { return r.ExpFloat64() * 20 },
	"lognormal":   func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64() * 3) },
	"pareto":      func(r *rand.Rand) float64 { return math.Pow(1-r.Float64(), -1/1.1) },
	"latencies":   func(r *rand.Rand) float64 { return math.Round(r.ExpFloat64()*30) + 1 },
	"two peaks":   func(r *rand.Rand) float64 { return r.NormFloat64() + float64(r.IntN(2))*1e6 },
	"one value":   func(*rand.Rand) float64 { return 42 },
}

func TestQuantilesAreNear(t *testing.T) {
	const n = 100_000
	for name, draw := range distributions {
		random := rand.New(rand.NewPCG(3, 4))
		all := make([]float64, n)
		v := &value.Vector{}
		for i := range all {
			all[i] = draw(random)
			v.Append(value.NewFloat(all[i]))
		}
		slices.Sort(all)
		for _, percent := range []float64{0, 0.1, 1, 25, 50, 75, 90, 95, 99, 99.9, 100} {
			a := newQuantile(percent)
			a.Grow(1)
			a.Add(nil, []*value.Vector{v}, n)
			place := percent / 100 * (n - 1)
			low, high := all[int(place)], all[int(math.Ceil(place))]
			want := low + (high-low)*(place-math.Floor(place))
			got, _ := a.Result(0).Number()
			if off := math.Abs(got.Float() - want); off > 0.001*max(math.Abs(low), math.Abs(high)) {
				t.Errorf("%s: pct %v is %v, want %v within 0.1 %%", name, percent, got.Float(), want)
			}
		}
	}
}

// TestDistinctIsNear counts up to a million values of different kinds and looks at the error in standard errors.
func TestDistinctIsNear(t *testing.T) {
	kinds := map[string]func(i int) value.Value{
		"integers": func(i int) value.Value { return value.NewInt(int64(i)) },
		"spread":   func(i int) value.Value { return value.NewInt(int64(i) * 1_000_003) },
		"texts":    func(i int) value.Value { return value.NewText(fmt.Appendf(nil, "req-%08x", i)) },
		"halves":   func(i int) value.Value { return value.NewComputed(float64(i) + 0.5) },
	}
	for name, make := range kinds {
		squares, measured := 0.0, 0.0
		a := newDistinct()
		a.Grow(1)
		i := 0
		for _, n := range []int{1, 100, MaxExactDistinct, 20_000, 50_000, 100_000, 200_000, 400_000} {
			v := &value.Vector{}
			for ; i < n; i++ {
				v.Append(make(i))
				v.Append(make(i / 2))
			}
			a.Add(nil, []*value.Vector{v}, v.Len())
			got := a.Result(0).Int()
			if n <= MaxExactDistinct && got != int64(n) {
				t.Errorf("%s: %d counted as %d", name, n, got)
			}
			off := (float64(got) - float64(n)) / float64(n)
			if math.Abs(off) > 0.025 {
				t.Errorf("%s: %d counted as %d, %.2f %% off", name, n, got, 100*off)
			}
			if n > MaxExactDistinct {
				squares += off * off
				measured++
			}
		}
		t.Logf("%s: root mean square error %.2f %%", name, 100*math.Sqrt(squares/measured))
	}
}

// TestSumIsCompensated: what plain addition would lose.
func TestSumIsCompensated(t *testing.T) {
	a := &sum{}
	a.Grow(1)
	v := &value.Vector{}
	for _, f := range []float64{1e17, 0.5, 0.25, -1e17} {
		v.Append(value.NewFloat(f))
	}
	a.Add(nil, []*value.Vector{v}, 4)
	if got := a.Result(0).String(); got != "0.75" {
		t.Error(got)
	}
	for _, n := range []int64{math.MinInt64, math.MinInt64, -1} {
		v.Reset()
		v.Append(value.NewInt(n))
		a.Add(nil, []*value.Vector{v}, 1)
	}
	if got := a.totals[0].float(); got != -0x1p64 {
		t.Error(got)
	}
}
