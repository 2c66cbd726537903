package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tailrace/internal/api/wire"
)

const (
	// maxViolations is how many broken constraints an exception names, and maxText how many bytes it has before it takes up
	// no more of them; a request has room for hundreds of thousands.
	maxViolations = 100
	maxText       = 64 << 10
	// maxEcho is how many bytes of a value an exception repeats. AWS is known to repeat values whole; none longer than this
	// was captured.
	maxEcho = 16 << 10

	nameTooLong = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
)

// checker collects the constraints that a request breaks, in the words of cloudwatch-logs.md §1.3. Path is where it is.
type checker struct {
	wire.Path
	absent  []string // required members that were not there
	broken  []string
	bytes   int    // of broken
	instead string // a message that AWS gives in place of all others
}

func (c *checker) text(member, value string, r *rule) {
	if r.fits(len(value)) && (r.pattern == nil || r.pattern.match(value)) && (r.enum == nil || slices.Contains(r.enum, value)) && c.absent == nil {
		return
	}
	path := c.Name(member)
	if slices.Contains(c.absent, path) {
		c.null(member)
		return
	}
	if (member == "logGroupName" || member == "logStreamName") && units(value) > r.max {
		c.instead = nameTooLong
		return
	}
	for _, constraint := range r.brokenBy(value) {
		if strings.HasPrefix(constraint, patternText) {
			// AWS stopped repeating the values that a pattern refuses.
			c.add("Value at '"+path+"'", constraint)
			continue
		}
		c.add(echo(value)+" at '"+path+"'", constraint)
	}
}

func (c *checker) blob(member string, value []byte, r *rule) {
	if !r.fits(len(value)) {
		c.text(member, string(value), r)
	}
}

// present reports a required scalar that has no other constraint.
func (c *checker) present(member string) {
	if c.absent != nil && slices.Contains(c.absent, c.Name(member)) {
		c.null(member)
	}
}

func (c *checker) number(member string, value, least, most int64) {
	if value >= least && value <= most && c.absent == nil {
		return
	}
	path := c.Name(member)
	switch {
	case slices.Contains(c.absent, path):
		c.null(member)
	case value < least:
		c.add(fmt.Sprintf("Value '%d' at '%s'", value, path), "Member must have value greater than or equal to "+strconv.FormatInt(least, 10))
	case value > most:
		c.add(fmt.Sprintf("Value '%d' at '%s'", value, path), "Member must have value less than or equal to "+strconv.FormatInt(most, 10))
	}
}

func (c *checker) null(member string) {
	c.add("Value null at '"+c.Name(member)+"'", "Member must not be null")
}

// element goes to an element of the list that was entered and tells whether it is there.
func (c *checker) element(i int) bool {
	c.At(i)
	if c.absent != nil && slices.Contains(c.absent, c.Name("")) {
		c.null("")
		return false
	}
	return true
}

// size reports a list or map whose number of elements is below min or above max.
func (c *checker) size(member string, n, min, max int, value any) {
	constraint := lengthAtLeast + strconv.Itoa(min)
	if max >= 0 && n > max {
		constraint = lengthAtMost + strconv.Itoa(max)
	}
	c.add(echo(show(value))+" at '"+c.Name(member)+"'", constraint)
}

func checkStrings[T ~string](c *checker, member string, list []T, r *rule) {
	c.Enter(member)
	for i := range list {
		if !c.element(i) {
			c.Leave()
			return
		}
	}
	c.Leave()
	if slices.ContainsFunc(list, func(s T) bool { return !r.allows(string(s)) }) {
		c.add(echo(show(list))+" at '"+c.Name(member)+"'", "Member must satisfy constraint: ["+strings.Join(r.all(), ", ")+"]")
	}
}

func checkKeys(c *checker, member string, m map[string]string, r *rule) {
	for key := range m {
		if !r.allows(key) {
			c.add(echo(show(m))+" at '"+c.Name(member)+"'", "Map keys must satisfy constraint: ["+strings.Join(r.all(), ", ")+"]")
			return
		}
	}
}

func checkValues(c *checker, member string, m map[string]string, r *rule) {
	for _, value := range m {
		if !r.allows(value) {
			c.add(echo(show(m))+" at '"+c.Name(member)+"'", "Map value must satisfy constraint: ["+strings.Join(r.all(), ", ")+"]")
			return
		}
	}
}

func (c *checker) add(where, constraint string) {
	if len(c.broken) < maxViolations && c.bytes < maxText {
		c.broken = append(c.broken, where+" failed to satisfy constraint: "+constraint)
		c.bytes += len(where) + len(constraint)
	}
}

// message is the text of the exception, or empty if nothing is broken.
func (c *checker) message() string {
	switch n := len(c.broken); {
	case c.instead != "":
		return c.instead
	case n == 0:
		return ""
	case n == 1:
		return "1 validation error detected: " + c.broken[0]
	default:
		return strconv.Itoa(n) + " validation errors detected: " + strings.Join(c.broken, "; ")
	}
}
