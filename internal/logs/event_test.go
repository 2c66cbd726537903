package logs

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Published ids of real events (cloudwatch-logs.md §2.1).
func TestEventIDPublished(t *testing.T) {
	for _, c := range []struct {
		text string
		id   EventID
	}{
		{"31953106606966983378809025079804211143289615424298221568", EventID{1432826855000, 1432827365364, 0x665ba04f6ad62181, 0}},
		{"31961209122358285602261756944988674324553373268216709120", EventID{1433190184356, 1433190494190, 0x4a1fe10c572a1011, 0}},
		{"31961209122447488583055879464742346735121166569214640130", EventID{1433190184360, 1433190516679, 0x497154d83ea3af0d, 2}},
		{"0", EventID{}},
	} {
		if got := c.id.String(); got != c.text {
			t.Errorf("String() = %s, want %s", got, c.text)
		}
		if got, err := ParseEventID(c.text); err != nil || got != c.id {
			t.Errorf("ParseEventID(%s) = %+v, %v, want %+v", c.text, got, err, c.id)
		}
	}
}

func drawID(t *rapid.T, name string) EventID {
	return EventID{
		Timestamp: rapid.Int64Min(0).Draw(t, name+"ts"),
		Ingestion: rapid.Int64Min(0).Draw(t, name+"in"),
		Request:   rapid.Uint64().Draw(t, name+"rq"),
		Index:     rapid.Uint16().Draw(t, name+"ix"),
	}
}

func (id EventID) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(id.Timestamp), 144)
	n.Add(n, new(big.Int).Lsh(big.NewInt(id.Ingestion), 80))
	n.Add(n, new(big.Int).Lsh(new(big.Int).SetUint64(id.Request), 16))
	return n.Add(n, big.NewInt(int64(id.Index)))
}

func TestEventIDAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawID(t, "a"), drawID(t, "b")
		if got, want := a.String(), a.big().String(); got != want {
			t.Fatalf("String() = %s, want %s", got, want)
		}
		if back, err := ParseEventID(a.String()); err != nil || back != a {
			t.Fatalf("ParseEventID(String()) = %+v, %v, want %+v", back, err, a)
		}
		if got, want := a.Compare(b), a.big().Cmp(b.big()); got != want {
			t.Fatalf("Compare = %d, want %d", got, want)
		}
	})
}

func TestParseEventIDRefuses(t *testing.T) {
	for _, s := range []string{
		"", "x", "1x", "-1", "+1", " 1", "1.0", MaxEventID(1<<63-1).String() + "0",
		new(big.Int).Lsh(big.NewInt(1), 208).String(), new(big.Int).Lsh(big.NewInt(1), 143).String(),
	} {
		if id, err := ParseEventID(s); err == nil {
			t.Errorf("ParseEventID(%q) = %+v, want an error", s, id)
		}
	}
}

func BenchmarkEventIDAppend(b *testing.B) {
	id := EventID{1432826855000, 1432827365364, 0x665ba04f6ad62181, 7}
	buf := make([]byte, 0, MaxEventIDDigits)
	b.ReportAllocs()
	for b.Loop() {
		buf = id.Append(buf[:0])
	}
}
