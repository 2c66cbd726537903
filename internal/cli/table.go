package cli

import (
	"io"
	"strings"
	"unicode/utf8"
)

// table prints rows in aligned columns: a heading, then the rows; a column whose heading starts with ">" is set to the
// right, as numbers are.
type table struct {
	heading []string
	rows    [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) error {
	width := make([]int, len(t.heading))
	for i, h := range t.heading {
		width[i] = utf8.RuneCountInString(strings.TrimPrefix(h, ">"))
	}
	for _, row := range t.rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	heading := make([]string, len(t.heading))
	for i, h := range t.heading {
		heading[i] = strings.TrimPrefix(h, ">")
	}
	t.line(&b, heading, width)
	for _, row := range t.rows {
		t.line(&b, row, width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *table) line(b *strings.Builder, cells []string, width []int) {
	var line strings.Builder
	for i, cell := range cells {
		pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
		if strings.HasPrefix(t.heading[i], ">") {
			cell, pad = pad+cell, ""
		}
		line.WriteString(cell + pad + "  ")
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}
