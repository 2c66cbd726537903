package logs

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	long := strings.Repeat("é", MaxNameLength)
	for _, c := range []struct {
		name          string
		group, stream bool
	}{
		{"/aws/lambda/fn", true, true},
		{"aws/lambda", false, true},
		{"a#b_c.d-e", true, true},
		{"", false, false},
		{"a b", false, true},
		{"a:b", false, false},
		{"a*", false, false},
		{"2021/01/01/[$LATEST]x", false, true},
		{strings.Repeat("x", 512), true, true},
		{strings.Repeat("x", 513), false, false},
		{long, false, true},
		{long + "é", false, false},
	} {
		if got := ValidGroupName(c.name); got != c.group {
			t.Errorf("ValidGroupName(%.20q) = %v", c.name, got)
		}
		if got := ValidStreamName(c.name); got != c.stream {
			t.Errorf("ValidStreamName(%.20q) = %v", c.name, got)
		}
	}
}

func TestGroupARN(t *testing.T) {
	scope := Scope{Account: "111111111111", Region: "eu-west-1"}
	for _, arn := range []string{GroupARN(scope, "/a/b"), GroupWildcardARN(scope, "/a/b")} {
		if s, g, ok := ParseGroupARN(arn); !ok || s != scope || g != "/a/b" {
			t.Errorf("ParseGroupARN(%s) = %v, %q, %v", arn, s, g, ok)
		}
	}
	for _, arn := range []string{"", "/a/b", "arn:aws:logs:r:1:log-group:", "arn:aws:s3:r:1:log-group:x", StreamARN(scope, "g", "s"), "arn:aws:logs:r:1:destination:x"} {
		if _, _, ok := ParseGroupARN(arn); ok {
			t.Errorf("ParseGroupARN(%s) took it", arn)
		}
	}
}
