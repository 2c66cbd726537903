package main

import "fmt"

// decoders prints the JSON reader of every structure and exception. Members that the model does not have are skipped;
// required scalars that are not there are told to the decoder, because a plain field cannot show that.
func (g *generator) decoders() {
	for _, name := range append(g.codecNames(), g.exceptionNames()...) {
		g.decoder(name)
	}
}

func (g *generator) decoder(name string) {
	members := g.sortedMembers(name)
	required := map[string]int{}
	for _, m := range members {
		if m.required && m.plain && !m.nilable() {
			required[m.wire] = len(required)
		}
	}
	g.p("func (v *%s) decode(d *wire.Decoder) {", name)
	if len(required) > 0 {
		g.p("var has uint")
	}
	g.p("for d.Open('{'); d.Member(); {")
	if len(members) > 0 {
		g.p("switch string(d.Name()) {")
	}
	for _, m := range members {
		if g.model.Shapes.byName[name].Exception && m.wire == "message" {
			g.p(`case "message", "Message":`)
		} else {
			g.p("case %q:", m.wire)
		}
		g.decodeMember(m)
		if bit, ok := required[m.wire]; ok {
			g.p("has |= 1 << %d", bit)
		}
	}
	if len(members) > 0 {
		g.p("default:\nd.Skip()\n}\n}")
	} else {
		g.p("d.Skip()\n}")
	}
	for _, m := range g.members(name) {
		if bit, ok := required[m.wire]; ok {
			g.p("if has&(1<<%d) == 0 { d.Missing(%q) }", bit, m.wire)
		}
	}
	g.p("}\n")
}

// nilable tells whether the field itself shows that the member is absent.
func (m member) nilable() bool {
	switch m.kind {
	case "structure", "list", "map", "blob", "bytes":
		return true
	}
	return false
}

func (g *generator) decodeMember(m member) {
	field := "v." + m.field
	s := g.model.Shapes.byName[m.shape]
	switch m.kind {
	case "structure":
		g.p("%s = new(%s)", field, m.shape)
		g.p("d.Enter(%q)\n%s.decode(d)\nd.Leave()", m.wire, field)
	case "list":
		g.p("d.Enter(%q)\n%s = %s\nd.Leave()", m.wire, field, g.decodeList(s))
	case "map":
		g.p("d.Enter(%q)\n%s = %s\nd.Leave()", m.wire, field, g.decodeMap(s))
	default:
		value := g.decodeScalar(m.shape, m.kind)
		if !m.plain && m.kind != "bytes" && m.kind != "blob" {
			value = "Some(" + value + ")"
		}
		g.p("%s = %s", field, value)
	}
}

func (g *generator) decodeScalar(shape, kind string) string {
	call := "d." + map[string]string{
		"string": "Text", "bytes": "Bytes", "integer": "Int32", "long": "Int64", "double": "Float64", "boolean": "Bool", "blob": "Base64",
	}[kind] + "()"
	if kind == "string" && len(g.model.Shapes.byName[shape].Enum) > 0 {
		return fmt.Sprintf("%s(%s)", shape, call)
	}
	return call
}

// decodeList is the expression that reads a list: of strings, of structures, or of lists of structures.
func (g *generator) decodeList(s shape) string {
	element := g.model.Shapes.byName[s.Member.Shape]
	switch element.Type {
	case "structure":
		return fmt.Sprintf("decodeList[%s](d)", s.Member.Shape)
	case "string":
		return fmt.Sprintf("decodeStrings[%s](d)", g.typeOf(s.Member.Shape))
	case "list":
		return fmt.Sprintf("decodeLists[%s](d)", element.Member.Shape)
	}
	panic("a list of " + element.Type + " has no reader")
}

// decodeMap is the expression that reads a map: to strings or to integers.
func (g *generator) decodeMap(s shape) string {
	switch kind := g.kind(s.Value.Shape); kind {
	case "string":
		return "decodeMap(d, (*wire.Decoder).Text)"
	case "long":
		return "decodeMap(d, (*wire.Decoder).Int64)"
	default:
		panic("a map to " + kind + " has no reader")
	}
}
