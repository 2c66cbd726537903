package function

import (
	"tailrace/internal/insights/value"
)

// timestamp is the field that bin reads.
const timestamp = "@timestamp"

var datetimeFunctions = []definition{
	{name: "bin", min: 1, max: 2, implicit: timestamp, prepare: prepareBin},
	{name: "datefloor", min: 2, max: 2, prepare: func(c *compiler) (rowFunc, error) { return prepareCut(c, span.floorOf) }},
	{name: "dateceil", min: 2, max: 2, prepare: func(c *compiler) (rowFunc, error) { return prepareCut(c, span.ceilOf) }},
	{name: "fromMillis", min: 1, max: 1, prepare: fixed(func(_ *room, args []value.Value) value.Value {
		if ms, ok := millis(args[0]); ok {
			return value.NewTime(ms)
		}
		return value.Value{}
	})},
	{name: "toMillis", min: 1, max: 1, prepare: fixed(func(_ *room, args []value.Value) value.Value {
		if ms, ok := millis(args[0]); ok {
			return value.NewInt(ms)
		}
		return value.Value{}
	})},
	{name: "now", prepare: constant(func(e Env) int64 { return e.Now / 1000 })},
	{name: "queryStartTime", prepare: constant(func(e Env) int64 { return e.Start })},
	{name: "queryEndTime", prepare: constant(func(e Env) int64 { return e.End })},
	{name: "queryTimeRange", prepare: constant(func(e Env) int64 { return e.End - e.Start })},
	{name: "parseDate", min: 2, max: 3, prepare: prepareParseDate},
	{name: "formatDate", min: 2, max: 3, prepare: prepareFormatDate},
}

func constant(of func(Env) int64) func(*compiler) (rowFunc, error) {
	return func(c *compiler) (rowFunc, error) {
		v := value.NewInt(of(c.env))
		return func(*room, []value.Value) value.Value { return v }, nil
	}
}

// millis returns a time, or a number of milliseconds, without its fraction.
func millis(v value.Value) (int64, bool) {
	n, ok := v.Number()
	if !ok {
		return 0, false
	}
	t := truncated(n, 64)
	return t.Int(), !t.IsNull()
}

// maxTime bounds the times that are cut to periods: the years -9999 to 9999 and more, so that nothing overflows.
const maxTime = 1 << 48

// prepareBin is bin(period[, offset]): @timestamp cut to a period, plus the offset. So stats … by bin(5m) offset 1h shows the
// events of an hour ago where those of now would be (§16.3).
func prepareBin(c *compiler) (rowFunc, error) {
	var spans [2]span
	for i, a := range c.args {
		s, err := newSpan(a.Period, i == 0)
		if err != nil {
			return nil, c.fail(i, "%s", err)
		}
		spans[i] = s
	}
	cut := func(t int64) (result, from, to int64) {
		result, from, to = spans[0].floorOf(t)
		if len(c.args) == 2 {
			result = spans[1].after(result)
		}
		return result, from, to
	}
	last := len(c.args)
	c.columns = cutColumn(last, cut)
	return func(_ *room, args []value.Value) value.Value { return cutRow(args[last], cut) }, nil
}

// cutter cuts a time to a period, and says which times from … to are cut to the same.
type cutter func(t int64) (result, from, to int64)

func prepareCut(c *compiler, how func(span, int64) (result, from, to int64)) (rowFunc, error) {
	s, err := newSpan(c.args[1].Period, true)
	if err != nil {
		return nil, c.fail(1, "%s", err)
	}
	cut := func(t int64) (result, from, to int64) { return how(s, t) }
	c.columns = cutColumn(0, cut)
	return func(_ *room, args []value.Value) value.Value { return cutRow(args[0], cut) }, nil
}

func cutRow(v value.Value, cut cutter) value.Value {
	t, ok := millis(v)
	if !ok || t < -maxTime || t > maxTime {
		return value.Value{}
	}
	result, _, _ := cut(t)
	return value.NewTime(result)
}

// cutColumn computes columns of times, of which neighbours mostly lie in the same period.
func cutColumn(index int, cut cutter) columnFunc {
	return func(dst *value.Vector, args []*value.Vector, n int) bool {
		column := args[index]
		dst.Resize(n, value.Time)
		var result, from int64
		to := int64(-1)
		for i := 0; i < n; i++ {
			if kind := column.Kind[i]; kind != value.Time && kind != value.Int {
				v := cutRow(column.Row(i), cut)
				dst.Kind[i], dst.Word[i] = v.Kind(), uint64(v.Int())
				continue
			}
			t := int64(column.Word[i])
			if t < from || t > to {
				if t < -maxTime || t > maxTime {
					dst.Kind[i] = value.Null
					continue
				}
				result, from, to = cut(t)
			}
			dst.Word[i] = uint64(result)
			kinds, words := column.Kind[:n], column.Word[:n]
			for length := uint64(to - from); i+1 < n && kinds[i+1] == value.Time && words[i+1]-uint64(from) <= length; i++ {
				dst.Word[i+1] = uint64(result)
			}
		}
		return true
	}
}
