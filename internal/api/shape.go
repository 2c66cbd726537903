package api

// Shape is a structure of the API: a request, a response or a part of one.
type Shape interface{ appendJSON(dst []byte) []byte }

// AppendJSON appends a shape as compact JSON, as it goes over the wire.
func AppendJSON(dst []byte, v Shape) []byte { return v.appendJSON(dst) }
