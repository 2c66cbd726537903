// Package catalogtest is what every catalog must do: the conformance suite that each implementation of catalog.Catalog
// runs. It reads only what the interfaces promise.
package catalogtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// Open opens a new, empty catalog. The suite closes it.
type Open func(t *testing.T) catalog.Catalog

// Run runs the suite. Each test has a catalog of its own.
func Run(t *testing.T, open Open) {
	tests := map[string]func(*suite){}
	for _, more := range []map[string]func(*suite){groupTests, tagTests, streamTests, pageTests, dropTests, segmentTests, keyTests, queryDefinitionTests, lookupTableTests, lifeTests} {
		maps.Copy(tests, more)
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			t.Cleanup(func() {
				if err := c.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			tests[name](&suite{T: t, c: c})
		})
	}
}

// suite is one test and its catalog.
type suite struct {
	*testing.T
	c catalog.Catalog
}

var scope = logs.Scope{Account: "000000000000", Region: "us-east-1"}

func (s *suite) ctx() context.Context { return s.Context() }

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) wantErr(what string, got, want error) {
	s.Helper()
	if !errors.Is(got, want) {
		s.Errorf("%s: error %v, want %v", what, got, want)
	}
}

// want compares; nil and empty slices are the same.
func (s *suite) want(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// group creates a group of the scope with a name alone.
func (s *suite) group(name string) catalog.Group {
	s.Helper()
	g, err := s.c.CreateGroup(s.ctx(), catalog.Group{Scope: scope, Name: name, Class: "STANDARD"}, nil)
	s.must(err)
	return g
}

// stream creates a stream whose last event was at the given time; 0 is a stream without events.
func (s *suite) stream(g catalog.Group, name string, lastEvent int64) catalog.Stream {
	s.Helper()
	return s.streams(g, map[string]int64{name: lastEvent})[name]
}

// streams creates streams by name and time of the last event, all at once, as a busy server does.
func (s *suite) streams(g catalog.Group, lastEvent map[string]int64) map[string]catalog.Stream {
	s.Helper()
	var mu sync.Mutex
	var group errgroup.Group
	var updates []catalog.StreamUpdate
	made := map[string]catalog.Stream{}
	for name, last := range lastEvent {
		group.Go(func() error {
			st, err := s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: name, Created: 7})
			mu.Lock()
			defer mu.Unlock()
			if last != 0 {
				st.Stats = catalog.StreamStats{FirstEvent: 1, LastEvent: last, LastIngestion: last + 5, Events: 2, Bytes: 30, Sequence: 4}
				updates = append(updates, catalog.StreamUpdate{ID: st.ID, Stats: st.Stats})
			}
			made[name] = st
			return err
		})
	}
	s.must(group.Wait())
	s.must(s.c.UpdateStreams(s.ctx(), updates))
	return made
}

func names[T any](list []T, name func(T) string) []string {
	all := make([]string, len(list))
	for i := range list {
		all[i] = name(list[i])
	}
	return all
}

func groupName(g catalog.Group) string   { return g.Name }
func streamName(s catalog.Stream) string { return s.Name }
