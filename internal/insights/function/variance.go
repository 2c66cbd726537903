package function

import (
	"math"

	"tailrace/internal/insights/value"
)

// variance is the mean of the squared distances from the mean, stddev its root: those of the population. Moments are updated
// as Welford does (1962) and merged as Chan, Golub and LeVeque do (1979).
type variance struct {
	root    bool
	moments []moment
}

type moment struct{ count, mean, squares float64 }

func (v *variance) Grow(groups int) { v.moments = grow(v.moments, groups) }

func (v *variance) Add(groups []uint32, columns []*value.Vector, n int) {
	eachNumber(groups, columns[0], n, func(group uint32, number value.Number) {
		m, f := &v.moments[group], number.Float()
		m.count++
		distance := f - m.mean
		m.mean += distance / m.count
		m.squares += distance * (f - m.mean)
	})
}

func (v *variance) Merge(from Aggregate, to []uint32) {
	for i, other := range from.(*variance).moments {
		if other.count == 0 {
			continue
		}
		m := &v.moments[target(to, i)]
		count, distance := m.count+other.count, other.mean-m.mean
		m.mean += distance * other.count / count
		m.squares += other.squares + distance*distance*m.count*other.count/count
		m.count = count
	}
}

func (v *variance) Result(group int) value.Value {
	m := v.moments[group]
	if m.count == 0 {
		return value.Value{}
	}
	result := max(m.squares/m.count, 0)
	if v.root {
		result = math.Sqrt(result)
	}
	return value.NewComputed(result)
}

func (v *variance) Size() int { return 24 * cap(v.moments) }
