package exec

import (
	"cmp"
	"slices"

	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/value"
)

// sessionize numbers sessions.
func (r *run) sessionize(t *rows, op *plan.Sessionize) error {
	members, err := r.members(t, op)
	if err != nil {
		return err
	}
	starts := sessions(members, op.Pause)
	numbers := make([]int64, len(starts))
	slices.SortStableFunc(starts, func(a, b sessionStart) int { return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.row, b.row)) })
	for number, start := range starts {
		numbers[start.session] = int64(number + 1)
	}
	out := &value.Vector{}
	out.Resize(t.n, value.Null)
	for _, m := range members {
		out.Kind[m.row], out.Word[m.row] = value.Int, uint64(numbers[m.session])
	}
	t.set(op.Column.Index, out)
	return nil
}

// member is a row that is in a session.
type member struct {
	key     int // which values it has
	time    int64
	row     int
	session int
}

type sessionStart struct {
	time         int64
	row, session int
}

// members are the rows in sessions, by their values, then by time.
func (r *run) members(t *rows, op *plan.Sessionize) ([]member, error) {
	var out []member
	keys := map[string]int{}
	var key []byte
rows:
	for row := range t.n {
		at := t.get(op.Time.Index).Row(row)
		if at.Kind() != value.Time {
			continue
		}
		key = key[:0]
		for _, column := range op.By {
			v := t.get(column.Index).Row(row)
			if v.IsNull() {
				continue rows
			}
			key = appendKey(key, v)
		}
		number, ok := keys[string(key)]
		if !ok {
			number = len(keys)
			keys[string(key)] = number
		}
		if err := r.grow(2*cellBytes + int64(len(key))); err != nil {
			return nil, err
		}
		out = append(out, member{key: number, time: at.Int(), row: row})
	}
	slices.SortFunc(out, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.time, b.time), cmp.Compare(a.row, b.row))
	})
	return out, nil
}

// sessions sets the session of each member and returns where they start.
func sessions(members []member, pause int64) (starts []sessionStart) {
	for i := range members {
		m := &members[i]
		if i == 0 || members[i-1].key != m.key || m.time-members[i-1].time > pause {
			starts = append(starts, sessionStart{m.time, m.row, len(starts)})
		}
		m.session = len(starts) - 1
	}
	return starts
}
