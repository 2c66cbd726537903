package main

// service prints the interface of the operations and the answer of those that are not built.
func (g *generator) service() {
	g.p("// Service is the operations of the API, without those that answer with an event stream. A request is valid by the")
	g.p("// model when it arrives, belongs to the operation until it returns, and may alias the request body. An error that is")
	g.p("// an Exception is the answer; any other is a fault. Implementations embed Unimplemented.")
	g.p("type Service interface {")
	for _, op := range g.operations {
		if !g.model.streams(op) {
			g.p("%s", signature(op))
		}
	}
	g.p("}\n")
	g.p("// Unimplemented answers every operation with an *UnknownOperationException that names it.")
	g.p("type Unimplemented struct{}\n")
	g.p("var _ Service = Unimplemented{}\n")
	for _, op := range g.operations {
		if g.model.streams(op) {
			continue
		}
		g.p("// %s answers that the operation is not built.", op.Name)
		if op.Output == nil {
			g.p("func (Unimplemented) %s { return notBuilt(%q) }\n", signature(op), op.Name)
		} else {
			g.p("func (Unimplemented) %s { return nil, notBuilt(%q) }\n", signature(op), op.Name)
		}
	}
}

func signature(op operation) string {
	s := op.Name + "(ctx context.Context, in *" + op.Input.Shape + ") "
	if op.Output == nil {
		return s + "error"
	}
	return s + "(*" + op.Output.Shape + ", error)"
}
