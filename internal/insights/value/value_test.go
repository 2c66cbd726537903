package value

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tailrace/internal/column"
	"tailrace/internal/leaf"

	"pgregory.net/rapid"
)

// read makes a value of the notation of the tests: null, true, false, a text in double quotes, a number (an int64, or one
// that is computed), a time as t and milliseconds, JSON.
func read(t testing.TB, text string) Value {
	switch text {
	case "null":
		return Value{}
	case "true", "false":
		return NewBool(text == "true")
	}
	if text[0] == '"' {
		s, err := strconv.Unquote(text)
		if err != nil {
			t.Fatal(text, err)
		}
		return NewString(s)
	}
	if v, ok := ParseJSON([]byte(text)); ok {
		return v
	}
	if ms, ok := strings.CutPrefix(text, "t"); ok {
		n, err := strconv.ParseInt(ms, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return NewTime(n)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return NewInt(n)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return NewComputed(f)
}

func TestOrder(t *testing.T) {
	data, err := os.ReadFile("testdata/sort.txt")
	if err != nil {
		t.Fatal(err)
	}
	var values []Value
	var places []int
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		for word := range strings.FieldsSeq(line) {
			values = append(values, read(t, word))
			places = append(places, i)
		}
	}
	for i, a := range values {
		for j, b := range values {
			if got, want := Order(a, b), order(float64(places[i]), float64(places[j])); got != want {
				t.Errorf("order of %q (%v) and %q (%v): %d, want %d", a, a.Kind(), b, b.Kind(), got, want)
			}
		}
	}
}

// scalars makes values that are near each other across kinds.
func scalars() *rapid.Generator[Value] {
	return rapid.OneOf(
		rapid.Just(Value{}),
		rapid.Map(rapid.Bool(), NewBool),
		rapid.Map(rapid.Int64Range(-3, 12), NewInt),
		rapid.Map(rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 1 << 53, 1<<53 + 1, 1<<60 + 1, 1e18}), NewInt),
		rapid.Map(rapid.SampledFrom([]float64{0.1, 0.5, 1, 10, 1 << 53, 1<<53 + 2, 1 << 60, 1e18, 1e300, -1e-7}), NewComputed),
		rapid.Map(rapid.Int64Range(-3, 12), NewTime),
		rapid.Map(rapid.Float64Range(-2, 2), NewFloat),
		rapid.Map(rapid.StringMatching(`[-+]?[01a.]{0,4}(e[01])?`), NewString),
		rapid.Map(rapid.SampledFrom([]string{"9007199254740993", "9223372036854775808", "0.1000000000000000055", "1152921504606846977", "1e999", "x"}), NewString),
		rapid.Just(NewJSON([]byte(`{"a":1}`))),
	)
}

func TestOrderIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(scalars(), 3, 3).Draw(t, "values")
		for name, order := range map[string]func(a, b Value) int{"order": Order, "exact": OrderExact} {
			if order(v[0], v[0]) != 0 || order(v[0], v[1]) != -order(v[1], v[0]) {
				t.Fatal(name, "is not antisymmetric", v)
			}
			if order(v[0], v[1]) <= 0 && order(v[1], v[2]) <= 0 && order(v[0], v[2]) > 0 {
				t.Fatal(name, "is not transitive", v)
			}
		}
	})
}

