package syntax

import "strings"

// scanPath reads a.b, a[0].b, m.`user.id`, @`aws.tag.a:b`.
func (p *parser) scanPath() {
	start := p.pos
	p.scanKey()
	for !p.failed && p.pos < len(p.src) {
		switch next := p.src[p.pos]; {
		case next == '.' && p.keyAt(p.pos+1):
			p.pos++
			p.scanKey()
		case next == '[' && !strings.EqualFold(p.src[start:p.pos], "in") && p.indexAt(p.pos+1):
			p.pos += strings.IndexByte(p.src[p.pos:], ']') + 1
		default:
			return
		}
	}
}

// scanKey reads one key of a path, which may have a backquoted rest behind an "@".
func (p *parser) scanKey() {
	if p.src[p.pos] != '`' {
		for p.pos++; p.pos < len(p.src) && isNameByte(p.src[p.pos]); p.pos++ {
		}
		if p.pos == len(p.src) || p.src[p.pos] != '`' || p.src[p.pos-1] != '@' {
			return
		}
	}
	start := p.pos
	for p.pos++; p.pos < len(p.src); p.pos++ {
		if p.src[p.pos] != '`' {
			continue
		}
		if p.pos+1 < len(p.src) && p.src[p.pos+1] == '`' { // ` itself, written twice
			p.pos++
			continue
		}
		p.pos++
		if p.pos == start+2 {
			p.fail(Span{start, p.pos}, "a name in backquotes is empty")
		}
		return
	}
	p.fail(Span{start, len(p.src)}, "a name in backquotes has no end")
}

func (p *parser) keyAt(i int) bool {
	return i < len(p.src) && (isNameByte(p.src[i]) || p.src[i] == '`')
}

// steps takes the text of a path token apart.
func steps(path string) []Step {
	out := make([]Step, 0, 1+strings.Count(path, "."))
	for path != "" {
		var step Step
		switch path[0] {
		case '.':
			path = path[1:]
			continue
		case '[':
			end := strings.IndexByte(path, ']')
			step.Bracket = true
			for _, digit := range path[1:end] {
				step.Index = 10*step.Index + int(digit-'0')
			}
			path = path[end+1:]
		default:
			step.Key, path = cutKey(path)
		}
		out = append(out, step)
	}
	return out
}

// cutKey takes the first key, without its backquotes, off a path.
func cutKey(path string) (key, rest string) {
	i := 0
	for i < len(path) && isNameByte(path[i]) {
		i++
	}
	if i == len(path) || path[i] != '`' {
		return path[:i], path[i:]
	}
	start := i
	for i++; path[i] != '`' || i+1 < len(path) && path[i+1] == '`'; i++ {
		if path[i] == '`' {
			i++
		}
	}
	return path[:start] + strings.ReplaceAll(path[start+1:i], "``", "`"), path[i+1:]
}
