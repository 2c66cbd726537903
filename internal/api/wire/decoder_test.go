package wire

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads any value. Strings stay in the buffer until all is read, so that a later one that overwrote them would show.
func read(d *Decoder) any {
	switch d.next() {
	case '{':
		m := map[string]any{}
		for d.Open('{'); d.Member(); {
			name := string(d.Name())
			m[name] = read(d)
		}
		return m
	case '[':
		list := []any{}
		for d.Open('['); d.Element(); {
			list = append(list, read(d))
		}
		return list
	case '"':
		return d.Bytes()
	case 't', 'f':
		return d.Bool()
	case 'n':
		d.Null()
		return nil
	}
	return json.Number(d.number("a Number"))
}

func readAll(text []byte) (any, error) {
	d := NewDecoder(bytes.Clone(text))
	v := read(d)
	d.End()
	return v, d.Err()
}

// reference reads any value with encoding/json, and makes of it what the package comment promises.
func reference(text []byte) (any, bool) {
	if !json.Valid(text) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return referenceValue(d), true
}

func referenceValue(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		panic(err)
	}
	switch token {
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			name, _ := d.Token()
			if v := referenceValue(d); v != nil {
				m[name.(string)] = v
			}
		}
		_, _ = d.Token()
		return m
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, referenceValue(d))
		}
		_, _ = d.Token()
		return list
	}
	if s, ok := token.(string); ok {
		return []byte(s)
	}
	return token
}

// depth is an upper bound of how deep a text nests.
func depth(text []byte) int { return bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("[")) }

