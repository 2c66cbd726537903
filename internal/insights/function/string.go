package function

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tailrace/internal/insights/value"
	"tailrace/internal/match"
)

var stringFunctions = []definition{
	// A value that is missing is empty and blank too.
	{name: "isempty", min: 1, max: 1, nulls: true, prepare: fixed(func(r *room, args []value.Value) value.Value {
		return value.NewBool(!args[0].IsScalar() || len(r.text(args[0])) == 0)
	})},
	{name: "isblank", min: 1, max: 1, nulls: true, prepare: fixed(func(r *room, args []value.Value) value.Value {
		return value.NewBool(!args[0].IsScalar() || len(bytes.TrimSpace(r.text(args[0]))) == 0)
	})},
	{name: "concat", min: 1, max: -1, prepare: fixed(concat)},
	{name: "ltrim", min: 1, max: 2, prepare: prepareTrim(bytes.TrimLeftFunc)},
	{name: "rtrim", min: 1, max: 2, prepare: prepareTrim(bytes.TrimRightFunc)},
	{name: "trim", min: 1, max: 2, prepare: prepareTrim(bytes.TrimFunc)},
	{name: "strlen", min: 1, max: 1, prepare: ofText(func(_ *room, text []byte) value.Value { return value.NewInt(int64(utf8.RuneCount(text))) })},
	{name: "toupper", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value { return r.mapped(text, unicode.ToUpper) })},
	{name: "tolower", min: 1, max: 1, prepare: ofText(func(r *room, text []byte) value.Value { return r.mapped(text, unicode.ToLower) })},
	{name: "substr", min: 2, max: 3, prepare: fixed(substr)},
	{name: "replace", min: 3, max: 3, prepare: fixed(replace)},
	{name: "regexReplace", min: 3, max: 3, prepare: prepareRegexReplace},
	{name: "strcontains", min: 2, max: 3, prepare: prepareContains},
	{name: "startsWith", min: 2, max: 2, prepare: ofTexts(bytes.HasPrefix)},
	{name: "endsWith", min: 2, max: 2, prepare: ofTexts(bytes.HasSuffix)},
	{name: "split", min: 2, max: 2, prepare: fixed(split)},
}

// ofTexts is a function that tells something of two texts.
func ofTexts(is func(a, b []byte) bool) func(*compiler) (rowFunc, error) {
	return fixed(func(r *room, args []value.Value) value.Value {
		return value.NewBool(is(r.text(args[0]), r.text(args[1])))
	})
}

func concat(r *room, args []value.Value) value.Value {
	from := len(r.bytes)
	for _, v := range args {
		r.bytes = v.Append(r.bytes)
	}
	return r.since(from)
}

// prepareTrim takes off white space, or of a second argument the characters, each for itself:
// ltrim("xyZxyfooxyZ", "xyZ") is fooxyZ.
func prepareTrim(trim func([]byte, func(rune) bool) []byte) func(*compiler) (rowFunc, error) {
	return func(c *compiler) (rowFunc, error) {
		if len(c.args) == 1 {
			return func(r *room, args []value.Value) value.Value {
				return value.NewText(trim(r.text(args[0]), unicode.IsSpace))
			}, nil
		}
		return func(r *room, args []value.Value) value.Value {
			set := r.text(args[1])
			return value.NewText(trim(r.text(args[0]), func(c rune) bool { return bytes.ContainsRune(set, c) }))
		}, nil
	}
}

// mapped returns text with each character changed; it is text itself where nothing changes.
func (r *room) mapped(text []byte, change func(rune) rune) value.Value {
	from, same := len(r.bytes), true
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && n == 1 {
			r.bytes = append(r.bytes, text[i])
		} else {
			changed := change(c)
			same = same && changed == c
			r.bytes = utf8.AppendRune(r.bytes, changed)
		}
		i += n
	}
	if same {
		r.bytes = r.bytes[:from]
		return value.NewText(text)
	}
	return r.since(from)
}

// substr is a part of a text from a place on, counted in code points from 0, to its end or of a length. What lies behind
// the end is empty; a place before the start, a negative length and numbers that are not whole give null.
func substr(r *room, args []value.Value) value.Value {
	text := r.text(args[0])
	for i, v := range args[1:] {
		count, ok := wholeOf(v.Number())
		if !ok || count < 0 {
			return value.Value{}
		}
		if at := skipRunes(text, count); i == 0 {
			text = text[at:]
		} else {
			text = text[:at]
		}
	}
	return value.NewText(text)
}

// skipRunes is the place of the code point with a number, or the end.
func skipRunes(text []byte, count int64) int {
	if count >= int64(len(text)) {
		return len(text)
	}
	i := 0
	for ; count > 0 && i < len(text); count-- {
		_, n := utf8.DecodeRune(text[i:])
		i += n
	}
	return i
}

// maxGrown is the length up to which functions let a text grow by replacing in it, in bytes: the size of the largest event.
const maxGrown = 1 << 20

