package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// apiModel is the API model as its file has it, members and operations in the order of the file.
type apiModel struct {
	Metadata struct {
		TargetPrefix string `json:"targetPrefix"`
	} `json:"metadata"`
	Operations ordered[operation] `json:"operations"`
	Shapes     ordered[shape]     `json:"shapes"`
}

type operation struct {
	Name       string     `json:"name"`
	Input      *reference `json:"input"`
	Output     *reference `json:"output"`
	Errors     []reference
	Deprecated bool
}

type reference struct {
	Shape string `json:"shape"`
}

type shape struct {
	Type        string             `json:"type"`
	Members     ordered[reference] `json:"members"`
	Required    []string           `json:"required"`
	Member      *reference         `json:"member"`
	Key         *reference         `json:"key"`
	Value       *reference         `json:"value"`
	Enum        []string           `json:"enum"`
	Pattern     string             `json:"pattern"`
	Min         *int64             `json:"min"`
	Max         *int64             `json:"max"`
	Exception   bool               `json:"exception"`
	Fault       bool               `json:"fault"`
	EventStream bool               `json:"eventstream"`
	Event       bool               `json:"event"`
}

// ordered is a JSON object whose order of names is kept: constraints are reported in the order of the model.
type ordered[T any] struct {
	names  []string
	byName map[string]T
}

func (o *ordered[T]) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	o.byName = map[string]T{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var v T
		if err := d.Decode(&v); err != nil {
			return fmt.Errorf("%v: %w", name, err)
		}
		o.names = append(o.names, name.(string))
		o.byName[name.(string)] = v
	}
	return nil
}

// sorted returns the names in the order of their bytes.
func (o *ordered[T]) sorted() []string { return slices.Sorted(slices.Values(o.names)) }

func readModel(file string) (*apiModel, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := &apiModel{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return m, nil
}

// reach returns the shapes that the given ones lead to, themselves included.
func (m *apiModel) reach(from ...string) map[string]bool {
	seen := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		s := m.Shapes.byName[name]
		for _, member := range s.Members.names {
			walk(s.Members.byName[member].Shape)
		}
		for _, ref := range []*reference{s.Member, s.Key, s.Value} {
			if ref != nil {
				walk(ref.Shape)
			}
		}
	}
	for _, name := range from {
		walk(name)
	}
	return seen
}

// streams tells whether the operation answers with an event stream, which this package does not carry.
func (m *apiModel) streams(op operation) bool {
	if op.Output == nil {
		return false
	}
	for name := range m.reach(op.Output.Shape) {
		if m.Shapes.byName[name].EventStream {
			return true
		}
	}
	return false
}

// dropBounds takes the bounds off shapes.
func (m *apiModel) dropBounds(names []string) {
	for _, name := range names {
		s := m.Shapes.byName[name]
		s.Min, s.Max = nil, nil
		m.Shapes.byName[name] = s
	}
}
