package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
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

// humanTime prints epoch milliseconds in local time to the second, and "-" for none.
func humanTime(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).Format("2006-01-02 15:04:05")
}

// humanSize prints a number of bytes with three digits that mean something.
func humanSize(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n), -1
	for value >= unit && prefix < 4 {
		value /= unit
		prefix++
	}
	return fmt.Sprintf("%.3g %cB", value, "kMGTP"[prefix])
}

// humanCount prints a count with thousands apart.
func humanCount(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// localTime prints a time of the ParallelCluster API as humanTime does.
func localTime(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return humanTime(at.UnixMilli())
}
