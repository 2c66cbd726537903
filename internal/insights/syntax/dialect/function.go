package dialect

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tailrace/internal/insights/syntax"
)

// functions are OpenSearch's functions that are one of Logs Insights under the same or another name.
var functions = map[string]string{
	"abs": "abs", "ceil": "ceil", "ceiling": "ceil", "floor": "floor", "sqrt": "sqrt", "log": "log", "ln": "log", "round": "round",
	"greatest": "greatest", "least": "least", "coalesce": "coalesce", "ifnull": "coalesce", "nvl": "coalesce", "if": "if", "case": "case",
	"isnotnull": "ispresent", "ispresent": "ispresent", "isempty": "isempty", "isblank": "isblank",
	"upper": "toupper", "ucase": "toupper", "lower": "tolower", "lcase": "tolower", "length": "strlen", "len": "strlen",
	"char_length": "strlen", "concat": "concat", "trim": "trim", "ltrim": "ltrim", "rtrim": "rtrim", "replace": "replace",
	"startswith": "startsWith", "endswith": "endsWith", "contains": "strcontains", "split": "split", "md5": "md5",
	"cidrmatch": "isIpInSubnet", "base64": "base64encode", "unbase64": "base64decode",
	"count": "count", "sum": "sum", "avg": "avg", "mean": "avg", "min": "min", "max": "max", "stddev_pop": "stddev",
	"var_pop": "variance", "dc": "count_distinct", "distinct_count": "count_distinct", "approx_count_distinct": "count_distinct",
	"percentile": "pct", "median": "median", "values": "values", "collect_set": "values", "earliest": "earliest", "latest": "latest",
}

// special are those whose arguments are others.
var special = map[string]func(*Reader, *syntax.Call) syntax.Expr{
	"substr": substring, "substring": substring,
	"power": func(r *Reader, c *syntax.Call) syntax.Expr { return binary(r, c, syntax.Pow) },
	"pow":   func(r *Reader, c *syntax.Call) syntax.Expr { return binary(r, c, syntax.Pow) },
	"mod":   func(r *Reader, c *syntax.Call) syntax.Expr { return binary(r, c, syntax.Mod) },
	"isnull": func(r *Reader, c *syntax.Call) syntax.Expr {
		c.Func = "ispresent"
		r.check(c)
		return &syntax.Unary{Span: c.Span, Op: syntax.Not, X: c}
	},
	"like":              like,
	"approx_percentile": approxPercentile, "percentile_approx": approxPercentile,
	"get_json_object": jsonObject, "json_extract": jsonObject,
	"date_trunc": dateTrunc,
}

// call reads a function with its arguments.
func (r *Reader) call() syntax.Expr {
	start, name, at := r.Start, strings.ToLower(r.Text()), r.Here()
	r.Advance()
	r.Advance()
	call := &syntax.Call{Func: name}
	if !r.Enter() {
		return call
	}
	if name == "span" {
		return r.timeSpan(start)
	}
	distinct := name == "count" && r.Take("distinct")
	switch {
	case r.Take("*"):
		call.Star = true
	case !r.Is(")"):
		call.Args = List(r, r.Expr)
		if name == "case" && r.Take("else") {
			call.Args = append(call.Args, r.Expr())
		}
	}
	r.Leave()
	r.Expect(")")
	call.Span = r.Since(start)
	if r.At("over") {
		r.Refuse(r.Here(), "the window function "+name)
	}
	if r.Failed {
		return call
	}
	if distinct {
		call.Func = "count_distinct"
		r.check(call)
		return call
	}
	return r.translate(call, at)
}

// translate gives a call the name, and sometimes the form, that the tree has for it.
func (r *Reader) translate(call *syntax.Call, at syntax.Span) syntax.Expr {
	if rewrite, ok := special[call.Func]; ok {
		return rewrite(r, call)
	}
	name, ok := functions[call.Func]
	if !ok {
		hint := syntax.Nearest(call.Func, names())
		if hint != "" {
			hint = `; did you mean "` + hint + `"?`
		}
		r.Fail(at, "the function %s of %s is not supported%s", call.Func, r.Language, hint)
		return call
	}
	call.Func = name
	r.check(call)
	return call
}

func names() iter.Seq[string] {
	return slices.Values(append(slices.Sorted(maps.Keys(functions)), slices.Sorted(maps.Keys(special))...))
}

func (r *Reader) check(call *syntax.Call) {
	if !r.Failed {
		syntax.CheckCall(call, &r.Diagnostics)
	}
}

// arguments fails unless a call has from least to most of them.
func (r *Reader) arguments(call *syntax.Call, least, most int) bool {
	if len(call.Args) < least || len(call.Args) > most || call.Star {
		r.Fail(call.Span, "wrong number of arguments, %d: %s", len(call.Args), call.Func)
	}
	return !r.Failed
}

func binary(r *Reader, call *syntax.Call, op syntax.Op) syntax.Expr {
	if !r.arguments(call, 2, 2) {
		return call
	}
	return &syntax.Binary{Span: call.Span, Op: op, X: call.Args[0], Y: call.Args[1]}
}

// substring counts from 0 in the tree. A start from the end, or one that only the data knows, is refused.
func substring(r *Reader, call *syntax.Call) syntax.Expr {
	if !r.arguments(call, 2, 3) {
		return call
	}
	start, ok := call.Args[1].(*syntax.Number)
	if !ok {
		r.Refuse(call.Args[1].Pos(), "a computed start of "+call.Func)
		return call
	}
	n, err := strconv.Atoi(start.Text)
	if err != nil || n < 1 {
		r.Refuse(start.Span, "a start of "+call.Func+" below 1")
		return call
	}
	call.Func = "substr"
	call.Args[1] = &syntax.Number{Span: start.Span, Text: strconv.Itoa(n - 1)}
	return call
}

