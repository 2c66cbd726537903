package sqlcat

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var drawBytes = rapid.Custom(func(t *rapid.T) string {
	return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 'b', 0xC3, 0xFE, 0xFF}), 0, 4).Draw(t, "bytes"))
})

func (s span) contains(name string) bool {
	return bytes.Compare([]byte(name), s.from) >= 0 && (s.to == nil || bytes.Compare([]byte(name), s.to) < 0)
}

// TestSpans: a span holds exactly the names with the prefix that lie behind, or before, the cursor.
func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix, after, name := drawBytes.Draw(t, "prefix"), drawBytes.Draw(t, "after"), drawBytes.Draw(t, "name")
		all, above, below := prefixSpan(prefix), prefixSpan(prefix).above(after), prefixSpan(prefix).below(after)
		for _, c := range []struct {
			what string
			span span
			want bool
		}{
			{"prefix", all, strings.HasPrefix(name, prefix)},
			{"above", above, strings.HasPrefix(name, prefix) && name > after},
			{"below", below, strings.HasPrefix(name, prefix) && name < after},
		} {
			if got := c.span.contains(name); got != c.want {
				t.Errorf("%s: prefix %q, cursor %q: contains %q is %v", c.what, prefix, after, name, got)
			}
			if c.want && c.span.isEmpty() {
				t.Errorf("%s: prefix %q, cursor %q: isEmpty, but %q is in it", c.what, prefix, after, name)
			}
		}
	})
}

func TestAfterPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{
		{"a", "b"}, {"ab", "ac"}, {"a\xff", "b"}, {"a\xff\xff", "b"}, {"\x00", "\x01"}, {"é", "\xc3\xaa"}, {"日", "\xe6\x97\xa6"},
	} {
		if got := afterPrefix(c.prefix); string(got) != c.want {
			t.Errorf("afterPrefix(%q) = %q, want %q", c.prefix, got, c.want)
		}
	}
	for _, prefix := range []string{"", "\xff", "\xff\xff"} {
		if got := afterPrefix(prefix); got != nil {
			t.Errorf("afterPrefix(%q) = %q, want none", prefix, got)
		}
	}
}
