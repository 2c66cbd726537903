package function

import (
	"fmt"

	"tailrace/internal/insights/value"
)

// Arg is what is known of an argument before there are rows.
type Arg struct {
	Const  bool
	Value  value.Value // of a constant
	Period Period      // of a period; its Value does not count
}

// Env is what functions know of the query, in milliseconds since 1970.
type Env struct {
	Now        int64 // when the query started
	Start, End int64 // its range of time
}

// ArgumentError says what is wrong with an argument.
type ArgumentError struct {
	Function string
	Index    int // of the argument, from 0; -1: their number
	Reason   string
}

func (e *ArgumentError) Error() string {
	if e.Index < 0 {
		return e.Function + ": " + e.Reason
	}
	return fmt.Sprintf("%s: argument %d: %s", e.Function, e.Index+1, e.Reason)
}

// definition is one function.
type definition struct {
	name     string
	min, max int  // arguments; max -1: any number
	nulls    bool // sees nulls, maps and lists; else they make the result null
	// implicit is the field that it reads besides its arguments, as the last column: "" for most.
	implicit string
	prepare  func(c *compiler) (rowFunc, error)
}

// rowFunc computes one row. Texts that it makes stand in the room.
type rowFunc func(r *room, args []value.Value) value.Value

// compiler is what prepare is told.
type compiler struct {
	def  *definition
	args []Arg
	env  Env
	// columns is set by prepare if it has a way to compute whole columns.
	columns columnFunc
}

// columnFunc computes n rows; it returns false for columns that it leaves to the rowFunc.
type columnFunc func(dst *value.Vector, args []*value.Vector, n int) bool

func (c *compiler) fail(index int, format string, a ...any) error {
	return &ArgumentError{Function: c.def.name, Index: index, Reason: fmt.Sprintf(format, a...)}
}

// constText returns an argument that has to be a constant text.
func (c *compiler) constText(index int, what string) (string, error) {
	if a := c.args[index]; a.Const && a.Value.Kind() == value.Text {
		return string(a.Value.Bytes()), nil
	}
	return "", c.fail(index, "%s has to be a text in quotes", what)
}

// Call is a compiled call of a function or operator.
type Call struct {
	name     string
	row      rowFunc
	columns  columnFunc
	nulls    bool
	implicit string
	args     []value.Value // of the current row
	first    []int32       // by place in the dictionary, 1 + the row that has its result
	room     room
}

// Compile prepares a call. The name is as in Signatures. The error is an *ArgumentError, or that there is no such function.
func Compile(name string, args []Arg, env Env) (*Call, error) {
	def := definitions[name]
	if def == nil {
		return nil, fmt.Errorf("no function %q", name)
	}
	if len(args) < def.min || def.max >= 0 && len(args) > def.max {
		return nil, &ArgumentError{Function: name, Index: -1, Reason: fmt.Sprintf("%d arguments, expected %s", len(args), def.arity())}
	}
	c := &compiler{def: def, args: args, env: env}
	row, err := def.prepare(c)
	if err != nil {
		return nil, err
	}
	return &Call{name: name, row: row, columns: c.columns, nulls: def.nulls, implicit: def.implicit}, nil
}

func (d *definition) arity() string {
	switch {
	case d.max < 0:
		return fmt.Sprintf("%d or more", d.min)
	case d.min == d.max:
		return fmt.Sprint(d.min)
	}
	return fmt.Sprintf("%d to %d", d.min, d.max)
}

// Implicit is the field that the call reads besides its arguments, "@timestamp" or "": Eval takes it as one more column.
func (c *Call) Implicit() string { return c.implicit }

// Fork returns a Call for another goroutine.
func (c *Call) Fork() *Call {
	fork := *c
	fork.args, fork.first, fork.room = nil, nil, room{}
	return &fork
}

