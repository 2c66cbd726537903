package main

import (
	"fmt"
	"strings"
)

func (g *generator) enums() {
	for _, name := range g.model.Shapes.sorted() {
		s := g.model.Shapes.byName[name]
		if len(s.Enum) == 0 {
			continue
		}
		g.p("// %s is an enumeration of the API; a value that is none of its constants can only come from another server.", name)
		g.p("type %s string", name)
		g.p("\n// The values of %s.\nconst (", name)
		for _, value := range s.Enum {
			g.p("%s %s = %q", constName(name, value), name, value)
		}
		g.p(")\n")
	}
}

func (g *generator) requests() {
	for _, op := range g.operations {
		g.structure(op.Input.Shape, fmt.Sprintf("is the request of %s.", op.Name))
	}
}

func (g *generator) responses() {
	for _, op := range g.operations {
		if op.Output != nil && !g.model.streams(op) {
			g.structure(op.Output.Shape, fmt.Sprintf("is the response of %s.", op.Name))
		}
	}
}

func (g *generator) structures() {
	for _, name := range g.nested() {
		g.structure(name, "is a structure of the API.")
	}
}

// nested are the structures that are members of others.
func (g *generator) nested() []string {
	return g.structureNames(func(name string, s shape) bool {
		_, request := g.requestOf[name]
		_, response := g.responseOf[name]
		return !request && !response && !s.Exception && !s.EventStream
	})
}

func (g *generator) structure(name, is string) {
	g.p("// %s %s", name, is)
	g.p("type %s struct {", name)
	for _, m := range g.members(name) {
		g.p("%s %s%s", m.field, m.typ, g.remark(m))
	}
	g.p("}\n")
}

// remark is the comment behind a field: what the model demands of the member.
func (g *generator) remark(m member) string {
	s := g.model.Shapes.byName[m.shape]
	var parts []string
	if m.required {
		parts = append(parts, "required")
	}
	unit := map[string]string{"string": " characters", "bytes": " characters", "list": " elements", "map": " entries"}[m.kind]
	switch {
	case s.Min != nil && s.Max != nil && *s.Min == *s.Max:
		parts = append(parts, fmt.Sprintf("%d%s", *s.Min, unit))
	case s.Min != nil && s.Max != nil:
		parts = append(parts, fmt.Sprintf("%d to %d%s", *s.Min, *s.Max, unit))
	case s.Min != nil:
		parts = append(parts, fmt.Sprintf("at least %d%s", *s.Min, unit))
	case s.Max != nil:
		parts = append(parts, fmt.Sprintf("at most %d%s", *s.Max, unit))
	}
	if m.kind == "bytes" && g.inputs[m.shape] && m.required {
		parts = append(parts, "aliases the request body")
	}
	if len(parts) == 0 {
		return ""
	}
	return " // " + strings.Join(parts, "; ")
}
