// Package match finds literals and regular expressions in messages quickly: what filter patterns and queries share.
//
// A Finder looks for one literal, a Set for any of several, in their case or in any. Regex is a regular expression of
// package regexp (RE2) behind the literals that every match of it contains: most messages are decided without the engine.
// A Need says which literals those are, for whoever can leave out messages, or whole blocks of them, by an index.
//
// Everything here is compiled once, does not change, and is safe for concurrent use. Matching does not allocate, except
// for what package regexp pools.
package match
