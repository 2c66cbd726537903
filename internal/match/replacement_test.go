package match

import "testing"

// In an expression U+FFFD stands for bytes that are no UTF-8 too: it is no literal.
func TestReplacementCharacter(t *testing.T) {
	for _, source := range []string{"\ufffd", "ab\ufffdcd", "(x|ab\ufffdcd)", "[\ufffd]ab", "(?i)ab\ufffdcd", "(?:\ufffd){2}"} {
		r, err := CompileRegex(source, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"ab\xffcd", "ab\ufffdcd", "\xff\xfe", "\xffab", "abcd"} {
			if got, want := r.Match([]byte(text)), r.Engine().MatchString(text); got != want {
				t.Errorf("%q in %q: %v, want %v", source, text, got, want)
			}
		}
	}
}
