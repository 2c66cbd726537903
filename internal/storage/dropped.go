package storage

import "tailrace/internal/logs"

// dropped are deleted streams whose events may still lie in segments, by group. A set that a scan holds never loses a
// member: forgetting makes a new set, so that a scan over segments that are being replaced sees no deleted stream again.
// The table's mutex guards it.
type dropped map[logs.GroupID]map[logs.StreamID]struct{}

func (d dropped) has(group logs.GroupID, stream logs.StreamID) bool {
	_, ok := d[group][stream]
	return ok
}

func (d dropped) add(group logs.GroupID, stream logs.StreamID) {
	if d[group] == nil {
		d[group] = map[logs.StreamID]struct{}{}
	}
	d[group][stream] = struct{}{}
}

// forget removes streams none of whose events are left.
func (d dropped) forget(group logs.GroupID, gone map[logs.StreamID]struct{}) {
	left := map[logs.StreamID]struct{}{}
	for id := range d[group] {
		if _, ok := gone[id]; !ok {
			left[id] = struct{}{}
		}
	}
	if len(left) == 0 {
		delete(d, group)
		return
	}
	d[group] = left
}
