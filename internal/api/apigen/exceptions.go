package main

// exceptions prints the exceptions of the model: their members as of any structure, behind __type.
func (g *generator) exceptions() {
	for _, name := range g.exceptionNames() {
		status := 400
		if g.model.Shapes.byName[name].Fault {
			status = 500
		}
		says := "is an exception of the API."
		if c, ok := commonExceptions[name]; ok {
			says = c.says
		}
		g.structure(name, says)
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

// addCommon puts the exceptions that are in no model into this one.
func (m *apiModel) addCommon() {
	for name, c := range commonExceptions {
		m.Shapes.names = append(m.Shapes.names, name)
		m.Shapes.byName[name] = shape{
			Type: "structure", Exception: true, Fault: c.fault,
			Members: ordered[reference]{names: []string{"message"}, byName: map[string]reference{"message": {"Message"}}},
		}
	}
}

func (g *generator) exceptionNames() []string {
	return g.structureNames(func(_ string, s shape) bool { return s.Exception })
}
