package pattern

import "bytes"

const (
	maxWords = 64   // of a text that are looked at
	maxBytes = 2048 // before which a word begins that is looked at
	maxWord  = 64   // bytes; what is longer is masked

	slot   = 1 // stands for a word between separators; those are 0x20 at least
	masked = 0 // begins what stands in the place of a masked word; its kind follows
)

// kinds are what is masked, by the names that patterns show.
var kinds = [...]string{"Token", "Time", "Number", "IP", "UUID", "Hex"}

const (
	tokenKind = iota
	timeKind
	numberKind
	ipKind
	uuidKind
	hexKind
	noKind // a word that stays
)

// masks are what stands in the place of a masked word.
var masks = [...][]byte{{masked, tokenKind}, {masked, timeKind}, {masked, numberKind}, {masked, ipKind}, {masked, uuidKind}, {masked, hexKind}}

// scanner takes one text apart; what it gives is valid until the next scan, and as long as the text.
type scanner struct {
	class []byte   // the number of the severity, then separators with slots for the words
	words [][]byte // as they stand, or masked
	shape []byte   // separators and words
}

// scan takes a text apart. White space is one blank, however much of it there is.
func (s *scanner) scan(text []byte) {
	text = bytes.TrimSpace(text)
	s.class, s.words, s.shape = append(s.class[:0], 0), s.words[:0], s.shape[:0]
	for i := 0; i < len(text); {
		if len(s.words) == maxWords || i >= maxBytes {
			s.word(masks[tokenKind])
			return
		}
		if isWord[text[i]] {
			kind, end := token(text, i)
			if kind == noKind {
				s.plain(text[i:end])
			} else {
				s.word(masks[kind])
			}
			i = end
			continue
		}
		s.separator(text[i])
		i++
	}
}

func (s *scanner) separator(c byte) {
	if c <= ' ' || c == 0x7f {
		if c = ' '; s.class[len(s.class)-1] == ' ' {
			return
		}
	}
	s.class, s.shape = append(s.class, c), append(s.shape, c)
}

func (s *scanner) word(word []byte) {
	s.class = append(s.class, slot)
	s.words = append(s.words, word)
	s.shape = append(append(s.shape, slot), word...)
}

// plain is a word that stays as it is; the first one that names a severity is the text's.
func (s *scanner) plain(word []byte) {
	if s.class[0] == 0 {
		s.class[0] = severityOf(word)
	}
	s.word(word)
}

// isWord are the bytes of words: the others are separators.
var isWord = func() (is [256]bool) {
	for c := range is {
		is[c] = '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 || bytes.IndexByte([]byte("_.-@+$~#*%"), byte(c)) >= 0
	}
	return is
}()

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// token returns what the word at i is, and where it ends.
func token(text []byte, i int) (kind, end int) {
	if isDigit(text[i]) {
		if n := timeLength(text[i:]); n > 0 {
			return timeKind, i + n
		}
	}
	if isHex(text[i]) {
		if n := addressLength(text[i:]); n > 0 {
			return ipKind, i + n
		}
	}
	digits, hex := 0, 0
	for end = i; end < len(text) && isWord[text[end]]; end++ {
		switch c := text[end]; {
		case isDigit(c):
			digits++
			hex++
		case isHex(c):
			hex++
		}
	}
	for end > i+1 && (text[end-1] == '.' || text[end-1] == '-') { // a full stop, a dash
		end--
	}
	kind, n := classify(text[i:end], digits, hex)
	return kind, i + n
}

// classify tells what a word is, of which so many bytes are digits and hexadecimal ones, and how much of it.
func classify(word []byte, digits, hex int) (kind, length int) {
	switch n := len(word); {
	case digits == 0:
		if n > maxWord {
			return tokenKind, n
		}
		return noKind, n
	case n == digits:
		return numberKind, n
	}
	n := numberLength(word)
	if n > 0 && (n == len(word) || isUnit(word[n:])) {
		return numberKind, n
	}
	n = len(word)
	switch {
	case isUUID(word, hex):
		return uuidKind, n
	case isIPv4(word, digits):
		return ipKind, n
	case hex == n && n >= 8, n > 2 && word[0] == '0' && word[1]|0x20 == 'x':
		return hexKind, n
	case 3*digits > n, n > maxWord:
		return tokenKind, n
	}
	return noKind, n
}

// numberLength is how much of a word is a number, with a sign and decimals.
func numberLength(word []byte) int {
	i := 0
	if word[0] == '-' || word[0] == '+' {
		i++
	}
	start := i
	for i < len(word) && isDigit(word[i]) {
		i++
	}
	if i == start {
		return 0
	}
	if i+1 < len(word) && word[i] == '.' && isDigit(word[i+1]) {
		for i++; i < len(word) && isDigit(word[i]); i++ {
		}
	}
	return i
}

func isUnit(word []byte) bool {
	switch string(word) {
	case "%", "B", "b", "d", "h", "m", "s", "ms", "us", "ns", "µs", "min", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "k", "K", "M", "G":
		return true
	}
	return false
}

func isUUID(word []byte, hex int) bool {
	return len(word) == 36 && hex == 32 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-'
}

func isIPv4(word []byte, digits int) bool {
	if len(word) != digits+3 || word[0] == '.' {
		return false
	}
	dots, last := 0, -1
	for i, c := range word {
		if c != '.' {
			continue
		}
		if i == last+1 || i > last+4 {
			return false
		}
		dots, last = dots+1, i
	}
	return dots == 3 && last < len(word)-1
}

// addressLength is the length of the IPv6 address that text begins with, 0 if it is none: hexadecimal digits and at least two colons.
func addressLength(text []byte) int {
	colons, run, i := 0, 0, 0
	for ; i < len(text); i++ {
		if c := text[i]; c == ':' {
			colons, run = colons+1, 0
		} else if run++; !isHex(c) || run > 4 {
			break
		}
	}
	if colons < 2 || colons > 7 || text[i-1] == ':' && text[i-2] != ':' || i < len(text) && isWord[text[i]] {
		return 0
	}
	return i
}

// severities are the labels, by number.
var severities = [...]string{"", "Error", "Warning", "Info", "Debug"}

// severityOf is the number of the severity that a word names, 0 if it names none.
func severityOf(word []byte) byte {
	if len(word) < 3 || len(word) > 9 {
		return 0
	}
	var room [9]byte
	for i, c := range word {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		room[i] = c
	}
	switch string(room[:len(word)]) {
	case "FATAL", "CRITICAL", "CRIT", "EMERG", "EMERGENCY", "ALERT", "PANIC", "SEVERE", "ERROR", "ERR":
		return 1
	case "WARN", "WARNING":
		return 2
	case "INFO", "NOTICE":
		return 3
	case "DEBUG", "TRACE", "FINE", "FINER", "FINEST":
		return 4
	}
	return 0
}
