package syntax

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Error is one thing that is wrong with a query, and its place.
type Error struct {
	Start, End int // characters (code points) of the query, from Start up to, not including, End
	Message    string
}

// Error is the message with its place.
func (e *Error) Error() string { return fmt.Sprintf("%s (at character %d)", e.Message, e.Start) }

// Errors are all errors of a query that were found, by place: at least one, at most ten.
type Errors []*Error

// Error joins the messages.
func (e Errors) Error() string {
	messages := make([]string, len(e))
	for i, one := range e {
		messages[i] = one.Error()
	}
	return strings.Join(messages, "; ")
}

// failure is an error before bytes were counted as characters.
type failure struct {
	Span
	message string
}

// Diagnostics collects up to ten errors of one text, one for each place.
type Diagnostics struct{ list []failure }

// Report adds an error at a place.
func (d *Diagnostics) Report(at Span, format string, args ...any) {
	if len(d.list) == maxErrors || slices.ContainsFunc(d.list, func(old failure) bool { return old.Start == at.Start }) {
		return
	}
	d.list = append(d.list, failure{at, fmt.Sprintf(format, args...)})
}

// Err gives the errors as they are reported for a text, an Errors, or nil without any.
func (d *Diagnostics) Err(text string) error {
	if len(d.list) == 0 {
		return nil
	}
	slices.SortStableFunc(d.list, func(a, b failure) int { return a.Start - b.Start })
	out := make(Errors, len(d.list))
	for i, one := range d.list {
		out[i] = &Error{
			Start:   utf8.RuneCountInString(text[:one.Start]),
			End:     utf8.RuneCountInString(text[:one.End]),
			Message: one.message,
		}
	}
	return out
}

// CheckText refuses what is no text, or too long a one, for any of the query languages.
func (d *Diagnostics) CheckText(text string) bool {
	characters := 0
	for i, r := range text {
		if characters++; characters > MaxLength {
			d.Report(Span{i, len(text)}, "the query is longer than %d characters", MaxLength)
			return false
		}
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			d.Report(Span{i, i}, "the query is not UTF-8")
			return false
		}
	}
	return true
}
