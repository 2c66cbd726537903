package main

// client prints the methods of Client.
func (g *generator) client() {
	for _, op := range g.operations {
		if g.model.streams(op) {
			continue
		}
		g.p("// %s calls the operation of that name.", op.Name)
		if op.Output == nil {
			g.p("func (c *Client) %s { return tell(ctx, c, %q, in) }\n", signature(op), op.Name)
		} else {
			g.p("func (c *Client) %s { return ask[%s](ctx, c, %q, in) }\n", signature(op), op.Output.Shape, op.Name)
		}
	}
	g.p("// newException returns an empty exception of the model, or nil if it has none of that name.")
	g.p("func newException(code string) modelled {\nswitch code {")
	for _, name := range g.exceptionNames() {
		g.p("case %q: return new(%s)", name, name)
	}
	g.p("}\nreturn nil\n}")
}