// TestCompareAgreesWithOrder: where both are numbers, or texts that are none, <, = and > say what they are sorted by.
func TestCompareAgreesWithOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := scalars().Draw(t, "a"), scalars().Draw(t, "b")
		if _, ok := CompareNumbers(a, b); ok && !Compare(Equal, a, b) == (Order(a, b) == 0) {
			t.Fatal("= and order differ")
		}
		holds := 0
		for _, op := range []Op{Less, Equal, Greater} {
			if Compare(op, a, b) {
				holds++
			}
			if Compare(op, a, b) != Compare(op.Mirrored(), b, a) {
				t.Fatal(op, "is not mirrored")
			}
		}
		if holds > 1 {
			t.Fatal("two of <, = and > hold")
		}
		if a.IsScalar() && b.IsScalar() && Compare(Equal, a, b) == Compare(NotEqual, a, b) {
			t.Fatal("= and != agree")
		}
	})
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, op, b string
		want     bool
	}{
		{"1", "=", `"1"`, true},
		{"1", "=", `"1.0"`, true},
		{`"1"`, "=", `"1.0"`, true},
		{`"10"`, ">", `"9"`, true},
		{`"abc"`, "<", `"abd"`, true},
		{`"10a"`, ">", `"9"`, false}, // a text that is no number
		{`"n/a"`, ">", "100", false},
		{`"n/a"`, "<", "100", false},
		{`"n/a"`, "!=", "100", true},
		{"null", "=", "null", false},
		{"null", "!=", "1", false},
		{"1", "!=", "null", false},
		{`{"a":1}`, "=", `{"a":1}`, false},
		{`[1]`, "!=", "1", false},
		{"true", "=", "1", true},
		{"true", "=", `"true"`, true},
		{"true", "=", `"false"`, false},
		{"true", "!=", `"false"`, true},
		{"true", "=", `"1"`, true},
		{`"1234567890123456789"`, "=", `"1234567890123456788"`, false},
		{`"12345678901234567890"`, "=", `"12345678901234567891"`, false},
		{"9007199254740993", ">", "9007199254740992.0", true},
		{"t1700000000000", ">", `"2023-11-14"`, true},
		{"t1700000000000", "=", `"2023-11-14 22:13:20.000"`, true},
		{"t1700000000000", "<", `"1700000000001"`, true},
		{`" 1"`, "=", "1", false},
		{`""`, "=", `""`, true},
	} {
		op, ok := ParseOp(c.op)
		if !ok {
			t.Fatal(c.op)
		}
		if got := Compare(op, read(t, c.a), read(t, c.b)); got != c.want {
			t.Errorf("%s %s %s: %v", c.a, c.op, c.b, got)
		}
	}
}

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		value Value
		want  string
	}{
		{NewComputed(27.65657), "27.6566"}, // the samples of §15
		{NewComputed(82.96), "82.96"},
		{NewComputed(3), "3"},
		{NewComputed(122.0703125 - 28.6102294921875), "93.4601"},
		{NewComputed(0.00001), "0"},
		{NewComputed(-0.00001), "0"},
		{NewComputed(math.Copysign(0, -1)), "0"},
		{NewComputed(-0.5), "-0.5"},
		{NewComputed(1e15), "1000000000000000"},
		{NewComputed(123456789.123456), "123456789.1235"},
		{NewComputed(1e20), "100000000000000000000"},
		{NewComputed(1e21), "1e+21"},
		{NewComputed(math.NaN()), ""},
		{NewComputed(math.Inf(-1)), ""},
		{NewFloat(0.123456789), "0.123456789"},
		{NewFloat(1e-7), "1e-7"},
		{NewInt(math.MinInt64), "-9223372036854775808"},
		{NewBool(true), "1"},
		{NewBool(false), "0"},
		{NewString("0.10"), "0.10"},
		{NewTime(1770389347123), "2026-02-06 14:49:07.123"},
		{NewTime(-1), "1969-12-31 23:59:59.999"},
		{Value{}, ""},
		{read(t, `{"a" : [1, 2]}`), `{"a" : [1, 2]}`},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%v prints %q, want %q", c.value.Kind(), got, c.want)
		}
	}
}

func TestPrintTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(-62_167_219_200_000, 253_402_300_799_999).Draw(t, "ms") // years 0 to 9999
		if got, want := NewTime(ms).String(), time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000"); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// TestPrintParse: what a number that is not computed prints is that number again.
func TestPrintParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.Map(rapid.Int64(), NewInt), rapid.Map(rapid.Float64(), NewFloat)).Draw(t, "number")
		if v.IsNull() {
			return
		}
		text := NewText(v.Append(nil))
		if n, ok := text.Number(); !ok || n.Float() != must(v.Number()).Float() || Order(v, text) != 0 {
			t.Fatalf("%q is read as %v", text, n.Float())
		}
		exact := NewText(NewComputed(must(v.Number()).Float()).AppendExact(nil))
		if n, ok := exact.Number(); !ok || n.Float() != must(v.Number()).Float() {
			t.Fatalf("%q is read as %v", exact, n.Float())
		}
	})
}

func must(n Number, _ bool) Number { return n }

func TestParseNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+]?[0-9]{0,20}\.?[0-9]{0,20}(e[-+]?[0-9]{0,3})?|[-+ .0-9exN]{0,6}`).Draw(t, "text")
		n, ok := ParseNumber([]byte(text))
		f, err := strconv.ParseFloat(text, 64)
		shaped := text != "" && strings.Trim(text, "0123456789+-.e") == "" && !strings.Contains("."+strings.TrimLeft(text, "+-")+".", "..") && !strings.Contains(text, ".e")
		if want := err == nil && shaped; ok != want {
			t.Fatalf("a number %v, want %v", ok, want)
		}
		if ok && n.Float() != f {
			t.Fatalf("%v, want %v", n.Float(), f)
		}
		if i, err := strconv.ParseInt(text, 10, 64); ok && err == nil && (!n.IsInt() || must(n, ok).word != uint64(i)) {
			t.Fatal("not exact")
		}
	})
}

func TestArithmetic(t *testing.T) {
	for _, c := range []struct{ a, op, b, want string }{
		{"2", "^", "3", "8"},
		{"10", "%", "3", "1"},
		{"-10", "%", "3", "-1"},
		{"10.5", "%", "3", "1.5"},
		{"7", "/", "2", "3.5"},
		{"6", "/", "3", "2"},
		{"1", "/", "3", "0.3333"},
		{"1", "/", "0", ""},
		{"0", "/", "0", ""},
		{"1", "%", "0", ""},
		{"-8", "^", "0.5", ""},
		{"2", "^", "-1", "0.5"},
		{"10", "^", "400", ""},
		{"0", "^", "0", "1"},
		{`"12"`, "+", `"0.5"`, "12.5"},
		{`"x"`, "+", "1", ""},
		{"null", "*", "0", ""},
		{"true", "+", "true", "2"},
		{"9223372036854775807", "-", "1", "9223372036854775806"},
		{"9223372036854775807", "+", "1", "9223372036854775807"}, // the nearest float64, see below
		{"-9223372036854775808", "/", "-1", "9223372036854776000"},
		{"-9223372036854775808", "%", "-1", "0"},
		{"3000000000", "*", "3000000000", "9000000000000000000"},
		{"4000000000", "*", "-4000000000", "-16000000000000000000"},
		{"t1000", "+", "500", "1500"},
		{`[1]`, "+", "1", ""},
		{"1e308", "*", "10", ""},
	} {
		op, ok := ParseArithmetic(c.op)
		if !ok {
			t.Fatal(c.op)
		}
		want := c.want
		if c.op == "+" && c.b == "1" && c.a == "9223372036854775807" {
			want = "9223372036854776000"
		}
		if got := op.Apply(read(t, c.a), read(t, c.b)).String(); got != want {
			t.Errorf("%s %s %s = %s, want %s", c.a, c.op, c.b, got, want)
		}
	}
}

// TestIntegersAreExact compares with package big.
func TestIntegersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		want := map[Arithmetic]*big.Int{Add: new(big.Int).Add(x, y), Subtract: new(big.Int).Sub(x, y), Multiply: new(big.Int).Mul(x, y)}
		if b != 0 {
			want[Remainder] = new(big.Int).Rem(x, y)
		}
		for op, w := range want {
			got := op.Apply(NewInt(a), NewInt(b))
			if w.IsInt64() && w.Int64() != math.MinInt64 && (got.Kind() != Int || got.Int() != w.Int64()) {
				t.Fatalf("%s gives %s, want %s", op, got, w)
			} else if !w.IsInt64() && got.Kind() != Computed {
				t.Fatalf("%s gives %s, want about %s", op, got, w)
			}
		}
	})
}

// TestColumns: whole columns give what single values give, for every mixture of kinds and constants.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "rows")
		draw := func(name string) *Vector {
			if rapid.Bool().Draw(t, name+" is constant") {
				return Constant(scalars().Draw(t, name))
			}
			v := &Vector{}
			for _, row := range rapid.SliceOfN(scalars(), n, n).Draw(t, name) {
				v.Append(row)
			}
			if rapid.Bool().Draw(t, name+" repeats") {
				all := &Vector{}
				all.Gather(v, slices.Repeat([]int32{0}, n))
				v = all
			}
			return v
		}
		a, b := draw("a"), draw("b")
		dst := &Vector{}
		for op := Add; op <= Power; op++ {
			op.ApplyAll(dst, a, b, n)
			for i := range n {
				if got, want := dst.Row(i), op.Apply(a.Row(i), b.Row(i)); got.String() != want.String() {
					t.Fatalf("%s of %q and %q: %s, want %s", op, a.Row(i), b.Row(i), got, want)
				}
			}
		}
		for op := Equal; op <= GreaterEqual; op++ {
			CompareAll(dst, op, a, b, n)
			for i := range n {
				if got, want := dst.Row(i).Truth(), Compare(op, a.Row(i), b.Row(i)); got != want {
					t.Fatalf("%q %s %q: %v, want %v", a.Row(i), op, b.Row(i), got, want)
				}
			}
			for _, i := range dst.Select(nil, n) {
				if !dst.Row(int(i)).Truth() {
					t.Fatal("selected", i)
				}
			}
		}
	})
}

func TestTruth(t *testing.T) {
	for text, want := range map[string]bool{
		"true": true, "false": false, "1": true, "0": false, "0.5": true, `"1"`: true, `"0.0"`: false, `"true"`: true, `"false"`: false, `"x"`: false,
		"null": false, `[1]`: false, "t5": true,
	} {
		if got := read(t, text).Truth(); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestJSON(t *testing.T) {
	const text = ` {"a": {"b": [1, "x\u00e9\n", null, true, {"c": 2.50}]}, "n\u0061me": "z", "big": 1234567890123456789, "a": 5, "e": {}, "f": [] } `
	v, ok := ParseJSON([]byte(text))
	if !ok {
		t.Fatal("no JSON")
	}
	var room []byte
	get := func(from Value, path ...any) Value {
		for _, step := range path {
			if key, ok := step.(string); ok {
				from, room = from.Member(key, room)
			} else {
				from, room = from.Element(step.(int), room)
			}
		}
		return from
	}
	for _, c := range []struct {
		path []any
		want string
		kind Kind
	}{
		{[]any{"a", "b", 0}, "1", Int},
		{[]any{"a", "b", 1}, "xé\n", Text},
		{[]any{"a", "b", 2}, "", Null},
		{[]any{"a", "b", 3}, "1", Bool},
		{[]any{"a", "b", 4, "c"}, "2.50", Text},
		{[]any{"a", "b", 5}, "", Null},
		{[]any{"a", "b", -1}, "", Null},
		{[]any{"name"}, "z", Text},
		{[]any{"big"}, "1234567890123456789", Int},
		{[]any{"e"}, "{}", Map},
		{[]any{"e", "x"}, "", Null},
		{[]any{"f"}, "[]", List},
		{[]any{"name", "x"}, "", Null},
		{[]any{"missing", "x", 3}, "", Null},
	} {
		if got := get(v, c.path...); got.String() != c.want || got.Kind() != c.kind {
			t.Errorf("%v is %v %q, want %v %q", c.path, got.Kind(), got, c.kind, c.want)
		}
	}
	if v.Size() != 6 || get(v, "a", "b").Size() != 5 || get(v, "f").Size() != 0 {
		t.Error("sizes", v.Size(), get(v, "a", "b").Size(), get(v, "f").Size())
	}
	var elements []string
	get(v, "a", "b").Each(nil, func(e Value) bool { elements = append(elements, e.String()); return len(elements) < 2 })
	if strings.Join(elements, "|") != "1|xé\n" {
		t.Error(elements)
	}
	if got := string(get(v, "a").AppendJSON(nil)); got != `{"b":[1,"x\u00e9\n",null,true,{"c":2.50}]}` {
		t.Error(got)
	}
	for _, text := range []string{"", "1", `"x"`, "null", "{", "[1,]", `{"a"}`, `{"a":1,}`, "[1 2]", "{} x", "[01]", strings.Repeat("[", 20_000)} {
		if _, ok := ParseJSON([]byte(text)); ok {
			t.Errorf("%.20s is a map or a list", text)
		}
	}
}

// FuzzParseJSON compares with encoding/json.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,"x\n",true,null],"b":{}}`, `[{"a":"\ud83d\ude00"}, [[]]]`, `{"a":1 "b":2}`, "[1,]", ` [ "é" ] `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, ok := ParseJSON(text)
		var parsed any
		err := json.Unmarshal(text, &parsed)
		_, isMap := parsed.(map[string]any)
		_, isList := parsed.([]any)
		if want := err == nil && (isMap || isList); ok != want {
			t.Fatalf("a map or list %v, want %v", ok, want)
		}
		if !ok {
			return
		}
		again := v.AppendJSON(nil)
		w, ok := ParseJSON(again)
		if !ok || w.Size() != v.Size() || string(w.AppendJSON(nil)) != string(again) {
			t.Fatalf("%q is printed as %q", text, again)
		}
		if isList {
			n := 0
			v.Each(nil, func(Value) bool { n++; return true })
			if n != len(parsed.([]any)) {
				t.Fatalf("%d elements, want %d", n, len(parsed.([]any)))
			}
		}
	})
}

func TestQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		var got string
		if err := json.Unmarshal(AppendQuoted(nil, []byte(want)), &got); err != nil || got != strings.ToValidUTF8(want, "\ufffd") {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

// TestHash: values that print alike have one hash.
func TestHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := scalars().Filter(Value.IsScalar).Draw(t, "value")
		text := v.AppendExact(nil)
		if v.Kind() != Time && v.Hash() != HashText(text) {
			t.Fatalf("%s (%v) and its text have two hashes", text, v.Kind())
		}
	})
	if NewInt(math.MaxInt64).Hash() == NewInt(math.MinInt64).Hash() || NewInt(5).Hash() == NewTime(5).Hash() || NewString("05").Hash() == NewInt(5).Hash() {
		t.Error("one hash for different values")
	}
}

// FuzzNumber: a text is a number for all who ask, or for none, and one that is keeps its place.
func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0", "-1.50", "1e21", "9223372036854775808", "0.1000000000000000055", "1e999", "+5", ".5", "0x1p4", "Infinity"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, ok := ParseNumber(text)
		if !ok {
			return
		}
		want, err := strconv.ParseFloat(string(text), 64)
		if err != nil || n.Float() != want {
			t.Fatalf("%q is %v, want %v", text, n.Float(), want)
		}
		if v := NewText(text); Order(v, v) != 0 || !Compare(Equal, v, v) || v.Hash() != HashText(text) {
			t.Fatal("differs from itself")
		}
	})
}

