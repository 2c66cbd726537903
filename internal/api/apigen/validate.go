package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// validators prints what checks a request: a rule for every string shape that has constraints, and a method for every
// structure that a request leads to. Constraints are checked in the order of the model.
func (g *generator) validators() {
	for _, name := range g.model.Shapes.sorted() {
		if g.inputs[name] && g.hasRule(name) {
			g.rule(name)
		}
	}
	for _, name := range g.structureNames(func(name string, _ shape) bool { return g.inputs[name] }) {
		if _, request := g.requestOf[name]; !request {
			g.checkShowable(name)
		}
		if !g.constrained(name) {
			continue
		}
		g.p("func (v *%s) validate(c *checker) {", name)
		for _, m := range g.members(name) {
			g.validateMember(m)
		}
		g.p("}\n")
	}
}

// constrained tells whether a value of the shape can break a constraint.
func (g *generator) constrained(shape string) bool {
	_, request := g.requestOf[shape]
	for name := range g.model.reach(shape) {
		s := g.model.Shapes.byName[name]
		if request || s.Min != nil || s.Max != nil || len(s.Required) > 0 || g.hasRule(name) {
			return true
		}
	}
	return false
}

// hasRule tells whether the shape is a string with constraints.
func (g *generator) hasRule(name string) bool {
	s := g.model.Shapes.byName[name]
	return s.Type == "string" && (s.Min != nil || s.Max != nil || len(s.Enum) > 0 || s.Pattern != "" && !patternsNotEnforced[name])
}

func (g *generator) rule(name string) {
	s := g.model.Shapes.byName[name]
	fields := []string{"max: " + bound(s.Max, "-1")}
	if s.Min != nil {
		fields = append(fields, "min: "+bound(s.Min, ""))
	}
	if len(s.Enum) > 0 {
		values := s.Enum
		if order := enumOrder[name]; order != nil {
			values = order
		}
		fields = append(fields, fmt.Sprintf("enum: %#v", values))
	}
	if s.Pattern != "" && !patternsNotEnforced[name] {
		fields = append(fields, "pattern: "+pattern(s.Pattern))
	}
	g.p("var rule%s = rule{%s}\n", name, strings.Join(fields, ", "))
}

func bound(n *int64, none string) string {
	if n == nil {
		return none
	}
	return strconv.FormatInt(*n, 10)
}

// oneClass is a pattern that is one class of characters, repeated: it needs no regular expression for ASCII.
var oneClass = regexp.MustCompile(`^\^?\(?(\[[^\]]*\])[*+]\)?\$?$`)

// pattern is the Go expression of a pattern: its text, and the ASCII characters that it allows if that is all there is
// to it. An empty string has to pass it too, or the shape has to have a minimum length.
func pattern(text string) string {
	expr := text
	if other, ok := goPatterns[text]; ok {
		expr = other
	}
	regexp.MustCompile(expr)
	fields := []string{"text: " + quote(text), "expr: " + quote(expr)}
	if m := oneClass.FindStringSubmatch(expr); m != nil {
		class := regexp.MustCompile("^" + m[1] + "$")
		var ascii [2]uint64
		for c := range 128 {
			if class.MatchString(string(rune(c))) {
				ascii[c/64] |= 1 << (c % 64)
			}
		}
		fields = append(fields, fmt.Sprintf("ascii: [2]uint64{%#x, %#x}", ascii[0], ascii[1]))
	}
	return "&pattern{" + strings.Join(fields, ", ") + "}"
}

func quote(s string) string {
	if strings.ContainsRune(s, '`') {
		return strconv.Quote(s)
	}
	return "`" + s + "`"
}

func (g *generator) validateMember(m member) {
	s := g.model.Shapes.byName[m.shape]
	field := "v." + m.field
	if m.nilable() {
		g.validateNilable(m, s, field)
		return
	}
	check := ""
	switch {
	case g.hasRule(m.shape):
		check = fmt.Sprintf("c.text(%q, %s, &rule%s)", m.wire, g.asString(m.shape, m.kind, value(m)), m.shape)
	case s.Type != "string" && (s.Min != nil || s.Max != nil):
		check = fmt.Sprintf("c.number(%q, int64(%s), %s, %s)", m.wire, value(m), bound(s.Min, "math.MinInt64"), bound(s.Max, "math.MaxInt64"))
	}
	switch {
	case !m.plain && check != "":
		g.p("if %s.Set { %s }", field, check)
	case check != "":
		g.p("%s", check)
	case m.required:
		g.p("c.present(%q)", m.wire)
	}
}

func value(m member) string {
	if m.plain {
		return "v." + m.field
	}
	return "v." + m.field + ".Value"
}

// validateNilable prints the check of a member that is nil when it is absent.
func (g *generator) validateNilable(m member, s shape, field string) {
	if m.required {
		g.p("if %s == nil { c.null(%q) }", field, m.wire)
	}
	switch m.kind {
	case "bytes":
		if g.hasRule(m.shape) {
			g.p("if %s != nil { c.blob(%q, %s, &rule%s) }", field, m.wire, field, m.shape)
		}
	case "structure":
		if g.constrained(m.shape) {
			g.p("if %s != nil { c.Enter(%q); %s.validate(c); c.Leave() }", field, m.wire, field)
		}
	case "list", "map":
		g.validateSize(m, s, field)
		g.validateElements(m, s, field)
	}
}

func (g *generator) validateSize(m member, s shape, field string) {
	var outside []string
	if s.Min != nil && *s.Min > 0 {
		outside = append(outside, fmt.Sprintf("len(%s) < %d", field, *s.Min))
	}
	if s.Max != nil {
		outside = append(outside, fmt.Sprintf("len(%s) > %d", field, *s.Max))
	}
	if len(outside) > 0 {
		g.p("if %s != nil && (%s) { c.size(%q, len(%s), %s, %s, %s) }", field, strings.Join(outside, " || "),
			m.wire, field, bound(s.Min, "0"), bound(s.Max, "-1"), field)
	}
}

func (g *generator) validateElements(m member, s shape, field string) {
	switch {
	case s.Type == "map":
		if g.hasRule(s.Key.Shape) {
			g.p("checkKeys(c, %q, %s, &rule%s)", m.wire, field, s.Key.Shape)
		}
		if g.hasRule(s.Value.Shape) {
			g.p("checkValues(c, %q, %s, &rule%s)", m.wire, field, s.Value.Shape)
		}
	case g.kind(s.Member.Shape) == "structure":
		if g.constrained(s.Member.Shape) {
			g.p("c.Enter(%q)\nfor i := range %s { if c.element(i) { %s[i].validate(c) } }\nc.Leave()", m.wire, field, field)
		}
	case g.hasRule(s.Member.Shape):
		g.p("checkStrings(c, %q, %s, &rule%s)", m.wire, field, s.Member.Shape)
	}
}

// checkShowable holds that the names of the members can be told from those of the fields, as the printing of a list in a
// message does.
func (g *generator) checkShowable(structure string) {
	for _, m := range g.members(structure) {
		back := strings.ReplaceAll(m.field, "ID", "Id")
		if strings.ToLower(back[:1])+back[1:] != m.wire {
			panic("the member " + m.wire + " of " + structure + " cannot be told from its field " + m.field)
		}
	}
}
