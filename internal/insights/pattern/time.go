package pattern

// shapes are how times begin: 0 is a digit, a is a letter, T is a T or a blank, - is a dash or a slash.
var shapes = [...]string{
	"0000-00-00T00:00:00",  // and a fraction and a zone
	"00/aaa/0000:00:00:00", // of access logs
	"0000-00-00",
	"00:00:00",
}

// timeLength is the length of the time or date that text begins with, 0 if it begins with none.
func timeLength(text []byte) int {
	if len(text) < 8 || (text[2] != ':' && text[2] != '/' && text[4] != '-' && text[4] != '/') {
		return 0
	}
	for _, shape := range shapes {
		if !hasShape(text, shape) {
			continue
		}
		n := len(shape)
		if shape[n-3] == ':' {
			n = zoneEnd(text, fractionEnd(text, n))
		}
		if n < len(text) && isWord[text[n]] && text[n] != '.' && text[n] != '-' {
			continue // a part of something longer
		}
		return n
	}
	return 0
}

func hasShape(text []byte, shape string) bool {
	if len(text) < len(shape) {
		return false
	}
	for i := range len(shape) {
		c, ok := text[i], false
		switch shape[i] {
		case '0':
			ok = isDigit(c)
		case 'a':
			ok = 'a' <= c|0x20 && c|0x20 <= 'z'
		case 'T':
			ok = c == 'T' || c == 't' || c == ' '
		case '-':
			ok = c == '-' || c == '/'
		default:
			ok = c == shape[i]
		}
		if !ok {
			return false
		}
	}
	return true
}

// fractionEnd is the end of a fraction of a second at n, n if there is none.
func fractionEnd(text []byte, n int) int {
	end := n
	if end < len(text) && (text[end] == '.' || text[end] == ',') {
		for end++; end < len(text) && isDigit(text[end]); end++ {
		}
	}
	if end > n+1 {
		return end
	}
	return n
}

// zoneEnd is the end of Z, +01:00, +0100 or a blank and +0100 at n, n if there is none.
func zoneEnd(text []byte, n int) int {
	if n < len(text) && text[n]|0x20 == 'z' {
		return n + 1
	}
	at := n
	if at < len(text) && text[at] == ' ' {
		at++
	}
	if at == len(text) || text[at] != '+' && text[at] != '-' {
		return n
	}
	for _, shape := range []string{"00:00", "0000"} {
		if hasShape(text[at+1:], shape) && (at == n || shape == "0000") {
			return at + 1 + len(shape)
		}
	}
	return n
}
