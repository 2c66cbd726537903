package service

import "testing"

func TestNamePattern(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "/aws/lambda/a", true},
		{"lambda", "/aws/lambda/a", true},
		{"^lambda", "/aws/lambda/a", false},
		{"^/aws", "/aws/lambda/a", true},
		{"^/aws", "/x/aws", false},
		{"nope|^/aws", "/aws/x", true},
		{"^nope|aws", "/x/aws", true},
		{"^one|^two|^three", "four", false},
		{"a.b", "axb", false},
		{"a.b", "/a.b", true},
		{"LAMBDA", "/aws/lambda", false},
	} {
		p := parseNamePattern(c.pattern)
		if got := p.match(c.name); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.name, got)
		}
	}
}

func TestTagFilter(t *testing.T) {
	tags := map[string]string{"env": "production", "empty": ""}
	for _, c := range []struct {
		key    string
		values []string
		want   bool
	}{
		{"env", nil, true},
		{"ENV", nil, false},
		{"other", nil, false},
		{"env", []string{"production"}, true},
		{"env", []string{"Production"}, false},
		{"env", []string{"dev", "production"}, true},
		{"env", []string{"prod*"}, true},
		{"env", []string{"*tion"}, true},
		{"env", []string{"*duct*"}, true},
		{"env", []string{"*"}, true},
		{"env", []string{"**"}, true},
		{"env", []string{"prod"}, false},
		{"env", []string{"duct*"}, false},
		{"env", []string{"!dev"}, true},
		{"env", []string{"!prod*"}, false},
		{"env", []string{"!dev", "!test"}, true},
		{"env", []string{"!dev", "!production"}, false},
		{"env", []string{"production", "!*tion"}, false},
		{"env", []string{"dev", "!test"}, false},
		{"other", []string{"!dev"}, false},
		{"empty", []string{""}, true},
		{"empty", []string{"*"}, true},
		{"env", []string{""}, false},
	} {
		if got := (tagFilter{c.key, c.values}).match(tags); got != c.want {
			t.Errorf("%s %q: %v", c.key, c.values, got)
		}
	}
}