var texts = []string{
	`{}`, `[]`, ` { } `, `null`, `nul`, `true`, `tru`, `false`, `"`, `""`, `"a`, `{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a":}`, `{"a":1 "b":2}`,
	`[1,]`, `[,1]`, `[1 2]`, `[1`, `[1,`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{a:1}`, `{1:1}`, `[1]]`, `1 2`, "\x00", "{\"a\":1}\x00", "[\x0b1]", "\ufeff{}",
	`0`, `-0`, `01`, `-`, `-a`, `1.`, `1.0`, `.5`, `1e`, `1e+`, `1E5`, `1e-5`, `-1.5e+10`, `0x10`, `123456789012345678901234567890`, `Infinity`, `NaN`, `+1`,
	`"\n\t\r\b\f\/\\\""`, `"\a"`, `"\u"`, `"\u12"`, `"\u12g4"`, `"\u00e9"`, `"\uD83D\uDE40"`, `"\ud83d"`, `"\ud83d\ud83d\ude40"`, `"\ude40\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\u0000"`,
	"\"\n\"", "\"\t\"", "\"\x7f\"", "\"\x1f\"", "\"12345678\x1f\"", "\"1234567\x80\"", "\"\xff\\u00e9\xff\"", "\"\xc3\\n\xa9\"", "\"\xed\xa0\x80\"", "\"\xf0\x9f\x99\x80 – 参よ\"",
	`{"a":null,"b":[null,{"c":null}]}`, `{"a":1,"a":"x"}`, `{"a":{"b":1},"a":{"c":2}}`, `{"\u0061":1}`, `{"":""}`,
	`["\"","\"\"","\\\\\\\\\\","aaaaaaaaaaaaaaaa\"bbbbbbbbbbbbbbbbbbbbbbbb\"c\"\"\"","plain text that is longer than a word","{\"level\":\"info\",\"status\":200}"]`,
	`{"x":"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"","y":"abcdefghijklmnop","z":"\u0001\u0002\u0003\u0004 abc \" def"}`,
}

func TestDecoderAgreesWithStandardLibrary(t *testing.T) {
	for _, text := range texts {
		agree(t, []byte(text))
	}
}

func FuzzDecoder(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { agree(t, text) })
}

func agree(t *testing.T, text []byte) {
	t.Helper()
	if depth(text) >= MaxDepth {
		_, _ = readAll(text)
		return
	}
	want, valid := reference(text)
	got, err := readAll(text)
	if (err == nil) != valid {
		t.Fatalf("%q: accepted %v, encoding/json %v: %v", text, err == nil, valid, err)
	}
	if diff := cmp.Diff(want, got); valid && diff != "" {
		t.Fatalf("%q: -encoding/json +wire\n%s", text, diff)
	}
	d := NewDecoder(bytes.Clone(text))
	d.Skip()
	d.End()
	if (d.Err() == nil) != valid {
		t.Fatalf("%q: skipped %v, encoding/json %v", text, d.Err() == nil, valid)
	}
}

func TestNestingIsLimited(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	for n, ok := range map[int]bool{MaxDepth: true, MaxDepth + 1: false, 1 << 20: false} {
		d := NewDecoder(nested(n))
		d.Skip()
		d.End()
		if (d.Err() == nil) != ok {
			t.Errorf("depth %d: %v", n, d.Err())
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{
		"0", "-0", "1", "-1", "999999999999999999", "1000000000000000000", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "-9223372036854775809", "1.0", "1.5", "1e3", "1E3", "-1e-1", "100e-2", "9007199254740992.0", "9007199254740994.0", "1e999999999", "00", "1770155857000", "18446744073709551616",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := NewDecoder([]byte(text))
		got := d.Int64()
		d.End()
		var want int64
		if json.Unmarshal([]byte(text), &want) == nil && text != "null" && strings.TrimSpace(text) != "null" {
			if d.Err() != nil || got != want {
				t.Fatalf("%q: %d, %v, want %d", text, got, d.Err(), want)
			}
			return
		}
		var float float64
		if err := json.Unmarshal([]byte(text), &float); d.Err() == nil && (err != nil || float != float64(got) || !strings.ContainsAny(text, ".eE")) {
			t.Fatalf("%q: %d, but encoding/json has %v, %v", text, got, float, err)
		}
	})
}

func TestWrongTypes(t *testing.T) {
	str := func(d *Decoder) { d.Text() }
	integer := func(d *Decoder) { d.Int32() }
	boolean := func(d *Decoder) { d.Bool() }
	object := func(d *Decoder) { d.Open('{') }
	for _, c := range []struct {
		text string
		read func(*Decoder)
		want string
	}{
		{`{}`, str, "Start of structure or map found where not expected."},
		{`[]`, str, "Start of list found where not expected"},
		{`1`, str, "NUMBER_VALUE can not be converted to a String"},
		{`true`, str, "TRUE_VALUE can not be converted to a String"},
		{`"1"`, integer, "STRING_VALUE can not be converted to a Long"},
		{`2147483648`, integer, "NUMBER_VALUE can not be converted to an Integer: out of range"},
		{`-2147483649`, integer, "NUMBER_VALUE can not be converted to an Integer: out of range"},
		{`1.5`, integer, "NUMBER_VALUE can not be converted to a Long"},
		{`0`, boolean, "NUMBER_VALUE can not be converted to a Boolean"},
		{`"x"`, object, "Unexpected field type"},
		{``, object, "Unexpected end of the JSON text"},
		{`?`, object, "Unexpected character '?' at byte 0 of the JSON text"},
	} {
		d := NewDecoder([]byte(c.text))
		c.read(d)
		if d.Err() == nil || d.Err().Error() != c.want {
			t.Errorf("%s: %v, want %s", c.text, d.Err(), c.want)
		}
	}
}

func TestDoubles(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0.0", "-0": "-0.0", "5": "5.0", "167": "167.0", "1.25": "1.25", "1e21": "1e+21", "1e-7": "1e-07", "12345678": "12345678.0",
		`"NaN"`: `"NaN"`, `"Infinity"`: `"Infinity"`, `"-Infinity"`: `"-Infinity"`,
	} {
		d := NewDecoder([]byte(text))
		if got := string(AppendDouble(nil, d.Float64())); got != want || d.Err() != nil {
			t.Errorf("%s: %s, %v, want %s", text, got, d.Err(), want)
		}
	}
	for _, text := range []string{`"x"`, `1e400`, `{}`, `1.`, `null`} {
		d := NewDecoder([]byte(text))
		d.Float64()
		if d.End(); d.Err() == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestMissing(t *testing.T) {
	d := NewDecoder(nil)
	d.Missing("logGroupName")
	d.Enter("logEvents")
	d.At(3)
	d.Missing("message")
	d.Missing("")
	d.Enter("deep")
	d.Missing("x")
	want := []string{"logGroupName", "logEvents.4.member.message", "logEvents.4.member", "logEvents.4.member.deep.x"}
	if diff := cmp.Diff(want, d.Absent()); diff != "" {
		t.Error(diff)
	}
	for range 2 * MaxAbsent {
		d.Missing("x")
	}
	if n := len(d.Absent()); n != MaxAbsent {
		t.Errorf("%d remembered", n)
	}
}
