package storagetest

import (
	"fmt"
	"strings"

	"tailrace/internal/column"
)

// fieldsOf prints the fields of a row.
func fieldsOf(b *column.Batch, row int) string {
	var out strings.Builder
	for i := range b.Fields {
		v := b.Fields[i].Value(row)
		fmt.Fprintf(&out, "%v %d %q; ", v.Kind, v.Word, v.Text)
	}
	return out.String()
}

// FieldsOf is what a scan prints of a message's fields.
func FieldsOf(paths []string, parts *column.Parts, message string) string {
	var b column.Batch
	b.UseFields(len(paths) + parts.Len())
	column.NewExtractor(paths, parts).Append(b.Fields, []byte(message))
	return fieldsOf(&b, 0)
}
