package main

import "slices"

// table prints the operations by name.
func (g *generator) table() {
	g.p("// Operations is the API: every operation by its name. It is not to be changed.")
	g.p("var Operations = map[string]Operation{")
	for _, op := range g.operations {
		switch {
		case g.model.streams(op):
			g.p("%q: {%q, streams(%q)},", op.Name, op.Name, op.Name)
		case op.Output == nil:
			g.p("%q: {%q, acts(Service.%s, %s)},", op.Name, op.Name, op.Name, invalid(op))
		default:
			g.p("%q: {%q, answers(Service.%s, %s)},", op.Name, op.Name, op.Name, invalid(op))
		}
	}
	g.p("}")
}

// invalid names the function that makes the exception for a broken constraint.
func invalid(op operation) string {
	if !classic[op.Name] && slices.Contains(op.Errors, reference{"ValidationException"}) {
		return "invalidValue"
	}
	return "invalidParameter"
}
