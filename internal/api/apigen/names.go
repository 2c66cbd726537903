package main

import (
	"regexp"
	"strings"
	"unicode"
)

var idWord = regexp.MustCompile(`Id(s?)([A-Z]|$)`)

// goName is the exported Go name of a member: logGroupName → LogGroupName, eventId → EventID.
func goName(member string) string {
	upper := strings.ToUpper(member[:1]) + member[1:]
	return idWord.ReplaceAllString(upper, "ID$1$2")
}

// constName is the Go name of an enumeration's value: OrderBy, LogStreamName → OrderByLogStreamName.
func constName(enum, value string) string {
	var b strings.Builder
	b.WriteString(enum)
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.ToUpper(value) == value {
			word = strings.ToLower(word)
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// typeOf is the Go type of a shape as an element of a list or a map, or as a plain member.
func (g *generator) typeOf(name string) string {
	s := g.model.Shapes.byName[name]
	switch s.Type {
	case "structure":
		return name
	case "list":
		return "[]" + g.typeOf(s.Member.Shape)
	case "map":
		return "map[string]" + g.typeOf(s.Value.Shape)
	case "string":
		if len(s.Enum) > 0 {
			return name
		}
		return "string"
	case "integer":
		return "int32"
	case "long":
		return "int64"
	case "double":
		return "float64"
	case "boolean":
		return "bool"
	case "blob":
		return "[]byte"
	}
	panic("shape " + name + " has the unknown type " + s.Type)
}

// member is one member of a structure, as the generated code sees it.
type member struct {
	wire     string // name on the wire
	field    string // name in Go
	shape    string
	kind     string // the shape's type; "bytes" for a string that is kept as []byte
	typ      string // Go type of the field
	plain    bool   // a scalar without Opt
	required bool
}

func (g *generator) members(structure string) []member {
	s := g.model.Shapes.byName[structure]
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	var members []member
	for _, name := range s.Members.names {
		ref := s.Members.byName[name]
		m := member{wire: name, field: goName(name), shape: ref.Shape, required: required[name]}
		m.kind, m.typ = g.model.Shapes.byName[ref.Shape].Type, g.typeOf(ref.Shape)
		m.plain = m.required || alwaysPresent[structure] || s.Exception && name == "message"
		switch {
		case bytesMembers[structure+"."+name]:
			m.kind, m.typ = "bytes", "[]byte"
		case m.kind == "structure":
			m.typ = "*" + m.typ
		case m.kind != "list" && m.kind != "map" && m.kind != "blob" && !m.plain:
			m.typ = "Opt[" + m.typ + "]"
		}
		members = append(members, m)
	}
	return members
}
