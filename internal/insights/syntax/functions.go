package syntax

import (
	"slices"
	"strings"
)

// Function says what a function or an aggregate is: pages and completion are made from it.
type Function struct {
	Name      string
	Aliases   []string
	Group     Group
	Aggregate bool // stands in stats only
	New       bool // in the guide since 2026 only
	Params    []Param
	Result    Kind
	Doc       string // one line
	Example   string // a query that uses it
}

// Param is an argument of a function.
type Param struct {
	Name     string
	Kind     Kind
	Optional bool
	Repeated bool // any number of times more; the last one only
}

// Kind is what an argument or a result is. Texts that look like numbers are numbers where these are wanted; only periods
// and what is said to be literal must be written as such.
type Kind string

// The kinds.
const (
	KindAny     Kind = "any"
	KindNumber  Kind = "number"
	KindString  Kind = "string"
	KindBoolean Kind = "boolean"
	KindTime    Kind = "timestamp"
	KindPeriod  Kind = "period"  // a Duration
	KindCount   Kind = "count"   // a literal number
	KindPattern Kind = "pattern" // a string that is a regular expression
	KindMap     Kind = "map"
	KindList    Kind = "list"
)

// Group is the heading under which functions are described.
type Group string

// The groups, as the guide has them.
const (
	GroupNumeric   Group = "numeric"
	GroupDatetime  Group = "datetime"
	GroupGeneral   Group = "general"
	GroupJSON      Group = "JSON"
	GroupIP        Group = "IP address"
	GroupString    Group = "string"
	GroupHash      Group = "hash"
	GroupAggregate Group = "aggregate"
)

// Functions are all functions and aggregates, by group. The slice is the caller's.
func Functions() []Function { return slices.Clone(functions) }

// FunctionByName finds a function by its name or alias, in any case of letters.
func FunctionByName(name string) (*Function, bool) {
	i, ok := functionIndex[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	return &functions[i], true
}

var functionIndex = indexNames(functions, func(f Function) (string, []string) { return f.Name, f.Aliases })

func functionNames(yield func(string) bool) {
	for i := range functions {
		if !yield(functions[i].Name) {
			return
		}
	}
}

// Signature is the function with its arguments, for people: round(a [, decimals]).
func (f *Function) Signature() string {
	var out strings.Builder
	out.WriteString(f.Name + "(")
	for i, param := range f.Params {
		separator := ", "
		if i == 0 {
			separator = ""
		}
		switch {
		case param.Optional && separator != "":
			out.WriteString(" [" + separator + param.Name + "]")
		case param.Optional:
			out.WriteString("[" + param.Name + "]")
		default:
			out.WriteString(separator + param.Name)
		}
		if param.Repeated {
			out.WriteString(", ...")
		}
	}
	return out.String() + ")"
}

// args reads "a number, decimals number?, more any*": "?" is optional, "*" repeated and optional.
func args(text string) []Param {
	var params []Param
	for part := range strings.SplitSeq(text, ", ") {
		name, kind, _ := strings.Cut(part, " ")
		bare := strings.TrimRight(kind, "?*")
		params = append(params, Param{name, Kind(bare), bare != kind, strings.HasSuffix(kind, "*")})
	}
	return params
}
