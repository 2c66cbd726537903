package function

import (
	"math"

	"tailrace/internal/insights/value"
)

var numericFunctions = []definition{
	{name: "abs", min: 1, max: 1, prepare: ofNumber(abs)},
	{name: "ceil", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return whole(n, math.Ceil) })},
	{name: "floor", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return whole(n, math.Floor) })},
	{name: "greatest", min: 1, max: -1, prepare: fixed(func(_ *room, args []value.Value) value.Value { return extreme(args, 1) })},
	{name: "least", min: 1, max: -1, prepare: fixed(func(_ *room, args []value.Value) value.Value { return extreme(args, -1) })},
	{name: "log", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return value.NewComputed(math.Log(n.Float())) })},
	{name: "sqrt", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return value.NewComputed(math.Sqrt(n.Float())) })},
	{name: "round", min: 1, max: 2, prepare: fixed(round)},
	{name: "haversine", min: 4, max: 4, prepare: fixed(haversine)},
	{name: "toNumber", min: 1, max: 1, prepare: ofNumber(kept)},
	{name: "toInt", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return truncated(n, 32) })},
	{name: "toLong", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return truncated(n, 64) })},
	{name: "toDouble", min: 1, max: 1, prepare: ofNumber(func(n value.Number) value.Value { return value.NewFloat(n.Float()) })},
}

func abs(n value.Number) value.Value {
	if i, ok := n.Int(); ok && i != math.MinInt64 {
		return value.NewInt(max(i, -i))
	}
	return value.NewComputed(math.Abs(n.Float()))
}

func whole(n value.Number, to func(float64) float64) value.Value {
	if i, ok := n.Int(); ok {
		return value.NewInt(i)
	}
	return value.NewComputed(to(n.Float()))
}

// extreme returns the argument that is greatest, or least, as it came; null if one is no number.
func extreme(args []value.Value, sign int) value.Value {
	var out value.Value
	for i, v := range args {
		if _, ok := v.Number(); !ok {
			return value.Value{}
		}
		if c, _ := value.CompareNumbers(v, out); i == 0 || c == sign {
			out = v
		}
	}
	return out
}

// maxPlaces is the number of decimals from which on a float64 has none to round.
const maxPlaces = 15

// round rounds half away from zero, to decimals, or with a negative number of them to tens, hundreds and so on.
func round(_ *room, args []value.Value) value.Value {
	n, ok := args[0].Number()
	if !ok {
		return value.Value{}
	}
	places := int64(0)
	if len(args) == 2 {
		if places, ok = wholeOf(args[1].Number()); !ok {
			return value.Value{}
		}
	}
	if places > maxPlaces || places >= 0 && n.IsInt() {
		return n.Value()
	}
	unit := math.Pow(10, math.Abs(float64(places)))
	if places < 0 {
		if math.IsInf(unit, 0) {
			return value.NewInt(0)
		}
		return value.FloatNumber(math.Round(n.Float()/unit) * unit).Value()
	}
	scaled := n.Float() * unit
	if math.IsInf(scaled, 0) {
		return n.Value()
	}
	return value.NewComputed(math.Round(scaled) / unit)
}

func wholeOf(n value.Number, ok bool) (int64, bool) {
	if !ok {
		return 0, false
	}
	return n.Int()
}

// earthRadius is the mean radius of the Earth in kilometres (IUGG).
const earthRadius = 6371.0088

// haversine is the distance in kilometres between two places, of which latitude and longitude are given in degrees.
func haversine(_ *room, args []value.Value) value.Value {
	var rad [4]float64
	for i, v := range args {
		n, ok := v.Number()
		if !ok {
			return value.Value{}
		}
		rad[i] = n.Float() * math.Pi / 180
	}
	half := func(a, b float64) float64 { s := math.Sin((b - a) / 2); return s * s }
	h := half(rad[0], rad[2]) + math.Cos(rad[0])*math.Cos(rad[2])*half(rad[1], rad[3])
	return value.NewComputed(2 * earthRadius * math.Asin(math.Sqrt(min(h, 1))))
}

// kept is a number with all its digits: nothing is computed.
func kept(n value.Number) value.Value {
	if n.IsInt() {
		return n.Value()
	}
	return value.NewFloat(n.Float())
}

// truncated cuts the fraction off; null if what is left has no room.
func truncated(n value.Number, bits int) value.Value {
	i, ok := n.Int()
	if !ok {
		i, ok = value.FloatNumber(math.Trunc(n.Float())).Int()
	}
	if !ok || bits == 32 && i != int64(int32(i)) {
		return value.Value{}
	}
	return value.NewInt(i)
}
