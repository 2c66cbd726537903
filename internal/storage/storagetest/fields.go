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
func FieldsOf(paths []string, message string) string {
	var b column.Batch
	b.UseFields(len(paths))
	column.NewExtractor(paths).Append(b.Fields, []byte(message))
	return fieldsOf(&b, 0)
}
