package function

import "tailrace/internal/insights/value"

// These functions see maps and lists, of other functions or in a text.
var jsonFunctions = []definition{
	// jsonParse is null for what is no map and no list: so is a scalar of JSON.
	{name: "jsonParse", min: 1, max: 1, nulls: true, prepare: fixed(func(r *room, args []value.Value) value.Value { return r.parsed(args[0]) })},
	{name: "jsonStringify", min: 1, max: 1, nulls: true, prepare: fixed(jsonStringify)},
	{name: "jsonArraySize", min: 1, max: 1, nulls: true, prepare: fixed(func(r *room, args []value.Value) value.Value {
		list := r.parsed(args[0])
		if list.Kind() != value.List {
			return value.Value{}
		}
		return value.NewInt(int64(list.Size()))
	})},
	{name: "jsonArrayContains", min: 2, max: 2, nulls: true, prepare: fixed(jsonArrayContains)},
}

// parsed returns the map or list that v is, or that its text is.
func (r *room) parsed(v value.Value) value.Value {
	switch v.Kind() {
	case value.Map, value.List:
		return v
	case value.Text:
		parsed, _ := value.ParseJSON(v.Bytes())
		return parsed
	}
	return value.Value{}
}

func jsonStringify(r *room, args []value.Value) value.Value {
	if kind := args[0].Kind(); kind != value.Map && kind != value.List {
		return value.Value{}
	}
	from := len(r.bytes)
	r.bytes = args[0].AppendJSON(r.bytes)
	return r.since(from)
}

// jsonArrayContains tells whether an element is equal to a value, as = has it.
func jsonArrayContains(r *room, args []value.Value) value.Value {
	list := r.parsed(args[0])
	if list.Kind() != value.List || !args[1].IsScalar() {
		return value.Value{}
	}
	found := false
	r.bytes = list.Each(r.bytes, func(element value.Value) bool {
		found = value.Compare(value.Equal, element, args[1])
		return !found
	})
	return value.NewBool(found)
}

// Step leads into a map or list: to a member by its name, or to an element by its index.
type Step struct {
	Key     string
	Index   int
	IsIndex bool
}

// Access returns a call of one argument, a map or list: what the path leads to, null if there is nothing.
func Access(path []Step) *Call {
	return &Call{name: "access", nulls: true, row: func(r *room, args []value.Value) value.Value {
		v := args[0]
		for _, step := range path {
			if step.IsIndex {
				v, r.bytes = v.Element(step.Index, r.bytes)
			} else {
				v, r.bytes = v.Member(step.Key, r.bytes)
			}
		}
		return v
	}}
}
