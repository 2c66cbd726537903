package syntax

// Estimate answers with the bytes that the query before it would read: estimate.
type Estimate struct{ Span }

// Command implements Stage.
func (*Estimate) Command() string { return "estimate" }

func (*Estimate) print(w *printer) { w.text("estimate") }
