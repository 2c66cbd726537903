package sqlcat

import "strings"

// Dialect is what databases say differently. Everything else is said once.
type Dialect struct {
	// ID is type and constraint of a primary key that the database gives and never gives twice, even after the row with
	// the greatest one is deleted.
	ID string
	// Bytes is the type of byte strings; they compare as memcmp does.
	Bytes string
	// Clustered is the table option that keeps rows in order of the primary key, or empty.
	Clustered string
	// Contains is the condition that the first byte string holds the second, as a template: {{in}} stands for the first,
	// {{what}} for the second.
	Contains string
}

// SQLite is the dialect of SQLite 3.35 and later.
var SQLite = Dialect{
	ID:        "INTEGER PRIMARY KEY AUTOINCREMENT",
	Bytes:     "BLOB",
	Clustered: "WITHOUT ROWID",
	Contains:  "instr({{in}}, {{what}}) > 0",
}

// schema fills the words of a schema file in.
func (d Dialect) schema(text string) string {
	return strings.NewReplacer("{{id}}", d.ID, "{{bytes}}", d.Bytes, "{{clustered}}", d.Clustered).Replace(text)
}

func (d Dialect) contains(in, what string) string {
	return strings.NewReplacer("{{in}}", in, "{{what}}", what).Replace(d.Contains)
}
