package filterpattern

import (
	"cmp"
	"slices"
	"strings"

	"tailrace/internal/match"
)

// termItem is a term as it is written.
type termItem struct {
	sign byte // '-', '?' or 0
	term term
}

// term is a literal, or a regular expression if regex is set.
type term struct {
	literal match.Finder
	regex   *regex
}

// terms is an unstructured pattern (cloudwatch-logs.md §8.1).
type terms struct {
	items []termItem
	all   []term // every one must be there
	none  []term // none may be there
	some  []term // one must be there, unless empty
}

func (p *parser) termList() (form, error) {
	t := &terms{}
	for p.blanks(); !p.atEnd(); p.blanks() {
		if err := p.countTerm(); err != nil {
			return nil, err
		}
		item, err := p.termItem()
		if err != nil {
			return nil, err
		}
		if !p.atEnd() && !isBlank(p.peek()) {
			return nil, p.fail("a term with %q needs quotes around the whole, and blanks between terms", p.nextRune())
		}
		t.items = append(t.items, item)
	}
	t.compile()
	return t, nil
}

func (p *parser) nextRune() string {
	for _, r := range p.src[p.pos:] {
		return string(r)
	}
	return ""
}

func (p *parser) termItem() (termItem, error) {
	item := termItem{}
	if c := p.peek(); c == '-' || c == '?' {
		item.sign = c
		p.pos++
	}
	start := p.pos
	var text string
	var err error
	switch p.peek() {
	case '%':
		item.term.regex, err = p.regex()
		return item, err
	case '"':
		text, err = p.quoted()
	default:
		if text = p.run(isWord); text == "" {
			return item, p.fail("expected a term: letters, digits and _, a quoted text, or a regular expression between %%")
		}
	}
	if err == nil && text == "" && item.sign != 0 {
		err = p.failAt(start, "empty term after %c", item.sign)
	}
	item.term.literal = match.NewFinder(text)
	return item, err
}

// compile sorts the terms by what they ask for. Terms with "?" count only if nothing else is there.
func (t *terms) compile() {
	if t.isBlank() {
		return
	}
	for _, item := range t.items {
		switch item.sign {
		case '-':
			t.none = append(t.none, item.term)
		case '?':
			t.some = append(t.some, item.term)
		default:
			t.all = append(t.all, item.term)
		}
	}
	if len(t.all)+len(t.none) > 0 {
		t.some = nil
	}
	slices.SortStableFunc(t.all, cheapestFirst)
	slices.SortStableFunc(t.none, cheapestFirst)
	slices.SortStableFunc(t.some, cheapestFirst)
}

// isBlank tells whether the pattern is one quoted text of blanks, or empty.
func (t *terms) isBlank() bool {
	if len(t.items) != 1 {
		return len(t.items) == 0
	}
	it := t.items[0]
	return it.sign == 0 && it.term.regex == nil && strings.Trim(string(it.term.literal.Needle()), " \t\r\n") == ""
}

// cheapestFirst puts what is quick to look for and seldom there before the rest: literals by length, then expressions.
func cheapestFirst(a, b term) int {
	if (a.regex == nil) != (b.regex == nil) {
		if a.regex == nil {
			return -1
		}
		return 1
	}
	return cmp.Compare(len(b.literal.Needle()), len(a.literal.Needle()))
}

func (t *term) in(message []byte) bool {
	if t.regex != nil {
		return t.regex.Match(message)
	}
	return t.literal.In(message)
}

func (t *terms) match(message []byte) bool {
	for i := range t.all {
		if !t.all[i].in(message) {
			return false
		}
	}
	for i := range t.none {
		if t.none[i].in(message) {
			return false
		}
	}
	return len(t.some) == 0 || t.anyIn(message)
}

func (t *terms) anyIn(message []byte) bool {
	for i := range t.some {
		if t.some[i].in(message) {
			return true
		}
	}
	return false
}

func (t *terms) matchAll() bool {
	for _, it := range t.all {
		if it.regex != nil || len(it.literal.Needle()) > 0 {
			return false
		}
	}
	return len(t.none)+len(t.some) == 0
}

func (t *terms) required() []match.Need {
	var all, some []match.Need
	for _, it := range t.all {
		all = append(all, it.required()...)
	}
	for _, it := range t.some {
		some = append(some, match.Best(it.required()))
	}
	return match.Rank(append(all, match.AnyOf(some)))
}

func (t *term) required() []match.Need {
	if t.regex != nil {
		return t.regex.Needs()
	}
	return []match.Need{match.Literal(string(t.literal.Needle()))}
}

func (t *terms) String() string {
	if t.isBlank() {
		return `""`
	}
	var items []string
	for _, it := range t.items {
		sign := ""
		if it.sign != 0 {
			sign = string(it.sign)
		}
		items = append(items, sign+it.term.String())
	}
	return strings.Join(items, " ")
}

func (t *term) String() string {
	if t.regex != nil {
		return t.regex.String()
	}
	text := string(t.literal.Needle())
	if text == "" || strings.IndexFunc(text, func(r rune) bool { return r > 127 || !isWord(byte(r)) }) >= 0 {
		return quote(text, '"')
	}
	return text
}
