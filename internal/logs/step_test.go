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
