package filterpattern

import "fmt"

// SyntaxError says why a text is no filter pattern. The API's text for all of them is "Invalid filter pattern"
// (cloudwatch-logs.md §7); offset and reason are for people.
type SyntaxError struct {
	Pattern string
	Offset  int // of the byte where reading stopped, 0 to len(Pattern)
	Reason  string
}

// Error names the reason and the place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("filter pattern: %s (at byte %d)", e.Reason, e.Offset)
}
