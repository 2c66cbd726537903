package cli

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tailrace/internal/api"
)

// pointer is the column that only programs can use.
const pointer = "@ptr"

// columnsOf are the names of all columns of some rows. Rows lack the fields that are null: each tells of some the order.
func columnsOf(rows [][]api.ResultField) (names []string) {
	known := map[string]bool{pointer: true}
	for _, row := range rows {
		before := 0 // where a new name goes: behind the one before it
		for _, f := range row {
			name := f.Field.Value
			if known[name] {
				before = slices.Index(names, name) + 1
				continue
			}
			known[name] = true
			names = slices.Insert(names, before, name)
			before++
		}
	}
	return names
}

// cells are the values of a row by column; null is what stands for one that it lacks.
func cells(row []api.ResultField, names []string, null string) []string {
	out := slices.Repeat([]string{null}, len(names))
	for _, f := range row {
		if at := slices.Index(names, f.Field.Value); at >= 0 {
			out[at] = f.Value.Value
		}
	}
	return out
}

// printCSV prints rows as RFC 4180 has it, with a line of names.
func printCSV(w io.Writer, rows [][]api.ResultField) error {
	out := csv.NewWriter(w)
	names := columnsOf(rows)
	if len(names) > 0 {
		if err := out.Write(names); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := out.Write(cells(row, names, "")); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

var oneLine = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\r`, "\t", " ", "\x1b", `\e`)

// printRows prints a table. On a terminal it is as wide as that: the widest columns are cut.
func printRows(w io.Writer, rows [][]api.ResultField) error {
	names := columnsOf(rows)
	if len(names) == 0 {
		return nil
	}
	t := table{heading: slices.Clone(names)}
	numbers := make([]bool, len(names))
	for at := range numbers {
		numbers[at] = true
	}
	for _, row := range rows {
		line := cells(row, names, "-")
		for at, cell := range line {
			_, err := strconv.ParseFloat(cell, 64)
			numbers[at] = numbers[at] && (err == nil || cell == "-")
			line[at] = oneLine.Replace(strings.TrimRight(cell, "\r\n"))
		}
		t.add(line...)
	}
	if width := terminalWidth(w); width > 0 {
		t.narrow(width)
	}
	for at := range t.heading {
		if t.heading[at] = oneLine.Replace(t.heading[at]); numbers[at] {
			t.heading[at] = ">" + t.heading[at]
		}
	}
	return t.print(w)
}

// narrow cuts the widest columns until a line has no more than width characters.
func (t *table) narrow(width int) {
	widths := make([]int, len(t.heading))
	all := append([][]string{t.heading}, t.rows...)
	for _, row := range all {
		for at, cell := range row {
			widths[at] = max(widths[at], utf8.RuneCountInString(cell))
		}
	}
	const gap, least = 2, 8
	total := gap * (len(widths) - 1)
	for _, n := range widths {
		total += n
	}
	for total > width {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= least {
			break
		}
		widths[widest]--
		total--
	}
	for _, row := range all {
		for at, cell := range row {
			if utf8.RuneCountInString(cell) > widths[at] {
				row[at] = string([]rune(cell)[:widths[at]-1]) + "…"
			}
		}
	}
}
