package function

import "tailrace/internal/insights/value"

// Functions that choose among their arguments see nulls, maps and lists, and pass them on.
var generalFunctions = []definition{
	{name: "ispresent", min: 1, max: 1, nulls: true, prepare: func(c *compiler) (rowFunc, error) {
		c.columns = presentColumn
		return func(_ *room, args []value.Value) value.Value { return value.NewBool(!args[0].IsNull()) }, nil
	}},
	{name: "coalesce", min: 1, max: -1, nulls: true, prepare: fixed(coalesce)},
	{name: "case", min: 2, max: 2*maxCases + 1, nulls: true, prepare: fixed(choose)},
	{name: "if", min: 3, max: 3, nulls: true, prepare: fixed(choose)},
	{name: "isNumeric", min: 1, max: 1, nulls: true, prepare: fixed(func(_ *room, args []value.Value) value.Value {
		_, ok := args[0].Number()
		return value.NewBool(ok)
	})},
	{name: "messageSize", min: 1, max: 1, prepare: ofText(func(_ *room, text []byte) value.Value { return value.NewInt(int64(len(text))) })},
}

// maxCases is how many conditions case has at most.
const maxCases = 10

func presentColumn(dst *value.Vector, args []*value.Vector, n int) bool {
	dst.Resize(n, value.Bool)
	for i, kind := range args[0].Kind[:n] {
		dst.Word[i] = 0
		if kind != value.Null {
			dst.Word[i] = 1
		}
	}
	return true
}

func coalesce(_ *room, args []value.Value) value.Value {
	for _, v := range args {
		if !v.IsNull() {
			return v
		}
	}
	return value.Value{}
}

// choose is case(condition, value, …[, default]), and if, which has one condition.
func choose(_ *room, args []value.Value) value.Value {
	for len(args) > 1 {
		if args[0].Truth() {
			return args[1]
		}
		args = args[2:]
	}
	if len(args) == 1 {
		return args[0]
	}
	return value.Value{}
}
