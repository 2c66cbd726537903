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

// failures collects up to maxErrors errors of one text, one for each place.
type failures struct{ list []failure }

func (f *failures) report(at Span, format string, args ...any) {
	if len(f.list) == maxErrors || slices.ContainsFunc(f.list, func(old failure) bool { return old.Start == at.Start }) {
		return
	}
	f.list = append(f.list, failure{at, fmt.Sprintf(format, args...)})
}

// in gives the errors as they are reported for a text, nil without any.
func (f *failures) in(text string) error {
	if len(f.list) == 0 {
		return nil
	}
	slices.SortStableFunc(f.list, func(a, b failure) int { return a.Start - b.Start })
	out := make(Errors, len(f.list))
	for i, one := range f.list {
		out[i] = &Error{
			Start:   utf8.RuneCountInString(text[:one.Start]),
			End:     utf8.RuneCountInString(text[:one.End]),
			Message: one.message,
		}
	}
	return out
}
