package segment

import (
	"slices"

	"tailrace/internal/logs"
)

// Cut divides a group's events between two ids, both inclusive: it returns the id from which on (up to which, in reverse) about
// so many bytes of messages have gone by, going by where blocks begin; false if they do not tell.
func (r *Reader) Cut(group logs.GroupID, lo, hi logs.EventID, bytes int64, reverse bool) (logs.EventID, bool) {
	var begun []*blockEntry
	from, to := r.Blocks(group)
	for i := from; i < to; i++ {
		if b := &r.dir.blocks[i]; lo.Less(b.first) && !hi.Less(b.first) {
			begun = append(begun, b)
		}
	}
	slices.SortFunc(begun, func(a, b *blockEntry) int {
		if reverse {
			a, b = b, a
		}
		return a.first.Compare(b.first)
	})
	for i, b := range begun {
		if bytes -= b.bytes; bytes < 0 && (i > 0 || reverse) {
			return b.first, true
		}
	}
	return logs.EventID{}, false
}
