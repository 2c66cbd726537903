// Package filterpattern is the filter-pattern language of CloudWatch Logs: one implementation for FilterLogEvents,
// TestMetricFilter, metric and subscription filters and live tail. The specification is cloudwatch-logs.md §8; the files
// of testdata show each rule with messages that match and messages that do not. It reads patterns and messages and
// nothing else: quotas of groups, exceptions and pages belong to its callers.
//
// The first non-blank character of a pattern selects its form: "{" asks for properties of a JSON object, "[" for fields
// of a space-delimited line, anything else is a list of terms. A pattern is compiled once by Parse, and is then safe for
// concurrent use; Match does not allocate (regular expressions allocate only what package regexp pools).
//
// What is not in the language is a SyntaxError, never a pattern that matches everything or nothing.
//
// # Decisions
//
// Where the reference is silent, marks a rule as not verified or has sources in conflict, this is what holds here:
//
//   - In quotes, \" is the only escape: every other backslash stands for itself.
//   - A pattern that is one quoted blank, such as " ", matches everything, as "" does; beside other terms a quoted blank is
//     a term like any other. An empty term after "-" or "?" is refused.
//   - In regular expressions "." matches no line feed, "^" and "$" are the ends of the text. Escapes of characters that
//     are not operators, classes inside of classes and unbalanced "]", "{" and "}" are refused; "{,n}" is "{0,n}".
//   - An event is a JSON object if it is valid JSON (RFC 8259) from its first to its last byte and that is an object. Of a
//     property that stands twice, every occurrence counts as an element of a wildcard does: one that satisfies is enough.
//   - The text of a scalar is what strings, "*" and regular expressions are compared with: a string's characters, a
//     number as it is written, true, false and null.
//   - A number and a string are compared as numbers if the string is a number, else as texts; two strings always as texts.
//     Numbers are compared exactly, as decimals. An order (<, >, <=, >=) needs an unquoted number.
//   - Missing properties satisfy neither "=" nor "!=". NOT EXISTS holds if the selector, with its wildcard, finds nothing.
//     ".*" takes the properties of an object only, "[*]" the elements of an array only.
//   - Fields of a line are split at runs of the space character alone. A group ends at its first closing delimiter; if
//     text is glued to that, the text belongs to the field and the delimiters stay. A group that is not closed is no group.
//   - The last field of a pattern takes all words that are left, unless the pattern has an ellipsis. A line with fewer
//     words than fields never matches. An ellipsis stands for no word too.
//   - A condition of a field knows && before ||, no parentheses. Names are unique and not all digits: $1, $2 … are places.
package filterpattern
