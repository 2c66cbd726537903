package plan

import (
	"strconv"
	"strings"

	"tailrace/internal/insights/function"
	"tailrace/internal/insights/syntax"
)

// json computes what stands at a path of an object.
func (b *builder) json(s *syntax.JSON) {
	path := stepsOf(s.Path)
	if len(path) == 0 {
		b.fail(s, "the path '%s' leads nowhere: name a value, such as a.b[0]", s.Path)
		return
	}
	object := b.function(s, "jsonParse", b.container(s.Field))
	column := b.made(s.As.Text)
	b.add(&Compute{column.Index, column.Name, &Path{object, path}})
}

// stepsOf takes a path apart: a.b[0].c or $.a.b.0.c.
func stepsOf(path string) (steps []string) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "$"), ".")
	for _, part := range strings.Split(path, ".") {
		name, indexes, _ := strings.Cut(part, "[")
		if name != "" {
			steps = append(steps, name)
		}
		for _, index := range strings.Split(indexes, "[") {
			if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); err == nil && n >= 0 {
				steps = append(steps, strconv.Itoa(n))
			} else if index != "" {
				return nil
			}
		}
	}
	return steps
}

// container is what a name stands for, maps and lists too. Those of messages are no leaves, which is what other commands see:
// they are looked for in the message.
func (b *builder) container(f *syntax.Field) Expr {
	e := b.field(f)
	column, ok := e.(*Column)
	if !ok || !b.isSource(column.Index) || strings.HasPrefix(column.Name, "@") {
		return e
	}
	path := &Path{X: b.function(f, "jsonParse", b.source("@message"))}
	for _, step := range f.Path {
		path.Path = append(path.Path, step.String())
	}
	return b.function(f, "coalesce", e, path)
}

// function calls a scalar function.
func (b *builder) function(at syntax.Node, name string, args ...Expr) Expr {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = arg.String()
	}
	f, err := function.Compile(name, make([]function.Arg, len(args)), b.functionEnv())
	if err != nil {
		b.fail(at, "%s", err)
		return &Const{}
	}
	return &Call{Name: name, Func: f, Args: args, Text: strings.Join(texts, ", ")}
}
