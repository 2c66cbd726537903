package leaf

import "math"

// Condition is what holds of the leaf at a path if a message is wanted. It serves to leave out what cannot be wanted, and must
// hold for any leaf with that path that makes a message wanted.
type Condition struct {
	Path string
	// Least and Most bound the numbers, rounded to the nearest float64: others are not wanted.
	Least, Most float64
	// Accepts, if set, refuses values that are not wanted; it is safe for concurrent use and does not keep the value. No leaf
	// at all is not wanted.
	Accepts func(Value) bool
}

// MayAccept tells whether the condition can hold for a value.
func (c *Condition) MayAccept(v Value) bool {
	switch v.Kind {
	case Missing:
		return false
	case Int:
		if !c.Overlaps(float64(int64(v.Word)), float64(int64(v.Word))) {
			return false
		}
	case Float:
		if f := math.Float64frombits(v.Word); !c.Overlaps(f, f) {
			return false
		}
	}
	return c.Accepts == nil || c.Accepts(v)
}

// Overlaps tells whether numbers from least to most can be wanted.
func (c *Condition) Overlaps(least, most float64) bool { return least <= c.Most && c.Least <= most }
