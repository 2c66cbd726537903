package function

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// templatePart is a literal and the number of the group that follows it, -1 for none.
type templatePart struct {
	literal string
	group   int
}

// newTemplate reads what matches are replaced with.
func newTemplate(text string, re *regexp.Regexp) ([]templatePart, error) {
	var parts []templatePart
	var literal strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '$' && c != '\\' || i+1 == len(text) {
			literal.WriteByte(c)
			continue
		}
		next := text[i+1]
		switch {
		case next == c:
			literal.WriteByte(c)
			i++
		case next-'0' <= 9:
			group := int(next - '0')
			if group > re.NumSubexp() {
				return nil, fmt.Errorf("the regular expression has no group %d", group)
			}
			parts = append(parts, templatePart{literal.String(), group})
			literal.Reset()
			i++
		case c == '$' && next == '{':
			name, _, ok := strings.Cut(text[i+2:], "}")
			if !ok {
				return nil, errors.New("${ is not closed")
			}
			group := re.SubexpIndex(name)
			if group < 0 {
				return nil, fmt.Errorf("the regular expression has no group %q", name)
			}
			parts = append(parts, templatePart{literal.String(), group})
			literal.Reset()
			i += len(name) + 2
		default:
			literal.WriteByte(c)
		}
	}
	return append(parts, templatePart{literal.String(), -1}), nil
}
