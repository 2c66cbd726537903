package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tailrace/internal/catalog"
)

var lifeTests = map[string]func(*suite){
	"life/many at once":    lifeMany,
	"life/ended context":   lifeContext,
	"life/closed":          lifeClosed,
	"life/group vanishing": lifeVanishing,
}

// lifeMany: callers at the same time, some of them refused, each read what they wrote; of those who want the same name
// one gets it.
func lifeMany(s *suite) {
	const callers, each = 16, 20
	g := s.group("g")
	var all sync.WaitGroup
	var won [each]int
	var mu sync.Mutex
	for caller := range callers {
		all.Go(func() {
			for i := range each {
				own := fmt.Sprintf("own-%d-%d", caller, i)
				st, err := s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: own})
				if err != nil {
					s.Errorf("create %s: %v", own, err)
				}
				if got, err := s.c.Stream(s.ctx(), g.ID, own); err != nil || got != st {
					s.Errorf("Stream(%s) = %+v, %v, want %+v", own, got, err, st)
				}
				_, err = s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: fmt.Sprint("shared-", i)})
				if err == nil {
					mu.Lock()
					won[i]++
					mu.Unlock()
				} else if !errors.Is(err, catalog.ErrExists) {
					s.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i, n := range won {
		if n != 1 {
			s.Errorf("shared-%d was created %d times", i, n)
		}
	}
	if n := len(s.walk(catalog.StreamQuery{Group: g.ID, Limit: 50})); n != callers*each+each {
		s.Errorf("%d streams, want %d", n, callers*each+each)
	}
}

// lifeContext: a call whose context has ended changes nothing or everything, and says which.
func lifeContext(s *suite) {
	ctx, cancel := context.WithCancel(s.ctx())
	cancel()
	_, err := s.c.CreateGroup(ctx, catalog.Group{Scope: scope, Name: "g"}, nil)
	_, found := s.c.Group(s.ctx(), scope, "g")
	if (err == nil) != (found == nil) {
		s.Errorf("CreateGroup says %v, Group says %v", err, found)
	}
	if _, err := s.c.Group(ctx, scope, "none"); !errors.Is(err, context.Canceled) && !errors.Is(err, catalog.ErrNotFound) {
		s.Errorf("Group: %v", err)
	}
	s.group("after")
}

func lifeClosed(s *suite) {
	g := s.group("g")
	s.must(s.c.Close())
	if _, err := s.c.Group(s.ctx(), scope, "g"); err == nil || errors.Is(err, catalog.ErrNotFound) {
		s.Errorf("Group of a closed catalog: %v", err)
	}
	if err := s.c.SetRetention(s.ctx(), g.ID, 1); err == nil || errors.Is(err, catalog.ErrNotFound) {
		s.Errorf("SetRetention of a closed catalog: %v", err)
	}
	s.must(s.c.Close())
}

// lifeVanishing: of creating a stream and deleting its group at the same time one comes first, and no stream is left in a
// group that is gone.
func lifeVanishing(s *suite) {
	for i := range 20 {
		g := s.group(fmt.Sprint("g", i))
		var both sync.WaitGroup
		both.Go(func() {
			for n := range 20 {
				_, err := s.c.CreateStream(s.ctx(), catalog.Stream{Group: g.ID, Name: fmt.Sprint(n)})
				if err != nil && !errors.Is(err, catalog.ErrNotFound) {
					s.Error(err)
				}
			}
		})
		both.Go(func() {
			if err := s.c.DeleteGroup(s.ctx(), g.ID); err != nil {
				s.Error(err)
			}
		})
		both.Wait()
		if list := s.walk(catalog.StreamQuery{Group: g.ID, Limit: 50}); len(list) != 0 {
			s.Fatalf("%d streams of a deleted group", len(list))
		}
	}
	for n := -1; n != 0; {
		var err error
		n, err = s.c.PurgeStreams(s.ctx(), 100)
		s.must(err)
	}
	s.group("g0")
}