// replace replaces each occurrence of a text. An empty one occurs nowhere. A result beyond the size of the largest event is null.
func replace(r *room, args []value.Value) value.Value {
	text, find, with := r.text(args[0]), r.text(args[1]), r.text(args[2])
	at := -1
	if len(find) > 0 {
		at = bytes.Index(text, find)
	}
	if at < 0 {
		return value.NewText(text)
	}
	from := len(r.bytes)
	for at >= 0 {
		r.bytes = append(append(r.bytes, text[:at]...), with...)
		text = text[at+len(find):]
		at = bytes.Index(text, find)
		if len(r.bytes)-from > maxGrown {
			r.bytes = r.bytes[:from]
			return value.Value{}
		}
	}
	r.bytes = append(r.bytes, text...)
	return r.since(from)
}

// maxInstructions bounds the compiled program of one regular expression, all of which may be looked at for each byte of a text.
const maxInstructions = 10_000

// CompileRegex reads the regular expression of a query.
func CompileRegex(source string) (*match.Regex, error) {
	return match.CompileRegex(source, maxInstructions)
}

// prepareRegexReplace replaces each match of a regular expression (RE2). In what it is replaced with, $1 or \1 stands for
// what the first group matched, ${name} for a named one, $0 for all, $$ for a dollar.
func prepareRegexReplace(c *compiler) (rowFunc, error) {
	source, err := c.constText(1, "the regular expression")
	if err != nil {
		return nil, err
	}
	re, err := CompileRegex(source)
	if err != nil {
		return nil, c.fail(1, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	template, err := c.constText(2, "what it is replaced with")
	if err != nil {
		return nil, err
	}
	parts, err := newTemplate(template, re.Engine())
	if err != nil {
		return nil, c.fail(2, "%s", err)
	}
	return func(r *room, args []value.Value) value.Value { return regexReplace(r, r.text(args[0]), re, parts) }, nil
}

func regexReplace(r *room, text []byte, re *match.Regex, parts []templatePart) value.Value {
	if !re.May(text) {
		return value.NewText(text)
	}
	from, copied := len(r.bytes), 0
	for _, groups := range re.Engine().FindAllSubmatchIndex(text, -1) {
		r.bytes = append(r.bytes, text[copied:groups[0]]...)
		for _, p := range parts {
			r.bytes = append(r.bytes, p.literal...)
			if at := 2 * p.group; at >= 0 && groups[at] >= 0 {
				r.bytes = append(r.bytes, text[groups[at]:groups[at+1]]...)
			}
		}
		if copied = groups[1]; len(r.bytes)-from > maxGrown {
			r.bytes = r.bytes[:from]
			return value.Value{}
		}
	}
	r.bytes = append(r.bytes, text[copied:]...)
	return r.since(from)
}

// prepareContains is strcontains(text, find[, caseInsensitive]).
func prepareContains(c *compiler) (rowFunc, error) {
	fold := false
	if len(c.args) == 3 {
		if !c.args[2].Const {
			return nil, c.fail(2, "whether letters of both cases are the same has to be true or false")
		}
		fold = c.args[2].Value.Truth()
	}
	find := c.args[1]
	switch {
	case !fold && find.Const && find.Value.IsScalar():
		return ofFinder(match.NewFinder(find.Value.String())), nil
	case !fold:
		return func(r *room, args []value.Value) value.Value {
			return value.NewBool(bytes.Contains(r.text(args[0]), r.text(args[1])))
		}, nil
	case find.Const && find.Value.IsScalar():
		re, err := CompileRegex("(?i)" + regexp.QuoteMeta(find.Value.String()))
		if err != nil {
			return nil, c.fail(1, "%s", err)
		}
		return ofRegex(re), nil
	}
	return func(r *room, args []value.Value) value.Value {
		text, find := r.mapped(r.text(args[0]), foldRune), r.mapped(r.text(args[1]), foldRune)
		return value.NewBool(bytes.Contains(text.Bytes(), find.Bytes()))
	}, nil
}

// foldRune maps letters that differ in case only to one: the least of those that Unicode takes for the same.
func foldRune(c rune) rune {
	least := c
	for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// split is a list of the parts of a text between delimiters; with an empty delimiter, of its code points.
func split(r *room, args []value.Value) value.Value {
	text, delimiter := r.text(args[0]), r.text(args[1])
	from := len(r.bytes)
	r.bytes = append(r.bytes, '[')
	for first := true; ; first = false {
		if !first {
			r.bytes = append(r.bytes, ',')
		}
		end := bytes.Index(text, delimiter)
		if len(delimiter) == 0 {
			_, end = utf8.DecodeRune(text)
		}
		if end < 0 || len(delimiter) == 0 && end == len(text) {
			r.bytes = value.AppendQuoted(r.bytes, text)
			break
		}
		r.bytes = value.AppendQuoted(r.bytes, text[:end])
		text = text[end+len(delimiter):]
	}
	r.bytes = append(r.bytes, ']')
	return value.NewJSON(r.bytes[from:len(r.bytes):len(r.bytes)])
}
