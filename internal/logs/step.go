package logs

// Next is the least id after id; false if there is none.
func (id EventID) Next() (EventID, bool) {
	if id.Index++; id.Index != 0 {
		return id, true
	}
	if id.Request++; id.Request != 0 {
		return id, true
	}
	if id.Ingestion < 1<<63-1 {
		id.Ingestion++
		return id, true
	}
	if id.Timestamp == 1<<63-1 {
		return EventID{}, false
	}
	return EventID{Timestamp: id.Timestamp + 1}, true
}

// Previous is the greatest id before id; false if there is none.
func (id EventID) Previous() (EventID, bool) {
	if id.Index--; id.Index != 1<<16-1 {
		return id, true
	}
	if id.Request--; id.Request != 1<<64-1 {
		return id, true
	}
	if id.Ingestion > 0 {
		id.Ingestion--
		return id, true
	}
	if id.Timestamp == 0 {
		return EventID{}, false
	}
	return MaxEventID(id.Timestamp - 1), true
}

// IDs are the least and the greatest id of events in the range that stand behind after and in front of before, where these
// are not zero; false if there are none between.
func (r TimeRange) IDs(after, before EventID) (least, greatest EventID, ok bool) {
	if r.IsEmpty() {
		return EventID{}, EventID{}, false
	}
	least, greatest = MinEventID(r.Start), MaxEventID(r.End-1)
	if !after.IsZero() {
		next, ok := after.Next()
		if !ok {
			return EventID{}, EventID{}, false
		}
		if least.Less(next) {
			least = next
		}
	}
	if !before.IsZero() {
		if previous, _ := before.Previous(); previous.Less(greatest) { // only zero has none
			greatest = previous
		}
	}
	return least, greatest, !greatest.Less(least)
}
