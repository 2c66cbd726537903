package wire

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  `""`,
		"plain":                             `"plain"`,
		"<a href=\"x\">&</a>":               `"<a href=\"x\">&</a>"`,
		"\n\t\r\b\f\\":                      `"\n\t\r\b\f\\"`,
		"\x00\x1b\x1f\x7f":                  `"\u0000\u001B\u001F` + "\x7f" + `"`,
		"🙀 - 参よ - 日本語 \u2028":               `"🙀 - 参よ - 日本語 ` + "\u2028" + `"`,
		"a\xffb\xed\xa0\x80c":               `"a` + "\ufffd" + `b` + "\ufffd\ufffd\ufffd" + `c"`,
		strings.Repeat("\x01", 100):         `"` + strings.Repeat(`\u0001`, 100) + `"`,
		strings.Repeat("12345678", 3) + `"`: `"123456781234567812345678\""`,
	} {
		if got := string(AppendString([]byte("x"), in)); got != "x"+want {
			t.Errorf("%q: %s, want %s", in, got[1:], want)
		}
		if got := string(AppendString(nil, []byte(in))); got != want {
			t.Errorf("%q as bytes: %s, want %s", in, got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\\n\x00", "é日本\xff\xc3", "1234567\"", "12345678\x1f12345678", "\xf0\x9f\x99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := AppendString(nil, s)
		var got, want string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q gives %q: %v", s, text, err)
		}
		standard, _ := json.Marshal(s)
		if err := json.Unmarshal(standard, &want); err != nil || got != want {
			t.Fatalf("%q is %q, with encoding/json %q", s, got, want)
		}
		if d := NewDecoder(text); d.Text() != want || d.Err() != nil {
			t.Fatalf("%q does not come back: %v", s, d.Err())
		}
	})
}

func TestAppendInt(t *testing.T) {
	check := func(n int64) {
		if got, want := string(AppendInt([]byte("x"), n)), "x"+strconv.FormatInt(n, 10); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for _, n := range []int64{0, -1, 9, 1e12 - 1, 1e12, 1e12 + 1, 1e13 - 1, 1e13, -1e12, math.MaxInt64, math.MinInt64} {
		check(n)
	}
	for n := range int64(10_000) { // each lane takes each of its values
		check(1e12 + n*1e8 + n*1e4 + (9999 - n))
		check(1e12 + 1e8*(n*9+9))
	}
}

func FuzzAppendDouble(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, 0.1, 1e20, 1e21, 1e-6, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.NaN()} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		text := AppendDouble(nil, v)
		if !json.Valid(text) {
			t.Fatalf("%v is %s", v, text)
		}
		d := NewDecoder(text)
		if got := d.Float64(); got != v && !(got != got && v != v) || d.Err() != nil {
			t.Fatalf("%v comes back as %v, %v", v, got, d.Err())
		}
	})
}

func TestCloseObject(t *testing.T) {
	dst := []byte("x")
	if got := string(CloseObject(dst, 1)); got != "x{}" {
		t.Error(got)
	}
	if got := string(CloseObject(append(dst, `,"a":1,"b":2`...), 1)); got != `x{"a":1,"b":2}` {
		t.Error(got)
	}
}

func TestBlob(t *testing.T) {
	text := AppendBase64(nil, []byte{0, 1, 254, 255})
	if got := string(NewDecoder(text).Base64()); got != "\x00\x01\xfe\xff" {
		t.Errorf("%s comes back as %q", text, got)
	}
	d := NewDecoder([]byte(`"?"`))
	if d.Base64(); d.Err() == nil {
		t.Error("accepted")
	}
}
