package syntax

// Anomaly judges the patterns of a pattern command before it: anomaly.
type Anomaly struct{ Span }

// Command implements Stage.
func (*Anomaly) Command() string { return "anomaly" }

func (*Anomaly) print(w *printer) { w.text("anomaly") }
