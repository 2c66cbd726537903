// Package discover finds the fields that Logs Insights knows by what a message looks like (cloudwatch-logs.md §16.2): those of AWS
// Lambda, of VPC flow logs and of Route 53's public query logs. Leaves of JSON messages are not its subject, but for those that
// stand inside of a line of Lambda (Fragment); Route 53's resolver writes JSON, which needs no discovery.
//
//	lambda   START, END and REPORT lines, and the request id of a function's own lines
//	vpcflow  the 14 fields of version 2, separated by one blank
//	route53  the 10 fields of version 1.0, separated by one blank
//
// A message is one of these if all of it is; what looks nearly so has none of the fields. AWS finds 200 fields of an event at
// most, counted from its start; here a field that is asked for is found wherever it stands.
package discover

import (
	"bytes"
	"slices"

	"tailrace/internal/insights/value"
)

// Known tells whether a field may be found by content. A leaf of a JSON message that is called so comes first.
func Known(name string) bool {
	return index(lambdaNames[:], name) >= 0 || index(flowNames[:], name) >= 0 || index(queryNames[:], name) >= 0
}

// Names are all names that Known knows, each once.
func Names() []string {
	all := slices.Concat(lambdaNames[:], flowNames[:], queryNames[:])
	slices.Sort(all)
	return slices.Compact(all)
}

func index(names []string, name string) int {
	for i := range names {
		if names[i] == name {
			return i
		}
	}
	return -1
}

// Reader finds some fields. It belongs to one goroutine.
type Reader struct {
	lambda, flow, query []int // the places, in what Read fills, of the fields of each kind of message; nil: none are wanted
	words               [flowFields][]byte
}

// NewReader returns a reader of the fields of some names.
func NewReader(names []string) *Reader {
	return &Reader{lambda: places(lambdaNames[:], names), flow: places(flowNames[:], names), query: places(queryNames[:], names)}
}

// places says for each field of a kind where it is among those that are wanted, -1 if it is not.
func places(fields, names []string) []int {
	out := make([]int, len(fields))
	wanted := false
	for i := range fields {
		out[i] = index(names, fields[i])
		wanted = wanted || out[i] >= 0
	}
	if !wanted {
		return nil
	}
	return out
}

// Read puts the fields of a message in out, in the order of the names; those that it lacks are null. Values point into the message.
func (r *Reader) Read(message []byte, out []value.Value) {
	clear(out)
	if r.lambda != nil {
		readLambda(message, func(field int, v value.Value) { set(out, r.lambda[field], v) })
	}
	if r.flow != nil && r.split(message, flowFields) && isFlow(r.words[:flowFields]) {
		r.fill(out, r.flow)
	}
	if r.query != nil && r.split(message, queryFields) && isQuery(r.words[:queryFields]) {
		r.fill(out, r.query)
	}
}

func set(out []value.Value, at int, v value.Value) {
	if at >= 0 {
		out[at] = v
	}
}

// fill takes the words of a message; "-" stands for a field that has no value.
func (r *Reader) fill(out []value.Value, places []int) {
	for field, at := range places {
		if word := r.words[field]; at >= 0 && string(word) != "-" {
			out[at] = value.NewText(word)
		}
	}
}

// split takes apart a message of n words, with one blank between two of them.
func (r *Reader) split(message []byte, n int) bool {
	message = bytes.TrimRight(message, "\r\n")
	for i := range n {
		end := bytes.IndexByte(message, ' ')
		if last := i == n-1; last != (end < 0) {
			return false
		}
		if end < 0 {
			end = len(message)
		}
		if end == 0 {
			return false
		}
		r.words[i] = message[:end:end]
		message = message[min(end+1, len(message)):]
	}
	return true
}
