package storagetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// Model is what a store is held against: everything in maps and slices, and every question answered by looking at all.
type Model struct {
	groups map[string]map[string]*modelStream
}

type modelStream struct {
	events []Event
	stats  catalog.StreamStats // without Sequence
}

// NewModel makes an empty model.
func NewModel() *Model { return &Model{groups: map[string]map[string]*modelStream{}} }

// Create adds a stream; one that is there stays.
func (m *Model) Create(group, stream string) {
	if m.groups[group] == nil {
		m.groups[group] = map[string]*modelStream{}
	}
	if m.groups[group][stream] == nil {
		m.groups[group][stream] = &modelStream{}
	}
}

// Append adds events; the first has the id that the store gave, and the others follow.
func (m *Model) Append(group, stream string, first logs.EventID, events ...logs.Event) {
	m.Create(group, stream)
	s := m.groups[group][stream]
	for i, e := range events {
		id := first
		id.Timestamp, id.Index = e.Timestamp, uint16(i)
		s.events = append(s.events, Event{ID: id, Stream: stream, Message: string(e.Message)})
		if s.stats.Events == 0 || e.Timestamp < s.stats.FirstEvent {
			s.stats.FirstEvent = e.Timestamp
		}
		s.stats.LastEvent = max(s.stats.LastEvent, e.Timestamp)
		s.stats.Events++
		s.stats.Bytes += int64(len(e.Message))
	}
	s.stats.LastIngestion = max(s.stats.LastIngestion, first.Ingestion)
}

// DeleteStream and DeleteGroup forget; false if there was nothing.
func (m *Model) DeleteStream(group, stream string) bool {
	_, ok := m.groups[group][stream]
	delete(m.groups[group], stream)
	return ok
}

// DeleteGroup forgets a group.
func (m *Model) DeleteGroup(group string) { delete(m.groups, group) }

// Streams are the names of a group's streams, in order.
func (m *Model) Streams(group string) []string { return slices.Sorted(maps.Keys(m.groups[group])) }

// Stats are a stream's statistics.
func (m *Model) Stats(group, stream string) (catalog.StreamStats, bool) {
	s := m.groups[group][stream]
	if s == nil {
		return catalog.StreamStats{}, false
	}
	return s.stats, true
}

// Scan answers a query; streams replaces Query.Streams by names (nil: all).
func (m *Model) Scan(group string, streams []string, q storage.Query) []Event {
	var all []Event
	for name, s := range m.groups[group] {
		if streams != nil && !slices.Contains(streams, name) || !strings.HasPrefix(name, q.StreamPrefix) {
			continue
		}
		for _, e := range s.events {
			if q.Range.Contains(e.ID.Timestamp) && (q.After.IsZero() || q.After.Less(e.ID)) &&
				(q.Before.IsZero() || e.ID.Less(q.Before)) && (q.Match == nil || q.Match([]byte(e.Message))) {
				if len(q.Fields)+q.Parts.Len() > 0 {
					e.Fields = FieldsOf(q.Fields, q.Parts, e.Message)
				}
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b Event) int { return a.ID.Compare(b.ID) })
	if q.Reverse {
		slices.Reverse(all)
	}
	if q.Limit > 0 && len(all) > q.Limit {
		all = all[:q.Limit]
	}
	return all
}

// List answers a listing, all pages at once.
func (m *Model) List(group string, q catalog.StreamQuery) []string {
	var names []string
	for name := range m.groups[group] {
		if strings.HasPrefix(name, q.Prefix) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		c := cmp.Compare(a, b)
		if q.Order == catalog.ByLastEvent {
			c = cmp.Or(cmp.Compare(m.groups[group][a].stats.LastEvent, m.groups[group][b].stats.LastEvent), c)
		}
		if q.Descending {
			return -c
		}
		return c
	})
	return names
}
