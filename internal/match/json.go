package match

import "bytes"

// JSONString returns the need of a message in which text is a string of JSON: the string with its quotes, if it needs no short
// escapes.
func JSONString(text string) Need { return quoted(text, `"`) }

// JSONEnd is JSONString of a string that ends with text.
func JSONEnd(text string) Need { return quoted(text, "") }

func quoted(text, open string) Need {
	if bytes.ContainsFunc([]byte(text), hasShortEscape) {
		return InJSON(Literal(text))
	}
	return withEscape(Literal(open + text + `"`))
}

// InJSON returns the need of a message in which a text that satisfies n stands within a string of JSON: literals are shortened to
// parts that JSON writes as they are.
func InJSON(n Need) Need {
	var parts []Need
	for _, l := range n.Literals {
		longest := ""
		for _, part := range bytes.FieldsFunc(l, hasShortEscape) {
			if len(part) > len(longest) {
				longest = string(part)
			}
		}
		parts = append(parts, Literal(longest))
	}
	return withEscape(AnyOf(parts))
}

// withEscape adds the one escape that any character has.
func withEscape(n Need) Need {
	if len(n.Literals) > 0 {
		n.Literals = append(n.Literals, []byte(`\u`))
	}
	return n
}

// hasShortEscape tells of which characters JSON has an escape without \u.
func hasShortEscape(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == '/' }
