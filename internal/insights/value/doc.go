// Package value is what the query language computes with: values, columns of them, how they are compared, sorted and
// printed (cloudwatch-logs.md §15, §16.2 to §16.4). Functions over them are in package function.
//
// # Values
//
// A value is null, a boolean, a number, a text, a time, a map or a list. A number is an int64 or a float64; which one is not
// to be seen in the language. What came from an event is kept as it is written there: an identifier of 19 digits passes
// through with all of them, and so does 0.10, as a text. A text that looks like a number (an optional sign, digits, an
// optional point with digits, an optional exponent; nothing around it) is a number for arithmetic, comparison and order, and
// a text for everything else. A boolean is the number 1 or 0. A time is a number of milliseconds since 1970 that prints as
// a date. Maps and lists are JSON text, checked once by ParseJSON; scalar functions, comparison and order take
// them for null.
//
// # Null
//
// There is null and no third truth value. A comparison with null is false, = and != too; its negation by not is true. What a
// scalar function or arithmetic makes of null is null, unless it says otherwise. There is no NaN and no infinity: what would
// give one (0/0, 1/0, log(-1), an overflow) is null.
//
// # Memory
//
// A Value, and a Vector's rows, point into the bytes they were made of: the batch, the query's text, or the room of the
// vector that a function wrote to. They are valid as long as those are; who keeps one clones it. Nothing here is safe for
// concurrent change; reading is.
package value
