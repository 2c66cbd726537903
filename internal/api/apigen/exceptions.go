package main

// exceptions prints the exceptions of the model: their members as of any structure, behind __type.
func (g *generator) exceptions() {
	for _, name := range g.exceptionNames() {
		status := 400
		if g.model.Shapes.byName[name].Fault {
			status = 500
		}
		g.structure(name, "is an exception of the API.")
		g.p("// Error returns the exception's name and message.")
		g.p("func (v *%s) Error() string { return describe(v, v.Message) }\n", name)
		g.p("// ErrorCode returns the name by which clients know the exception.")
		g.p("func (*%s) ErrorCode() string { return %q }\n", name, name)
		g.p("// HTTPStatus returns %d.", status)
		g.p("func (*%s) HTTPStatus() int { return %d }\n", name, status)
		g.p("// AppendJSON appends the exception as the body of a response.")
		g.p("func (v *%s) AppendJSON(dst []byte) []byte {", name)
		g.p("dst = appendType(dst, v)")
		for _, m := range g.sortedMembers(name) {
			if m.wire == "message" {
				g.p("dst = appendMessage(dst, v.Message)")
				continue
			}
			g.encodeMember(m)
		}
		g.p("return append(dst, '}')\n}\n")
	}
}

func (g *generator) exceptionNames() []string {
	return g.structureNames(func(_ string, s shape) bool { return s.Exception })
}
