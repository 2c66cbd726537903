package exec

import "tailrace/internal/insights/plan"

// dedup keeps the first row of each combination of values. A null is equal to nothing.
func (r *run) dedup(t *rows, op *plan.Dedup) error {
	seen := map[string]struct{}{}
	var chosen []int32
	var key []byte
rows:
	for i := range t.n {
		key = key[:0]
		for _, column := range op.Columns {
			v := t.get(column.Index).Row(i)
			if v.IsNull() {
				chosen = append(chosen, int32(i))
				continue rows
			}
			key = appendKey(key, v)
		}
		if _, ok := seen[string(key)]; ok {
			continue
		}
		if err := r.memory.take(int64(len(key)) + cellBytes); err != nil {
			return err
		}
		seen[string(key)] = struct{}{}
		chosen = append(chosen, int32(i))
	}
	t.keep(chosen)
	return nil
}
