package storagetest

import (
	"context"
	"testing"
	"time"

	"tailrace/internal/storage"
)

// What has expired is gone within the hour, however often the store is opened anew in it.
func TestExpiryOverRestarts(t *testing.T) {
	s := New(t, storage.Options{Manual: true})
	ctx, day := context.Background(), 24*time.Hour
	for i := range 20 {
		if _, err := s.Append("app", "a", event(s.Time.UnixMilli()+int64(i)*time.Hour.Milliseconds(), "x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Engine.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Catalog.SetRetention(ctx, s.Group("app").ID, 1); err != nil {
		t.Fatal(err)
	}
	s.Time = s.Time.Add(day)
	for range 6 {
		s.Time = s.Time.Add(10 * time.Minute)
		if err := s.Reopen(); err != nil {
			t.Fatal(err)
		}
		if err := s.Engine.Reclaim(ctx); err != nil {
			t.Fatal(err)
		}
		if s.Engine.Stats().Rewrites > 1 {
			t.Fatal("one event has expired: one rewrite is enough")
		}
		if s.Engine.Stats().Rewrites == 1 {
			return
		}
	}
	t.Error("an event that expired an hour ago is still there")
}
