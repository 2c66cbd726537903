package function

import (
	"cmp"
	"slices"

	"tailrace/internal/insights/value"
)

// tally counts how often each value is there: values and topk. Values are one if they print alike in full. Maps and lists do
// not count. It is as large as the values are many: who adds looks at Size.
type tally struct {
	pick   func(list []tallied) []tallied
	groups []map[string]*tallied
	bytes  int
	key    []byte
}

type tallied struct {
	v     value.Value
	count int64
}

// tallyBytes is about what an entry takes besides its text.
const tallyBytes = 120

// allValues is what values lists: all, in the natural order.
func allValues(list []tallied) []tallied {
	slices.SortFunc(list, func(a, b tallied) int { return value.OrderExact(a.v, b.v) })
	return list
}

// maxTop bounds k of topk.
const maxTop = 10_000

// prepareTopK lists the k most frequent values, the most frequent first, equally frequent ones in the natural order.
func prepareTopK(name string, args []Arg) (func() Aggregate, error) {
	k, err := literal(name, args, 0, 1, maxTop)
	if err != nil {
		return nil, err
	}
	pick := func(list []tallied) []tallied {
		slices.SortFunc(list, func(a, b tallied) int {
			return cmp.Or(cmp.Compare(b.count, a.count), value.OrderExact(a.v, b.v))
		})
		return list[:min(len(list), int(k))]
	}
	return func() Aggregate { return &tally{pick: pick} }, nil
}

func (t *tally) Grow(groups int) { t.groups = grow(t.groups, groups) }

func (t *tally) Add(groups []uint32, columns []*value.Vector, n int) {
	column := columns[len(columns)-1]
	for i := range n {
		if v := column.Row(i); v.IsScalar() {
			t.add(groupOf(groups, i), v, 1)
		}
	}
}

func (t *tally) add(group uint32, v value.Value, count int64) {
	t.key = v.AppendExact(t.key[:0])
	entry := t.groups[group][string(t.key)]
	if entry == nil {
		if t.groups[group] == nil {
			t.groups[group] = map[string]*tallied{}
		}
		entry = &tallied{v: v.Clone()}
		t.groups[group][string(t.key)] = entry
		t.bytes += tallyBytes + 2*len(t.key)
	}
	if value.OrderExact(v, entry.v) == 0 && v.Kind() < entry.v.Kind() {
		entry.v = v.Clone() // one kind for the result, whatever came first
	}
	entry.count += count
}

func (t *tally) Merge(from Aggregate, to []uint32) {
	for i, entries := range from.(*tally).groups {
		for _, e := range entries {
			t.add(target(to, i), e.v, e.count)
		}
	}
}

// Result is a list, null if there are no values.
func (t *tally) Result(group int) value.Value {
	var list []tallied
	for _, e := range t.groups[group] {
		list = append(list, *e)
	}
	if len(list) == 0 {
		return value.Value{}
	}
	out := []byte{'['}
	for i, e := range t.pick(list) {
		if i > 0 {
			out = append(out, ',')
		}
		out = e.v.AppendJSON(out)
	}
	return value.NewJSON(append(out, ']'))
}

func (t *tally) Size() int { return 8*cap(t.groups) + t.bytes }
