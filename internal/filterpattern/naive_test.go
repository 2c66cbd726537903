package filterpattern

import (
	"cmp"
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// naiveMatch is the language said straight: it reads the syntax of a pattern, and none of what is compiled of it.
func naiveMatch(p *Pattern, message string) (bool, map[string]string) {
	switch f := p.form.(type) {
	case *terms:
		return naiveTerms(f, message), map[string]string{}
	case *object:
		return naiveObject(f, message), map[string]string{}
	case *fields:
		return naiveFields(f, message)
	}
	panic("unknown form")
}

func naiveTerms(t *terms, message string) bool {
	others, some, ok := false, false, true
	for _, item := range t.items {
		var in bool
		if r := item.term.regex; r != nil {
			in = naiveRegex(r.source, message)
		} else {
			text := string(item.term.literal.Needle())
			in = strings.Contains(message, text)
			if len(t.items) == 1 && item.sign == 0 && strings.Trim(text, " \t\r\n") == "" {
				return true
			}
		}
		switch item.sign {
		case '?':
			some = some || in
		case '-':
			others, ok = true, ok && !in
		default:
			others, ok = true, ok && in
		}
	}
	return ok && (others || some || len(t.items) == 0)
}

var (
	openRepeat  = regexp.MustCompile(`\{,(\d+)\}`)
	naiveNumber = regexp.MustCompile(`^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$`)
)

func naiveRegex(source, text string) bool {
	return regexp.MustCompile(openRepeat.ReplaceAllString(source, `{0,$1}`)).MatchString(text)
}

// naiveDecimal splits a number into its sign (-1, 0 or 1), its digits without the zeros around them, and the exponent of
// ten that stands for the first of them: exact, and no larger than the text, whatever exponent that has. Exponents
// end at 2^40, as those of package decimal do.
func naiveDecimal(text string) (sign int, digits string, exponent int64) {
	m := naiveNumber.FindStringSubmatch(text)
	whole, most := strings.TrimLeft(m[2], "0"), big.NewInt(1<<40)
	e, _ := new(big.Int).SetString(cmp.Or(m[4], "0"), 10)
	if e.CmpAbs(most) > 0 {
		e.Mul(most, big.NewInt(int64(e.Sign())))
	}
	all := whole + m[3]
	digits = strings.TrimLeft(all, "0")
	exponent = e.Int64() + int64(len(whole)) - int64(len(all)-len(digits))
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		return 0, "", 0
	}
	if m[1] == "-" {
		return -1, digits, exponent
	}
	return 1, digits, exponent
}

func naiveOrder(a, b string) int {
	signA, digitsA, exponentA := naiveDecimal(a)
	signB, digitsB, exponentB := naiveDecimal(b)
	if signA != signB {
		return cmp.Compare(signA, signB)
	}
	return signA * cmp.Or(cmp.Compare(exponentA, exponentB), strings.Compare(digitsA, digitsB))
}

// naiveCompare compares a scalar's text, of a JSON number or not, with the value of a condition.
func naiveCompare(c *condition, text string, number bool) bool {
	v := &c.value
	order, numbers := 0, false
	if (number || v.number) && v.regex == nil && naiveNumber.MatchString(text) && naiveNumber.MatchString(v.text) {
		order, numbers = naiveOrder(text, v.text), true
	}
	equal := order == 0
	switch {
	case v.regex != nil:
		equal = naiveRegex(v.regex.source, text)
	case !numbers:
		equal = naiveWildcard(v.text, text)
	}
	switch c.op {
	case opEqual:
		return equal
	case opNotEqual:
		return !equal
	case opLess:
		return numbers && order < 0
	case opGreater:
		return numbers && order > 0
	case opLessEqual:
		return numbers && order <= 0
	case opGreaterEqual:
		return numbers && order >= 0
	}
	return false
}

func naiveWildcard(pattern, text string) bool {
	if pattern == "*" {
		return true
	}
	expr := regexp.QuoteMeta(pattern)
	if rest, ok := strings.CutPrefix(expr, `\*`); ok {
		expr = `(?s:.*)` + rest
	}
	if rest, ok := strings.CutSuffix(expr, `\*`); ok {
		expr = rest + `(?s:.*)`
	}
	return regexp.MustCompile(`\A` + expr + `\z`).MatchString(text)
}

