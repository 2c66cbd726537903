package cli

import (
	"bytes"
	"encoding/json"

	"tailrace/internal/api"
)

// printJSON prints a response as the API has it, indented.
func printJSON(s streams, v api.Shape) error {
	var b bytes.Buffer
	if err := json.Indent(&b, api.AppendJSON(nil, v), "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := s.out.Write(b.Bytes())
	return err
}
