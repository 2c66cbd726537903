package cache

import (
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// A cache holds nothing but what was added last under a key, and never more bytes than it may.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 4000
		c, added := New(most), map[Key]int{}
		for i := range rapid.IntRange(1, 200).Draw(t, "steps") {
			key := Key{Segment: rapid.Uint64Range(0, 2).Draw(t, "segment"), Place: rapid.Int64Range(0, 9).Draw(t, "place")}
			if rapid.Bool().Draw(t, "add") {
				size := rapid.IntRange(0, most/3).Draw(t, "size")
				c.Add(key, i, size)
				if size <= most/4 {
					added[key] = i
				}
			} else if got := c.Get(key); got != nil && got != added[key] {
				t.Fatalf("%v is %v, want %v", key, got, added[key])
			}
			if s := c.Stats(); s.Bytes > most || s.Entries != c.recent.Len() {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// What was used last stays.
func TestRecent(t *testing.T) {
	c := New(10 * (overhead + 100))
	for i := range int64(100) {
		c.Add(Key{Place: i}, i, 100)
		if c.Get(Key{Place: 0}) == nil {
			t.Fatalf("lost at %d", i)
		}
	}
	if c.Get(Key{Place: 1}) != nil || c.Get(Key{Place: 99}) == nil {
		t.Error("the oldest is there or the newest is not")
	}
}

func TestConcurrent(t *testing.T) {
	c := New(1 << 14)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range int64(1000) {
				c.Add(Key{Place: i % 50}, i, 100)
				c.Get(Key{Place: i % 70})
			}
		})
	}
	all.Wait()
}

func BenchmarkGet(b *testing.B) {
	c := New(1 << 20)
	c.Add(Key{Place: 1}, new(int), 1)
	b.ReportAllocs()
	for b.Loop() {
		c.Get(Key{Place: 1})
	}
}
