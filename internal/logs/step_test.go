package logs

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Neighbours agree with the order: nothing stands between an id and its next, and the way back leads home.
func TestEventIDNeighbours(t *testing.T) {
	edge := rapid.SampledFrom([]uint64{0, 1, 1<<16 - 1, 1<<63 - 1, 1<<64 - 1})
	rapid.Check(t, func(t *rapid.T) {
		id := EventID{int64(edge.Draw(t, "ts") >> 1), int64(edge.Draw(t, "in") >> 1), edge.Draw(t, "rq"), uint16(edge.Draw(t, "ix"))}
		next, ok := id.Next()
		if last := id == MaxEventID(1<<63-1); last == ok {
			t.Fatalf("Next(%+v) = %+v, %v", id, next, ok)
		} else if last {
			return
		}
		if back, ok := next.Previous(); !ok || back != id {
			t.Fatalf("Previous(Next(%+v)) = %+v, %v", id, back, ok)
		}
		between := new(big.Int).Sub(next.big(), id.big())
		if !id.Less(next) || (next.Timestamp == id.Timestamp && next.Ingestion == id.Ingestion && between.Cmp(big.NewInt(1)) != 0) {
			t.Fatalf("Next(%+v) = %+v", id, next)
		}
	})
	if _, ok := (EventID{}).Previous(); ok {
		t.Fatal("the least id has a previous one")
	}
}

// An id lies between those of a range's ends if it is an event of the range behind one bound and in front of the other.
func TestRangeIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) EventID {
			one := func(part string) int64 { return rapid.SampledFrom([]int64{0, 1, 2, 1<<63 - 2}).Draw(t, label+part) }
			top := rapid.SampledFrom([]EventID{{}, MinEventID(1), MaxEventID(1), MaxEventID(1<<63 - 2), MaxEventID(1<<63 - 1)}).Draw(t, label)
			return rapid.SampledFrom([]EventID{{one("ts"), one("in"), uint64(one("rq")), uint16(one("ix"))}, top}).Draw(t, label+"of")
		}
		ends := rapid.SampledFrom([]int64{-1 << 63, -1, 0, 1, 2, 1<<63 - 2, 1<<63 - 1})
		r := TimeRange{ends.Draw(t, "start"), ends.Draw(t, "end")}
		after, before, id := draw("after"), draw("before"), draw("id")
		least, greatest, ok := r.IDs(after, before)
		want := r.Contains(id.Timestamp) && (after.IsZero() || after.Less(id)) && (before.IsZero() || id.Less(before))
		if got := ok && !id.Less(least) && !greatest.Less(id); got != want {
			t.Fatalf("%v behind %v, in front of %v: %v to %v, %v; %v lies in it: %v", r, after, before, least, greatest, ok, id, got)
		}
	})
}