// naiveJSON is a JSON value with its properties as they stand, twice where they stand twice.
type naiveJSON struct {
	scalar   any // nil, bool, string, json.Number
	names    []string
	below    []naiveJSON
	isObject bool
	isArray  bool
}

func naiveObject(o *object, message string) bool {
	if !json.Valid([]byte(message)) {
		return false
	}
	d := json.NewDecoder(strings.NewReader(message))
	d.UseNumber()
	root := naiveDecode(d)
	return root.isObject && naiveExpr(o.where, func(c *condition) bool { return naiveCondition(c, root) })
}

func naiveDecode(d *json.Decoder) naiveJSON {
	token, err := d.Token()
	if err != nil {
		panic(err)
	}
	v := naiveJSON{scalar: token, isObject: token == json.Delim('{'), isArray: token == json.Delim('[')}
	if !v.isObject && !v.isArray {
		return v
	}
	for d.More() {
		if v.isObject {
			name, _ := d.Token()
			v.names = append(v.names, name.(string))
		}
		v.below = append(v.below, naiveDecode(d))
	}
	if _, err := d.Token(); err != nil {
		panic(err)
	}
	return v
}

func naiveExpr(e *expr, holds func(*condition) bool) bool {
	if e.cond != nil {
		return holds(e.cond)
	}
	for _, sub := range e.subs {
		switch got := naiveExpr(sub, holds); {
		case e.and && !got:
			return false
		case !e.and && got:
			return true
		}
	}
	return e.and
}

func naiveCondition(c *condition, root naiveJSON) bool {
	values := []naiveJSON{root}
	for _, s := range c.path {
		var next []naiveJSON
		for _, v := range values {
			for i, below := range v.below {
				switch {
				case v.isObject && (s.kind == stepAnyName || s.kind == stepName && v.names[i] == s.name),
					v.isArray && (s.kind == stepAnyIndex || s.kind == stepIndex && i == s.index):
					next = append(next, below)
				}
			}
		}
		values = next
	}
	if c.op == opNotExists {
		return len(values) == 0
	}
	return slices.ContainsFunc(values, func(v naiveJSON) bool {
		if v.isObject || v.isArray {
			return false
		}
		switch c.op {
		case opIsNull:
			return v.scalar == nil
		case opIsTrue:
			return v.scalar == true
		case opIsFalse:
			return v.scalar == false
		}
		switch s := v.scalar.(type) {
		case nil:
			return naiveCompare(c, "null", false)
		case bool:
			return naiveCompare(c, strconv.FormatBool(s), false)
		case json.Number:
			return naiveCompare(c, s.String(), true)
		default:
			return naiveCompare(c, s.(string), false)
		}
	})
}

// naiveSplit returns the fields of a line, and for each what the line has from its start on.
func naiveSplit(line string) (texts, rests []string) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		end := 0
		if closing := map[byte]string{'"': `"`, '[': "]"}[line[0]]; closing != "" {
			if i := strings.Index(line[1:], closing); i >= 0 {
				end = i + 2
			}
		}
		word := end + strings.IndexByte(line[end:]+" ", ' ')
		text := line[:word]
		if end > 0 && word == end {
			text = line[1 : end-1]
		}
		texts, rests = append(texts, text), append(rests, strings.TrimRight(line, " "))
		line = line[word:]
	}
	return texts, rests
}

func naiveFields(f *fields, message string) (bool, map[string]string) {
	texts, rests := naiveSplit(message)
	list := slices.Clone(f.list)
	if i := slices.IndexFunc(list, func(f field) bool { return f.name == ellipsis }); i >= 0 {
		missing := len(texts) - len(list) + 1
		if missing < 0 {
			return false, nil
		}
		list = slices.Replace(list, i, i+1, make([]field, missing)...)
	}
	if len(texts) < len(list) {
		return false, nil
	}
	if n := len(list); len(texts) > n {
		texts = append(texts[:n-1], rests[n-1])
	}
	out := map[string]string{}
	for i, f := range list {
		if f.where != nil && !naiveExpr(f.where, func(c *condition) bool { return naiveCompare(c, texts[i], false) }) {
			return false, nil
		}
		if f.name == "" {
			f.name = strconv.Itoa(i + 1)
		}
		out["$"+f.name] = texts[i]
	}
	return true, out
}
