package service

import "strings"

// namePattern is the logGroupNamePattern of ListLogGroups: up to five alternatives, each a part of the name or, after
// "^", its beginning. Every other character stands for itself, "." too. The zero value matches every name.
type namePattern []nameAlternative

type nameAlternative struct {
	text     string
	anchored bool
}

// parseNamePattern reads a pattern whose form the model's pattern has checked.
func parseNamePattern(s string) namePattern {
	if s == "" {
		return nil
	}
	var p namePattern
	for text := range strings.SplitSeq(s, "|") {
		rest, anchored := strings.CutPrefix(text, "^")
		p = append(p, nameAlternative{text: rest, anchored: anchored})
	}
	return p
}

func (p namePattern) match(name string) bool {
	for _, a := range p {
		if a.anchored && strings.HasPrefix(name, a.text) || !a.anchored && strings.Contains(name, a.text) {
			return true
		}
	}
	return len(p) == 0
}

// bounds returns what the catalog can look for itself: a prefix or a substring that every match has.
func (p namePattern) bounds() (prefix, contains string) {
	if len(p) != 1 {
		return "", ""
	}
	if p[0].anchored {
		return p[0].text, ""
	}
	return "", p[0].text
}