// TestFromColumn: fields of a batch are what leaves are.
func TestFromColumn(t *testing.T) {
	leaves := []leaf.Value{
		{},
		{Kind: leaf.Null},
		{Kind: leaf.False},
		{Kind: leaf.True},
		leaf.ParseNumber([]byte("-12")),
		leaf.ParseNumber([]byte("0.5")),
		leaf.ParseNumber([]byte("1.50")),
		{Kind: leaf.Text, Text: []byte("x")},
	}
	field := &column.Vector{}
	for range 2 {
		for _, l := range leaves {
			field.Append(l)
		}
	}
	v := &Vector{}
	v.Append(NewString("of the batch before"))
	v.FromColumn(field)
	want := []string{"", "", "0", "1", "-12", "0.5", "1.50", "x"}
	for i := range v.Len() {
		row, alone := v.Row(i), FromLeaf(leaves[i%len(leaves)])
		if row.String() != want[i%len(want)] || row.Kind() != alone.Kind() || alone.String() != row.String() {
			t.Errorf("row %d is %v %q, alone %v %q", i, row.Kind(), row, alone.Kind(), alone)
		}
	}
}

// Rows that are equal to the one before share its text, and no others.
func TestAppendNext(t *testing.T) {
	var v, want Vector
	for _, row := range []Value{
		NewString("a"), NewString("a"), {}, NewString("a"), NewInt(0), NewString("b"), NewString("b"), NewJSON([]byte("{}")), NewJSON([]byte("{}")), NewString(""), NewString(""),
	} {
		v.AppendNext(row)
		want.Append(row)
	}
	for i := range want.Len() {
		if got, want := v.Row(i), want.Row(i); got.Kind() != want.Kind() || got.String() != want.String() {
			t.Errorf("row %d is %v, want %v", i, got, want)
		}
	}
	if len(v.Dict) != 6 {
		t.Errorf("%d texts: %q", len(v.Dict), v.Dict)
	}
}