// Eval fills dst with n rows, or with a constant if all columns are. There is a column for each argument, and one for the
// implicit field; a period's is nil; dst is none of them. Texts of dst may be those of the columns.
func (c *Call) Eval(dst *value.Vector, columns []*value.Vector, n int) {
	dst.Reset()
	varying := -1
	for i, column := range columns {
		if column != nil && !column.Const {
			if varying >= 0 {
				varying = len(columns)
			} else {
				varying = i
			}
		}
	}
	if varying < 0 {
		n = 1
		dst.Const = true
	}
	shares := varying >= 0 && varying < len(columns) && sharesTexts(columns[varying], n)
	if c.columns != nil && varying >= 0 && !shares && c.columns(dst, columns, n) {
		return
	}
	if cap(c.args) < len(columns) {
		c.args = make([]value.Value, len(columns))
	}
	r := &c.room
	r.bytes = dst.Room
	if shares {
		c.evalShared(dst, columns, columns[varying], n, r)
	} else {
		for i := range n {
			dst.Append(c.evalRow(columns, i, r))
		}
	}
	dst.Room, r.bytes = r.bytes, nil
}

// sharesTexts tells whether a column has texts, and fewer than rows.
func sharesTexts(column *value.Vector, n int) bool {
	return len(column.Dict) > 0 && len(column.Dict) <= n/2
}

func (c *Call) evalRow(columns []*value.Vector, i int, r *room) value.Value {
	args := c.args[:len(columns)]
	for j, column := range columns {
		if column == nil {
			continue
		}
		args[j] = column.Row(i)
		if !c.nulls && !args[j].IsScalar() {
			return value.Value{}
		}
	}
	return c.row(r, args)
}

// evalShared computes each entry of the one dictionary when a row first refers to it.
func (c *Call) evalShared(dst *value.Vector, columns []*value.Vector, varying *value.Vector, n int, r *room) {
	if cap(c.first) < len(varying.Dict) {
		c.first = make([]int32, len(varying.Dict))
	}
	first := c.first[:len(varying.Dict)]
	clear(first)
	for i := range n {
		if varying.Kind[i] != value.Text {
			dst.Append(c.evalRow(columns, i, r))
			continue
		}
		place := varying.Word[i]
		if first[place] == 0 {
			first[place] = int32(i + 1)
			dst.Append(c.evalRow(columns, i, r))
			continue
		}
		dst.Repeat(int(first[place] - 1))
	}
}

// Signature is what names a function.
type Signature struct {
	Name     string
	Min, Max int // arguments; Max -1: any number
}

// Signatures returns all scalar functions.
func Signatures() []Signature {
	var out []Signature
	for _, d := range definitions {
		out = append(out, Signature{d.name, d.min, d.max})
	}
	return out
}

// definitions are the functions by name.
var definitions = index(numericFunctions, datetimeFunctions, generalFunctions, jsonFunctions, ipFunctions, stringFunctions, encodingFunctions, hashFunctions)

func index(groups ...[]definition) map[string]*definition {
	out := map[string]*definition{}
	for _, group := range groups {
		for i := range group {
			out[group[i].name] = &group[i]
		}
	}
	return out
}

// room is where the texts of a result stand.
type room struct{ bytes []byte }

// text returns v's text.
func (r *room) text(v value.Value) []byte {
	if v.Kind() == value.Text {
		return v.Bytes()
	}
	from := len(r.bytes)
	r.bytes = v.Append(r.bytes)
	return r.bytes[from:len(r.bytes):len(r.bytes)]
}

// since returns what was appended from a place on as a text.
func (r *room) since(from int) value.Value {
	return value.NewText(r.bytes[from:len(r.bytes):len(r.bytes)])
}

// The shapes that most functions have.

func fixed(f rowFunc) func(*compiler) (rowFunc, error) {
	return func(*compiler) (rowFunc, error) { return f, nil }
}

// ofText is a function of one text.
func ofText(f func(r *room, text []byte) value.Value) func(*compiler) (rowFunc, error) {
	return fixed(func(r *room, args []value.Value) value.Value { return f(r, r.text(args[0])) })
}

// ofNumber is a function of one number.
func ofNumber(f func(n value.Number) value.Value) func(*compiler) (rowFunc, error) {
	return fixed(func(_ *room, args []value.Value) value.Value {
		n, ok := args[0].Number()
		if !ok {
			return value.Value{}
		}
		return f(n)
	})
}
