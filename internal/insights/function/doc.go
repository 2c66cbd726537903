// Package function is the functions and aggregates of the query language (cloudwatch-logs.md §16.5, §16.6), over columns of
// package value. It knows no syntax tree and no plan: names and the numbers of arguments are checked there, by a table
// that a test compares with the ones here.
//
// # Scalar functions
//
// Compile makes a Call of a name and what is known of the arguments: regular expressions, networks, formats and periods are
// read then, once, and what is wrong with them is an ArgumentError. Eval computes a column. A function of which one argument
// varies is computed once for each entry of that argument's dictionary where rows share entries.
//
// An argument that is null, a map or a list makes the result null, and so does one of a type that the function can do
// nothing with, unless the function's own comment says otherwise. Texts that look like numbers are numbers where numbers are
// wanted; numbers, times and booleans are their printed text where texts are wanted.
//
// # Aggregates
//
// NewAggregate makes an Aggregate, which holds the state of any number of groups. Parts of the rows may be added to
// different Aggregates, in any order, and merged: a result depends on the rows alone, except for the last digits
// of sums of numbers that are not whole. See Aggregate for what is exact.
//
// # Concurrency
//
// A Call and an Aggregate belong to one goroutine. Fork gives another one a Call that shares what was compiled.
package function
