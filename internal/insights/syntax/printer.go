package syntax

import (
	"strconv"
	"strings"
)

// String is the canonical text of a query: one line, lower-case words, no more parentheses and quotes than needed.
func (q *Query) String() string {
	w := &printer{}
	w.query(q)
	return string(w.out)
}

// Text is the canonical text of an expression.
func Text(e Expr) string {
	w := &printer{}
	w.expr(e)
	return string(w.out)
}

// Describe is the canonical text of one stage.
func Describe(s Stage) string {
	w := &printer{}
	s.print(w)
	return string(w.out)
}

// textIn is the canonical text of an expression if it is a key of names. It stops where it is longer than all of them, so
// that looking up each part of a long expression stays cheap.
func textIn(names map[string]string, e Expr) (name string, ok bool) {
	w := &printer{most: 1}
	for text := range names {
		w.most = max(w.most, len(text))
	}
	w.expr(e)
	name, ok = names[string(w.out)]
	return name, ok
}

// printer collects canonical text.
type printer struct {
	out  []byte
	most int // bytes of interest, 0: all
}

func (w *printer) text(parts ...string) {
	for _, part := range parts {
		w.out = append(w.out, part...)
	}
}

// word writes words with a blank in front of each.
func (w *printer) word(words ...string) {
	for _, word := range words {
		w.text(" ", word)
	}
}

func (w *printer) query(q *Query) {
	if q.Source != nil {
		q.Source.print(w)
	}
	for i, stage := range q.Stages {
		if i > 0 || q.Source != nil {
			w.text(" | ")
		}
		stage.print(w)
	}
}

func (w *printer) subquery(q *Query) {
	w.text("(")
	w.query(q)
	w.text(")")
}

// list writes elements with commas between them.
func list[T any](w *printer, elements []T, print func(T)) {
	for i, element := range elements {
		if i > 0 {
			w.text(", ")
		}
		print(element)
	}
}

func (w *printer) fields(fields []*Field) { list(w, fields, w.field) }

func (w *printer) field(f *Field) {
	for i, step := range f.Path {
		switch {
		case step.Bracket:
			w.text("[", strconv.Itoa(step.Index), "]")
			continue
		case i > 0:
			w.text(".")
		}
		w.key(step.Key, i == 0)
	}
}

// key writes one key of a path; the first must not look like a number or a word of the grammar.
func (w *printer) key(key string, first bool) {
	plain := key != "" && (!first || !reserved(key) && isNameStart(key[0]))
	for i := 0; i < len(key) && plain; i++ {
		plain = isNameByte(key[i])
	}
	if plain {
		w.text(key)
		return
	}
	if rest, at := strings.CutPrefix(key, "@"); at && rest != "" {
		w.text("@")
		key = rest
	}
	w.text("`", strings.ReplaceAll(key, "`", "``"), "`")
}

// reserved tells whether a field of this name needs backquotes somewhere.
func reserved(name string) bool {
	if len(name) > len("where") {
		return false
	}
	switch strings.ToLower(name) {
	case "and", "or", "not", "in", "like", "as", "by", "true", "false", "where":
		return true
	}
	return false
}

// name writes a name or alias: a path of plain keys as it is, anything else as one key.
func (w *printer) name(name string) {
	for key := range strings.SplitSeq(name, ".") {
		if key == "" || strings.IndexFunc(key, func(r rune) bool { return r > 'z' || !isNameByte(byte(r)) }) >= 0 || !isNameStart(name[0]) {
			w.key(name, true)
			return
		}
	}
	if reserved(name) {
		w.key(name, true)
		return
	}
	w.text(name)
}

func (w *printer) as(name Name) {
	if name.Text != "" {
		w.text(" as ")
		w.name(name.Text)
	}
}

func (w *printer) names(names []Name) { list(w, names, func(n Name) { w.name(n.Text) }) }

func (w *printer) quote(text string) {
	w.text(`"`)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\\':
			w.out = append(w.out, '\\', c)
		case '\n':
			w.text(`\n`)
		case '\t':
			w.text(`\t`)
		case '\r':
			w.text(`\r`)
		default:
			w.out = append(w.out, c)
		}
	}
	w.text(`"`)
}

func (w *printer) quotes(texts []string) {
	w.text("[")
	list(w, texts, w.quote)
	w.text("]")
}

func (w *printer) period(d *Duration) { w.text(strconv.FormatInt(d.Count, 10), string(d.Unit)) }
