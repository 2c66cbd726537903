package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// encoders prints the JSON writer of every structure. Members are in the order of their names, those that are absent are
// left out.
func (g *generator) encoders() {
	for _, name := range g.codecNames() {
		g.p("func (v *%s) appendJSON(dst []byte) []byte {", name)
		g.p("at := len(dst)")
		for _, m := range g.sortedMembers(name) {
			g.encodeMember(m)
		}
		g.p("return wire.CloseObject(dst, at)\n}\n")
	}
}

// codecNames are the structures that are read and written as objects: all but event streams and those that only lead to
// one.
func (g *generator) codecNames() []string {
	return g.structureNames(func(name string, s shape) bool {
		op, response := g.responseOf[name]
		return !s.EventStream && !s.Exception && !(response && g.model.streams(op))
	})
}

func (g *generator) sortedMembers(structure string) []member {
	return slices.SortedFunc(slices.Values(g.members(structure)), func(a, b member) int { return cmp.Compare(a.wire, b.wire) })
}

// encodeMember prints the writing of one member of v, comma and name first.
func (g *generator) encodeMember(m member) {
	field := "v." + m.field
	name := strconv.Quote("," + strconv.Quote(m.wire) + ":")
	value := field
	switch {
	case m.kind == "structure" || m.kind == "list" || m.kind == "map" || m.kind == "blob":
		g.p("if %s != nil {", field)
	case !m.plain:
		g.p("if %s.Set {", field)
		value += ".Value"
	default:
		g.p("{")
	}
	g.p("dst = append(dst, %s...)", name)
	g.encodeValue(m.shape, m.kind, value, 0)
	g.p("}")
}

// encodeValue prints the writing of a value; depth keeps the names of nested loops apart.
func (g *generator) encodeValue(shape, kind, value string, depth int) {
	s := g.model.Shapes.byName[shape]
	i := fmt.Sprintf("i%d", depth)
	switch kind {
	case "structure":
		g.p("dst = %s.appendJSON(dst)", value)
	case "list":
		g.p("dst = append(dst, '[')")
		g.p("for %s := range %s {", i, value)
		g.p("if %s > 0 { dst = append(dst, ',') }", i)
		g.encodeValue(s.Member.Shape, g.kind(s.Member.Shape), value+"["+i+"]", depth+1)
		g.p("}\ndst = append(dst, ']')")
	case "map":
		g.p("{\nat := len(dst)")
		g.p("for _, k := range slices.Sorted(maps.Keys(%s)) {", value)
		g.p("dst = append(wire.AppendString(append(dst, ','), k), ':')")
		g.p("e := %s[k]", value)
		g.encodeValue(s.Value.Shape, g.kind(s.Value.Shape), "e", depth+1)
		g.p("}\ndst = wire.CloseObject(dst, at)\n}")
	case "integer":
		g.p("dst = wire.AppendInt(dst, int64(%s))", value)
	default:
		g.p("dst = wire.%s(dst, %s)", map[string]string{
			"string": "AppendString", "bytes": "AppendString", "long": "AppendInt", "double": "AppendDouble",
			"boolean": "AppendBool", "blob": "AppendBase64",
		}[kind], g.asString(shape, kind, value))
	}
}

// asString converts an enumeration to the string that it is.
func (g *generator) asString(shape, kind, value string) string {
	if kind == "string" && len(g.model.Shapes.byName[shape].Enum) > 0 {
		return "string(" + value + ")"
	}
	return value
}

func (g *generator) kind(shape string) string { return g.model.Shapes.byName[shape].Type }
