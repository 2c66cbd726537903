package value

import "math"

// ApplyAll fills dst with a op b, row by row, for n rows. A constant on both sides gives a constant.
func (op Arithmetic) ApplyAll(dst, a, b *Vector, n int) {
	if constants(dst, &n, a, b) {
		dst.Append(op.Apply(a.Row(0), b.Row(0)))
		return
	}
	dst.Resize(n, Null)
	stepA, stepB := a.Step(), b.Step()
	for i := range n {
		at, bt := i*stepA, i*stepB
		kindA, kindB := a.Kind[at], b.Kind[bt]
		if isInt(kindA) && isInt(kindB) {
			if result, ok := op.integers(int64(a.Word[at]), int64(b.Word[bt])); ok {
				dst.Kind[i], dst.Word[i] = Int, uint64(result)
				continue
			}
		}
		if kindA == Null || kindB == Null {
			continue
		}
		result := op.Apply(a.Row(i), b.Row(i))
		dst.Kind[i], dst.Word[i] = result.kind, result.word
	}
}

// constants tells whether all arguments are, and then makes dst an empty constant.
func constants(dst *Vector, n *int, args ...*Vector) bool {
	for _, arg := range args {
		if !arg.Const {
			return false
		}
	}
	*n = 1
	dst.Reset()
	dst.Const = true
	return true
}

func isInt(kind Kind) bool { return kind == Int || kind == Time || kind == Bool }

func isReal(kind Kind) bool { return kind == Float || kind == Computed }

// CompareAll fills dst with whether a op b holds, row by row, for n rows.
func CompareAll(dst *Vector, op Op, a, b *Vector, n int) {
	if constants(dst, &n, a, b) {
		dst.Append(NewBool(Compare(op, a.Row(0), b.Row(0))))
		return
	}
	if a.Const {
		op, a, b = op.Mirrored(), b, a
	}
	if b.Const && len(a.Dict) <= n/2 {
		compareShared(dst, op, a, b.Row(0), n)
		return
	}
	dst.Resize(n, Bool)
	step := b.Step()
	for i := range n {
		dst.Word[i] = NewBool(compareRows(op, a, b, i, i*step)).word
	}
}

func compareRows(op Op, a, b *Vector, at, bt int) bool {
	kindA, kindB := a.Kind[at], b.Kind[bt]
	switch {
	case kindA == Null || kindB == Null:
		return false
	case isInt(kindA) && isInt(kindB):
		return op.Holds(order(int64(a.Word[at]), int64(b.Word[bt])))
	case isReal(kindA) && isReal(kindB):
		return op.Holds(order(math.Float64frombits(a.Word[at]), math.Float64frombits(b.Word[bt])))
	}
	return Compare(op, a.Row(at), b.Row(bt))
}

func order[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareShared compares each entry of the dictionary once.
func compareShared(dst *Vector, op Op, a *Vector, b Value, n int) {
	dst.Resize(n, Bool)
	holds := make([]uint64, len(a.Dict))
	for i, text := range a.Dict {
		holds[i] = NewBool(Compare(op, NewText(text), b)).word
	}
	constant := Constant(b)
	for i := range n {
		switch a.Kind[i] {
		case Null, Map, List:
			dst.Word[i] = 0
		case Text:
			dst.Word[i] = holds[a.Word[i]]
		default:
			dst.Word[i] = NewBool(compareRows(op, a, constant, i, 0)).word
		}
	}
}

// Not fills dst with whether the rows of a do not hold as conditions.
func Not(dst, a *Vector, n int) {
	logical(dst, a, nil, n, func(x, _ bool) bool { return !x })
}

// And fills dst with whether both rows hold as conditions.
func And(dst, a, b *Vector, n int) {
	logical(dst, a, b, n, func(x, y bool) bool { return x && y })
}

// Or fills dst with whether one of the rows holds as a condition.
func Or(dst, a, b *Vector, n int) {
	logical(dst, a, b, n, func(x, y bool) bool { return x || y })
}

func logical(dst, a, b *Vector, n int, of func(x, y bool) bool) {
	if b == nil {
		b = a
	}
	if constants(dst, &n, a, b) {
		dst.Append(NewBool(of(a.Row(0).Truth(), b.Row(0).Truth())))
		return
	}
	dst.Resize(n, Bool)
	for i := range n {
		dst.Word[i] = NewBool(of(a.holds(i), b.holds(i))).word
	}
}

func (v *Vector) holds(i int) bool {
	at := i * v.Step()
	if v.Kind[at] == Bool {
		return v.Word[at] != 0
	}
	return v.Row(i).Truth()
}
