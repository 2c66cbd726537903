package api

import (
	"regexp"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

const (
	lengthAtMost  = "Member must have length less than or equal to "
	lengthAtLeast = "Member must have length greater than or equal to "
	patternText   = "Member must satisfy regular expression pattern: "
	enumText      = "Member must satisfy enum value set: "
)

// rule is what a string has to obey. Lengths are counted as AWS counts them, in UTF-16 units.
type rule struct {
	min, max int // max -1: none
	enum     []string
	pattern  *pattern
}

// pattern is a regular expression that the whole of a string has to match.
type pattern struct {
	text  string // as AWS prints it
	expr  string // as Go spells it
	ascii [2]uint64
	once  sync.Once
	re    *regexp.Regexp
}

func (p *pattern) match(s string) bool {
	if p.ascii != [2]uint64{} && p.matchASCII(s) {
		return true
	}
	p.once.Do(func() { p.re = regexp.MustCompile(`\A(?:` + p.expr + `)\z`) })
	return p.re.MatchString(s)
}

func (p *pattern) matchASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || p.ascii[c/64]>>(c%64)&1 == 0 {
			return false
		}
	}
	return s != ""
}

// fits tells whether a string of so many bytes obeys the lengths whatever its characters are.
func (r *rule) fits(bytes int) bool {
	return bytes >= r.min && r.min <= 1 && (bytes <= r.max || r.max < 0)
}

func (r *rule) allows(s string) bool { return len(r.brokenBy(s)) == 0 }

// brokenBy is what AWS says of each constraint that s breaks: the pattern first, as in the answer to an empty
// logGroupNamePrefix that was captured in 2021 (fluent-plugin-cloudwatch-logs#223).
func (r *rule) brokenBy(s string) []string {
	var broken []string
	n := units(s)
	if r.pattern != nil && !r.pattern.match(s) {
		broken = append(broken, patternText+r.pattern.text)
	}
	if r.max >= 0 && n > r.max {
		broken = append(broken, lengthAtMost+strconv.Itoa(r.max))
	}
	if n < r.min {
		broken = append(broken, lengthAtLeast+strconv.Itoa(r.min))
	}
	if r.enum != nil && !slices.Contains(r.enum, s) {
		broken = append(broken, enumText+show(r.enum))
	}
	return broken
}

// all is what AWS says of each constraint, as it does when an element of a list or map breaks one of them.
func (r *rule) all() []string {
	var all []string
	if r.max >= 0 {
		all = append(all, lengthAtMost+strconv.Itoa(r.max))
		all = append(all, lengthAtLeast+strconv.Itoa(r.min))
	} else if r.min > 0 {
		all = append(all, lengthAtLeast+strconv.Itoa(r.min))
	}
	if r.pattern != nil {
		all = append(all, patternText+r.pattern.text)
	}
	if r.enum != nil {
		all = append(all, enumText+show(r.enum))
	}
	return all
}

// units is the length of s in UTF-16 units, which is what AWS's services count.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
