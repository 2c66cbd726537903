package syntax

import (
	"regexp"
	resyntax "regexp/syntax"
	"strings"
)

// regex reads /…/; the token to read is its first slash.
func (p *parser) regex() *Regex {
	start := p.tok.start
	if p.tok.kind != '/' {
		p.unexpected("a regular expression in slashes")
		return &Regex{Span: p.here()}
	}
	end := slashAt(p.src, start+1)
	if end < 0 {
		p.fail(Span{start, len(p.src)}, "the regular expression has no closing '/'")
		return &Regex{}
	}
	p.pos = end + 1
	p.tok.end = p.pos
	regex := &Regex{p.here(), unslash(p.src[start+1 : end])}
	p.advance()
	checkRegex(regex.Span, regex.Source, &p.Diagnostics)
	return regex
}

// slashAt finds the slash that ends a regular expression, -1 without one.
func slashAt(text string, from int) int {
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '/':
			return i
		}
	}
	return -1
}

// unslash turns \/ into /, which has no meaning of its own in a regular expression.
func unslash(source string) string {
	if !strings.Contains(source, `\/`) {
		return source
	}
	var out strings.Builder
	for i := 0; i < len(source); i++ {
		if source[i] == '\\' && i+1 < len(source) {
			if i++; source[i] != '/' {
				out.WriteByte('\\')
			}
		}
		out.WriteByte(source[i])
	}
	return out.String()
}

// checkRegex compiles a regular expression and says why it is none.
func checkRegex(at Span, source string, errs *Diagnostics) {
	if _, err := regexp.Compile(source); err != nil {
		errs.Report(at, "invalid regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

// regexGroups are the names of the groups, "" of those without.
func regexGroups(source string) []string {
	re, err := resyntax.Parse(source, resyntax.Perl)
	if err != nil {
		return nil
	}
	return re.CapNames()[1:]
}

// regex writes what unslash reads.
func (w *printer) regex(r *Regex) {
	w.text("/")
	for i := 0; i < len(r.Source); i++ {
		switch r.Source[i] {
		case '/':
			w.text(`\/`)
			continue
		case '\\':
			if i+1 < len(r.Source) {
				w.out = append(w.out, '\\')
				i++
			}
		}
		w.out = append(w.out, r.Source[i])
	}
	w.text("/")
}
