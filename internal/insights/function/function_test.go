package function

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tailrace/internal/insights/value"
)

var update = flag.Bool("update", false, "rewrite testdata/*.txt with what the package does")

// env is the query of the tests.
var env = Env{Now: 1_770_389_950_123, Start: 1_770_386_347_000, End: 1_770_389_947_999}

// TestSpecification runs testdata/*.txt: a line is a call and what it gives,
//
//	substr("xyZfooxyZ", 3, 3) = "foo"
//
// or why it cannot be compiled, behind "!". Arguments and results are null, true, false, numbers, times as t and
// milliseconds, texts in double quotes (Go's), maps and lists as JSON, and periods. Numbers that are computed are printed as
// results are; those with all digits end with an "f". Every call is made with constants, with columns, and with
// columns whose rows share texts.
func TestSpecification(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	tested := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
				got := line
				if line != "" && line[0] != '#' {
					name, _, _ := strings.Cut(line, "(")
					tested[name] = true
					got = specify(t, line)
				}
				if got != line && !*update {
					t.Errorf("%s:%d\nwant %s\n got %s", file, i+1, line, got)
				}
				out.WriteString(got + "\n")
			}
			if *update {
				if err := os.WriteFile(file, []byte(out.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	for _, s := range Signatures() {
		if !tested[s.Name] {
			t.Errorf("%s stands in no file of testdata", s.Name)
		}
	}
}

// specify returns a line with what the package does.
func specify(t *testing.T, line string) string {
	name, rest, _ := strings.Cut(line, "(")
	args, rest := readArgs(t, rest)
	call := line[:len(line)-len(rest)]
	result, err := evaluate(t, name, args)
	if err != nil {
		return call + " ! " + err.Error()
	}
	return call + " = " + notation(result)
}

func readArgs(t *testing.T, text string) (args []Arg, rest string) {
	for {
		text = strings.TrimLeft(text, " ")
		if text[0] == ')' {
			return args, text[1:]
		}
		end := argLength(text)
		args = append(args, readArg(t, strings.TrimSpace(text[:end])))
		if text = text[end:]; text[0] == ',' {
			text = text[1:]
		}
	}
}

func argLength(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case depth == 0 && (c == ',' || c == ')'):
			return i
		}
	}
	panic(text)
}

var periods = regexp.MustCompile(`^(\d+)(ms|s|m|h|d|w|mo|q|y|x)$`)

func readArg(t *testing.T, text string) Arg {
	if p := periods.FindStringSubmatch(text); p != nil {
		n, _ := strconv.ParseInt(p[1], 10, 64)
		return Arg{Const: true, Period: Period{n, p[2]}}
	}
	return Arg{Const: true, Value: readValue(t, text)}
}

func readValue(t testing.TB, text string) value.Value {
	switch {
	case text == "null":
		return value.Value{}
	case text == "true" || text == "false":
		return value.NewBool(text == "true")
	case text[0] == '"':
		s, err := strconv.Unquote(text)
		if err != nil {
			t.Fatal(text, err)
		}
		return value.NewString(s)
	case text[0] == '[' || text[0] == '{':
		v, ok := value.ParseJSON([]byte(text))
		if !ok {
			t.Fatal(text)
		}
		return v
	}
	if ms, ok := strings.CutPrefix(text, "t"); ok {
		n, err := strconv.ParseInt(ms, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return value.NewTime(n)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return value.NewInt(n)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value.NewComputed(f)
}

func notation(v value.Value) string {
	switch v.Kind() {
	case value.Null:
		return "null"
	case value.Bool:
		return strconv.FormatBool(v.Truth())
	case value.Text:
		return strconv.Quote(v.String())
	case value.Time:
		return fmt.Sprintf("t%d", v.Int())
	case value.Float:
		return v.String() + "f"
	}
	return v.String()
}

// evaluate makes a call in all ways, which have to agree.
func evaluate(t *testing.T, name string, args []Arg) (value.Value, error) {
	given := args
	if def := definitions[name]; def != nil && def.implicit != "" { // the field is the last argument
		given = args[:len(args)-1]
	}
	call, err := Compile(name, given, env)
	if err != nil {
		return value.Value{}, err
	}
	var columns []*value.Vector
	for _, a := range args {
		if a.Period.Count > 0 {
			columns = append(columns, nil)
		} else {
			columns = append(columns, value.Constant(a.Value))
		}
	}
	dst := &value.Vector{}
	call.Eval(dst, columns, 3)
	result := dst.Row(2)
	result = result.Clone()
	for i := range columns {
		if columns[i] == nil {
			continue
		}
		row := columns[i].Row(0)
		for _, rows := range []int{3, 100} {
			varying := append([]*value.Vector{}, columns...)
			varying[i] = &value.Vector{}
			for range rows {
				if rows == 3 || varying[i].Len() == 0 {
					varying[i].Append(row)
				} else {
					varying[i].Repeat(0)
				}
			}
			call = call.Fork()
			call.Eval(dst, varying, rows)
			for j := range rows {
				if got := dst.Row(j); notation(got) != notation(result) {
					t.Errorf("%s of %d rows in column %d: row %d is %s, as a constant %s", name, rows, i, j, notation(got), notation(result))
				}
			}
		}
	}
	return result, nil
}

func TestAccess(t *testing.T) {
	list := readValue(t, `{"a": [{"b.c": "x\u00e9"}, 5], "2": true}`)
	for _, c := range []struct {
		path []Step
		want string
	}{
		{[]Step{{Key: "a"}, {Index: 0, IsIndex: true}, {Key: "b.c"}}, `"xé"`},
		{[]Step{{Key: "a"}, {Index: 1, IsIndex: true}}, "5"},
		{[]Step{{Key: "a"}, {Index: 2, IsIndex: true}}, "null"},
		{[]Step{{Index: 2, IsIndex: true}}, "true"},
		{[]Step{{Key: "a"}, {Key: "b"}}, "null"},
		{nil, list.String()},
	} {
		dst := &value.Vector{}
		Access(c.path).Eval(dst, []*value.Vector{value.Constant(list)}, 1)
		if got := notation(dst.Row(0)); got != c.want {
			t.Errorf("%v: %s, want %s", c.path, got, c.want)
		}
	}
}
