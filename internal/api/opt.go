package api

// Opt is an optional scalar member. The zero value is an absent member, which is not on the wire at all.
type Opt[T any] struct {
	Value T
	Set   bool
}

// Some returns a member that is present with value v.
func Some[T any](v T) Opt[T] { return Opt[T]{Value: v, Set: true} }

// Or returns the member's value, or absent when the member is absent.
func (o Opt[T]) Or(absent T) T {
	if o.Set {
		return o.Value
	}
	return absent
}

// IsSet tells whether the member is present.
func (o Opt[T]) IsSet() bool { return o.Set }
