package cli

import (
	"bytes"
	"encoding/json"

	"tailrace/internal/api"
)

// printJSON prints a response as the API has it, indented.
func printJSON(s streams, v api.Shape) error {
	return printValue(s, json.RawMessage(api.AppendJSON(nil, v)))
}

// printValue prints any value as an indented JSON document, with characters as they are.
func printValue(s streams, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := s.out.Write(b.Bytes())
	return err
}
