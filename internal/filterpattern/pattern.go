package filterpattern

import "tailrace/internal/match"

// Bounds of one pattern. MaxLength is the API's (cloudwatch-logs.md §7, §8), maxRegexes and maxWildcards are quotas of
// §8.2 and §8.3; the others bound what a pattern of that length can cost and are far from what people write.
const (
	// MaxLength is the length of the longest pattern, in characters.
	MaxLength = 1024

	maxRegexes   = 2
	maxWildcards = 3   // selectors with a wildcard
	maxTerms     = 128 // terms, conditions, or fields
	maxDepth     = 64  // of parentheses
	maxChoices   = 4   // literals that MayMatch looks for one after the other
)

// Pattern is a compiled filter pattern. It does not change and is safe for concurrent use.
type Pattern struct {
	form     form
	text     string
	required []Clause
	filter   match.Filter // of what is required, but for long choices
}

// A form is one of the three kinds of pattern, compiled.
type form interface {
	match(message []byte) bool
	matchAll() bool
	required() []match.Need
	String() string
}

// Clause is a set of literals; a message that satisfies it contains at least one of them.
type Clause = match.Clause

// Parse compiles a pattern. The error is a *SyntaxError.
func Parse(pattern string) (*Pattern, error) {
	f, err := parse(pattern)
	if err != nil {
		return nil, err
	}
	p := &Pattern{form: f, text: f.String()}
	var few []match.Need
	for _, c := range f.required() {
		p.required = append(p.required, c.Literals)
		if len(c.Literals) <= maxChoices {
			few = append(few, c)
		}
	}
	p.filter = match.NewFilter(few)
	return p, nil
}

// Match tells whether the message satisfies the pattern. It neither keeps nor changes the message.
func (p *Pattern) Match(message []byte) bool { return p.form.match(message) }

// MayMatch tells whether one of the messages that are parts of text may match: false is certain. It takes a fraction of the
// time that asking them one by one does.
func (p *Pattern) MayMatch(text []byte) bool { return p.filter.Passes(text) }

// MatchAll tells whether the pattern matches every message: it is empty, "", " " or [...].
func (p *Pattern) MatchAll() bool { return p.form.matchAll() }

// Required returns clauses all of which every matching message satisfies, the most selective first: what an index may
// skip by. Without a clause nothing is known. Literals are bytes of the raw message. Of a JSON pattern each clause has
// the literal \u too, because any character of a property may be written as such an escape. The caller does not change
// the result.
func (p *Pattern) Required() []Clause { return p.required }

// Extract tells whether the message matches and returns what TestMetricFilter reports as extracted (cloudwatch-logs.md
// §8.4, §8.5): for a space-delimited pattern the message's fields under "$name", or "$1", "$2" … by place where the
// pattern has no name for them; for other patterns an empty map. Without a match the map is nil.
func (p *Pattern) Extract(message []byte) (map[string]string, bool) {
	if !p.form.match(message) {
		return nil, false
	}
	if f, ok := p.form.(*fields); ok {
		return f.extract(message), true
	}
	return map[string]string{}, true
}

// String prints the pattern in canonical form: single blanks, strings quoted, no needless parentheses. Parse reads it
// back as an equivalent pattern, unless quoting made it longer than MaxLength.
func (p *Pattern) String() string { return p.text }