// like is the function like(x, 'pattern').
func like(r *Reader, call *syntax.Call) syntax.Expr {
	if !r.arguments(call, 2, 2) {
		return call
	}
	pattern, ok := call.Args[1].(*syntax.String)
	if !ok {
		r.Refuse(call.Args[1].Pos(), "a computed pattern of like")
		return call
	}
	return &syntax.Like{Span: call.Span, X: call.Args[0], Pattern: likePattern(pattern)}
}

// approxPercentile takes a fraction where pct takes a percentage.
func approxPercentile(r *Reader, call *syntax.Call) syntax.Expr {
	if !r.arguments(call, 2, 2) {
		return call
	}
	fraction, ok := call.Args[1].(*syntax.Number)
	var percent float64
	if ok {
		percent, _ = strconv.ParseFloat(fraction.Text, 64)
	}
	if !ok || percent < 0 || percent > 1 {
		r.Fail(call.Args[1].Pos(), "%s takes a number from 0 to 1", call.Func)
		return call
	}
	call.Func = "pct"
	call.Args[1] = &syntax.Number{Span: fraction.Span, Text: strconv.FormatFloat(percent*100, 'f', -1, 32)}
	return call
}

// jsonObject is a discovered field, if the object is the message.
func jsonObject(r *Reader, call *syntax.Call) syntax.Expr {
	if !r.arguments(call, 2, 2) {
		return call
	}
	message, isField := call.Args[0].(*syntax.Field)
	path, isString := call.Args[1].(*syntax.String)
	if !isField || !isString || message.Name() != "@message" {
		r.Refuse(call.Span, call.Func+" of anything but @message")
		return call
	}
	keys := strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path.Value), ".")
	if len(keys) < 2 || keys[0] != "$" || slices.Contains(keys, "") || strings.ContainsAny(path.Value, "*?@'\"") {
		r.Refuse(path.Span, "the path "+path.Value)
		return call
	}
	field := &syntax.Field{Span: call.Span}
	for _, key := range keys[1:] {
		field.Path = append(field.Path, syntax.Step{Key: key})
	}
	return field
}

var truncations = map[string]syntax.Unit{
	"millisecond": syntax.Millisecond, "second": syntax.Second, "minute": syntax.Minute, "hour": syntax.Hour, "day": syntax.Day,
	"week": syntax.Week, "month": syntax.Month, "quarter": syntax.Quarter, "year": syntax.Year,
}

// dateTrunc is date_trunc('hour', time).
func dateTrunc(r *Reader, call *syntax.Call) syntax.Expr {
	if !r.arguments(call, 2, 2) {
		return call
	}
	name, _ := call.Args[0].(*syntax.String)
	if name == nil {
		r.Fail(call.Args[0].Pos(), "date_trunc takes the name of a unit first")
		return call
	}
	unit, ok := truncations[strings.ToLower(name.Value)]
	if !ok {
		r.Refuse(name.Span, "the unit "+name.Value)
		return call
	}
	return floor(call.Span, call.Args[1], &syntax.Duration{Span: name.Span, Count: 1, Unit: unit})
}

// floor cuts a time to a period: bin for @timestamp, datefloor for others.
func floor(at syntax.Span, time syntax.Expr, period *syntax.Duration) syntax.Expr {
	if f, ok := time.(*syntax.Field); ok && f.Name() == "@timestamp" {
		return &syntax.Call{Span: at, Func: "bin", Args: []syntax.Expr{period}}
	}
	return &syntax.Call{Span: at, Func: "datefloor", Args: []syntax.Expr{time, period}}
}

// timeSpan reads span(time, 5m); PPL's M is the month.
func (r *Reader) timeSpan(start int) syntax.Expr {
	time := r.Expr()
	r.Expect(",")
	at := r.Here()
	period := &syntax.Duration{Count: int64(r.Int(1, 999_999))}
	unit := map[string]syntax.Unit{
		"ms": syntax.Millisecond, "s": syntax.Second, "m": syntax.Minute, "h": syntax.Hour, "d": syntax.Day, "w": syntax.Week,
		"M": syntax.Month, "q": syntax.Quarter, "y": syntax.Year,
	}[r.Src[r.Start:r.End]]
	if unit == "" && !r.Failed {
		r.Refuse(at, "a span that is no period such as 5m")
	}
	r.Advance()
	period.Unit, period.Span = unit, r.Since(at.Start)
	if !exact(period) && !r.Failed {
		r.Refuse(period.Span, "a span of "+r.Src[period.Start:period.End])
	}
	r.Leave()
	r.Expect(")")
	return floor(r.Since(start), time, period)
}

// exact writes a period so that the caps of Logs Insights do not touch it, if there is a way.
func exact(period *syntax.Duration) bool {
	for _, step := range []struct {
		unit, next syntax.Unit
		count      int64
	}{
		{syntax.Millisecond, syntax.Second, 1000},
		{syntax.Second, syntax.Minute, 60},
		{syntax.Minute, syntax.Hour, 60},
		{syntax.Hour, syntax.Day, 24},
	} {
		if period.Unit == step.unit && period.Count%step.count == 0 {
			period.Unit, period.Count = step.next, period.Count/step.count
		}
	}
	return period.Capped() == period.Count
}
