package storage

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tailrace/internal/catalog"
)

// What is remembered of a listing is what the catalog says, however pages of it are asked for and forgotten.
func TestListingModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := make([]catalog.Stream, rapid.IntRange(0, 40).Draw(t, "streams"))
		for i := range all {
			all[i] = catalog.Stream{Name: fmt.Sprintf("s%02d", i), Stats: catalog.StreamStats{LastEvent: int64(i / 3)}}
		}
		c := newListings(rapid.SampledFrom([]int{300, 3000, 1 << 20}).Draw(t, "bytes"))
		for range rapid.IntRange(1, 40).Draw(t, "pages") {
			q := catalog.StreamQuery{Limit: rapid.IntRange(1, 9).Draw(t, "limit"), Order: rapid.SampledFrom([]catalog.StreamOrder{catalog.ByName, catalog.ByLastEvent}).Draw(t, "order")}
			from := rapid.IntRange(0, len(all)).Draw(t, "from")
			if from > 0 {
				q.After = new(placeOf(&all[from-1]))
			}
			page, ahead, changes := c.find(&q)
			if want := all[from:min(len(all), from+q.Limit)]; len(page) > len(want) || !slices.Equal(page, want[:len(page)]) {
				t.Fatalf("page %v, want %v", page, want)
			} else if ahead == 0 && len(page) != len(want) {
				t.Fatalf("end after %v, want %v", page, want)
			}
			if ahead > 0 {
				rest := q
				at := from + len(page)
				rest.Limit = max(ahead, q.Limit-len(page))
				if at > 0 {
					rest.After = new(placeOf(&all[at-1]))
				}
				if rapid.IntRange(0, 9).Draw(t, "change") == 0 {
					c.forget(0)
				}
				c.extend(&rest, all[at:min(len(all), at+rest.Limit)], changes)
			}
			if c.size > c.most {
				t.Fatalf("%d bytes in %d listings, at most %d", c.size, len(c.all), c.most)
			}
		}
	})
}

// A listing of nothing takes memory too: who asks for ever new prefixes does not fill it.
func TestListingsOfNothing(t *testing.T) {
	c := newListings(64 << 10)
	for i := range 10_000 {
		q := catalog.StreamQuery{Limit: 10, Prefix: fmt.Sprintf("%0500d", i)}
		_, _, changes := c.find(&q)
		if c.extend(&q, nil, changes); len(c.all) > 128 {
			t.Fatalf("%d listings with prefixes of 500 bytes in 64 KiB", len(c.all))
		}
	}
	if len(c.all) == 0 {
		t.Error("nothing is remembered")
	}
}
