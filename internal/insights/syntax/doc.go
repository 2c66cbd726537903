// Package syntax is the query language of Logs Insights as text and as tree: Parse reads a query (cloudwatch-logs.md §16.1
// to §16.6), String writes the canonical one. It knows no event, no group and no plan; what a command does with events
// belongs to the floors above, in files of the same names as here.
//
// A file per command holds its type, its grammar and its printing. commands.go and functions.go are the tables of what
// there is: names, arguments, one line of description, an example; pages and completion are made from them, and what is
// not in them is refused. Package ppl and package sql below read their languages onto the same tree.
//
// Every node knows the bytes of the query that it came from (Span). Errors count characters, as the API does.
//
// # Promises
//
//   - What is not in the language is an error with a place, never a query that does less. Several are reported at once where
//     reading can go on at the next "|".
//   - Parse(q.String()) is the same tree as q, and prints the same (if the text is not longer than a query may be).
//   - A query of MaxLength characters costs bounded memory and stack.
//
// Decisions where the sources are silent are in docs/adr/0014.
//
// A tree is not safe for concurrent change; nothing here changes one after Parse returned it.
package syntax

//go:generate go run ../guidegen
