// Package api is the CloudWatch Logs API (Logs_20140328) in Go: the shapes of its model, their JSON, what the model
// demands of them, the exceptions, the table of operations, the Service interface that answers them, and a Client. Most
// of it (the files z_*.go) is generated from model/logs-2014-03-28.json by apigen.
//
// # Shapes
//
// Names are the model's with a capital first letter, and ID for Id. A required scalar is a plain field, an optional one an
// Opt; structures are pointers, lists and maps nil when absent. Four members are []byte instead of string: the messages
// of InputLogEvent (it aliases the request body), OutputLogEvent and FilteredLogEvent, and FilteredLogEvent.EventID; the
// members of the two output events are always present and plain, so that a page of 10,000 costs its slice and no more.
// A list that a response must show even when it is empty is non-nil.
//
// # Operations
//
// Operations leads from a name to the function that decodes the body, validates it, calls the Service and encodes the
// answer. A body that is not JSON or has a wrong type gives a *SerializationException, a broken constraint an
// *InvalidParameterException or, for operations that AWS added since 2023, a *ValidationException, with Amazon's words
// (cloudwatch-logs.md §1.3).
//
// The two operations that answer with an event stream, StartLiveTail and GetLogObject, stand in the table and in no
// interface: they answer UnknownOperationException.
package api

//go:generate go run ./apigen
