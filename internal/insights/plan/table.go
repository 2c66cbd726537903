package plan

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxCells bounds a lookup table beside its bytes, which are the API's.
const MaxCells = 2_000_000

// Table is a lookup table. Each row has a text for each column. It does not change.
type Table struct {
	Columns []string
	Rows    [][][]byte
}

// Size is about how many bytes the table takes.
func (t *Table) Size() (bytes int64) {
	for _, row := range t.Rows {
		bytes += cellBytes
		for _, cell := range row {
			bytes += cellBytes + int64(len(cell))
		}
	}
	return bytes
}

// cellBytes is what a row, or a cell beside its text, takes in a table.
const cellBytes = 40

// ParseTable reads a table: CSV of which the first record names the columns, each once.
func ParseTable(body []byte) (*Table, error) {
	reader := csv.NewReader(bytes.NewReader(body))
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the table has no header")
	}
	if err != nil {
		return nil, fmt.Errorf("the table is no CSV: %w", err)
	}
	t := &Table{}
	for _, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if name == "" || slices.Contains(t.Columns, name) {
			return nil, fmt.Errorf("the header of the table names %q twice, or has an empty name", name)
		}
		t.Columns = append(t.Columns, name)
	}
	reader.ReuseRecord = true
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the table is no CSV: %w", err)
		}
		row := make([][]byte, len(record))
		for i, cell := range record {
			row[i] = []byte(cell)
		}
		if t.Rows = append(t.Rows, row); len(t.Rows)*len(t.Columns) > MaxCells {
			return nil, fmt.Errorf("the table has more than %d values", MaxCells)
		}
	}
}
