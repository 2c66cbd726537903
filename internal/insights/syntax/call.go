package syntax

import "strconv"

// CheckCall reports what is wrong with a call of a function in the table.
func CheckCall(c *Call, errs *Diagnostics) {
	if f, ok := FunctionByName(c.Func); ok {
		checkCall(c, f, errs)
	}
}

// checkCall compares the arguments of a call with what the function takes.
func checkCall(c *Call, f *Function, errs *Diagnostics) {
	if c.Star {
		if f.Name != "count" {
			errs.Report(c.Span, "only count takes *: %s", f.Signature())
		}
		return
	}
	least, most := f.arity()
	if n := len(c.Args); n < least || n > most {
		errs.Report(c.Span, "wrong number of arguments, %d: %s", n, f.Signature())
		return
	}
	if f.Name == "case" && len(c.Args)/2 > maxCaseBranches {
		errs.Report(c.Span, "more than %d branches: %s", maxCaseBranches, f.Signature())
	}
	for i, arg := range c.Args {
		checkArg(arg, f, f.Params[min(i, len(f.Params)-1)], errs)
	}
}

// arity is how many arguments the function takes.
func (f *Function) arity() (least, most int) {
	for _, param := range f.Params {
		if most++; !param.Optional {
			least++
		}
		if param.Repeated {
			most = MaxLength
		}
	}
	return least, most
}

func checkArg(arg Expr, f *Function, param Param, errs *Diagnostics) {
	_, period := arg.(*Duration)
	switch {
	case period != (param.Kind == KindPeriod):
		if period {
			errs.Report(arg.Pos(), "unexpected period, '%s' is no period: %s", param.Name, f.Signature())
		} else {
			errs.Report(arg.Pos(), "'%s' is a period such as 5m: %s", param.Name, f.Signature())
		}
	case param.Kind == KindCount:
		if least, most, ok := countBounds(f.Name, arg); !ok {
			errs.Report(arg.Pos(), "'%s' is a number from %s to %s: %s", param.Name, least, most, f.Signature())
		}
	case param.Kind == KindPattern:
		if s, ok := arg.(*String); ok {
			checkRegex(s.Span, s.Value, errs)
		}
	}
}

// countBounds checks the literal number of an aggregate: a percentage may have decimals, other counts are whole.
func countBounds(function string, arg Expr) (least, most string, ok bool) {
	n, number := arg.(*Number)
	if function == "pct" {
		if !number {
			return "0", "100", false
		}
		percent, err := strconv.ParseFloat(n.Text, 64)
		return "0", "100", err == nil && percent >= 0 && percent <= 100
	}
	if !number {
		return "1", "10000", false
	}
	count, err := strconv.Atoi(n.Text)
	return "1", "10000", err == nil && count >= 1 && count <= 10_000
}
