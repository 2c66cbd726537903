// Package dialect is what PPL and SQL have in common: tokens, expressions and the functions of OpenSearch, read onto the tree
// of package syntax. Package ppl and package sql read the rest. cloudwatch-logs.md §16.7 lists both languages; what is read
// here is the part that means the same in Logs Insights, and everything else is refused by its name.
//
// # Decisions
//
//   - Strings stand in single or double quotes, names in backquotes. A name in backquotes is one leaf, dots and all.
//   - LIKE has the wildcards % and _, matches the whole value and tells upper from lower case.
//   - A missing value satisfies neither a comparison nor its negation: NOT is pushed down to the comparisons, and NOT LIKE and
//     NOT IN ask for a value.
//   - substr and substring count from 1, as these languages do; the tree counts from 0.
package dialect
