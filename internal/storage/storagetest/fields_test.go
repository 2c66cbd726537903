package storagetest

import (
	"fmt"
	"math"
	"strings"

	"pgregory.net/rapid"

	"tailrace/internal/leaf"
	"tailrace/internal/storage"
)

var fieldPaths = []string{"n", "s", "a.b", "i", "nowhere", "deep.0.k"}

// drawMessage draws a message that is unlike all others: text, JSON, or nearly that.
func (h *history) drawMessage(t *rapid.T) []byte {
	h.n++
	text := fmt.Sprintf("%s %d", strings.Repeat("x", h.n%7), h.n)
	switch rapid.IntRange(0, 5).Draw(t, "form") {
	case 0, 1:
		return []byte(text)
	case 2:
		return fmt.Appendf(nil, `%s{"n":%d,"s":"no JSON"`, text, h.n%5)
	case 3:
		return fmt.Appendf(nil, `{"n":"%d","n":%d,"s":null,"a.b":%d.5,"a":{"b":%d},"i":%d,"m":%q}`, h.n%4, h.n%5, h.n%3, h.n%7, h.n%4, text)
	}
	return fmt.Appendf(nil, ` {"n":%d,"s":"\u00e9 %d","a":{"b":[]},"deep":[{"k":%v}],"i":%d.5,"m":%q}`, h.n%6, h.n%3, h.n%2 == 0, h.n%7, text)
}

// drawWhere gives a query a condition on a number, as a match and as what the match needs.
func drawWhere(t *rapid.T, q *storage.Query) {
	path := rapid.SampledFrom(append(fieldPaths, "i", "i")).Draw(t, "where")
	least, most := float64(rapid.IntRange(0, 7).Draw(t, "least")), float64(rapid.IntRange(0, 7).Draw(t, "most"))
	c := leaf.Condition{Path: path, Least: least, Most: most}
	c.Accepts = func(v leaf.Value) bool {
		switch v.Kind {
		case leaf.Int:
			return least <= float64(v.Word) && float64(v.Word) <= most
		case leaf.Float:
			f := math.Float64frombits(v.Word)
			return least <= f && f <= most
		}
		return false
	}
	q.Where = [][]leaf.Condition{{c, {Path: "nowhere"}}}
	q.Loose = rapid.Bool().Draw(t, "loose") // Match and the condition take the same
	q.Match = func(message []byte) bool {
		leaves, _ := leaf.Find([]string{path}).Read(message)
		if len(leaves) == 0 {
			return false
		}
		v, _ := leaves[0].Value(nil)
		return c.Accepts(v)
	}
}
