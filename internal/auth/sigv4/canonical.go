package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// buildCanonical writes the canonical request but for its last line, the hash of the body. A header that is signed but not
// there was lost or renamed on the way: that is a mismatch, even if it was empty.
func (s *Signature) buildCanonical(r *http.Request) error {
	path, query := target(r)
	b := make([]byte, 0, 768)
	if r.Method == "" {
		b = append(b, http.MethodGet...)
	}
	b = append(b, r.Method...)
	b = append(b, '\n')
	b = appendPath(b, path)
	b = append(b, '\n')
	b = appendQuery(b, query)
	b = append(b, '\n')
	for name := range strings.SplitSeq(s.signed, ";") {
		b = append(b, name...)
		b = append(b, ':')
		if name == "host" {
			s.host.start = len(b)
			b = append(b, r.Host...)
			s.host.end = len(b)
		} else {
			var there bool
			if b, there = appendHeader(b, r, name); !there {
				return errMismatch()
			}
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	b = append(b, s.signed...)
	s.canonical = append(b, '\n')
	return nil
}

// target splits the request line's target as it was sent; URL has it decoded already and keeps odd bytes in another form.
func target(r *http.Request) (path, query string) {
	raw := r.RequestURI
	if raw == "" {
		return r.URL.EscapedPath(), r.URL.RawQuery
	}
	path, query, _ = strings.Cut(raw, "?")
	if strings.HasPrefix(path, "/") {
		return path, query
	}
	// The absolute form that proxies use: scheme://authority/path.
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
		return "/" + path, query
	}
	return path, query
}

// appendPath encodes a path that is encoded already once more: every service but S3 signs it so.
func appendPath(b []byte, path string) []byte {
	if path == "" {
		return append(b, '/')
	}
	const digits = "0123456789ABCDEF"
	for i := range len(path) {
		switch c := path[i]; {
		case isAlnum(c), c == '/', c == '-', c == '.', c == '_', c == '~':
			b = append(b, c)
		default:
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

// appendQuery sorts the raw pairs. A name without '=' gets one, as clients' canonical forms do.
func appendQuery(b []byte, query string) []byte {
	if query == "" {
		return b
	}
	type pair struct{ name, value string }
	pairs := make([]pair, 0, 8)
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, pair{name, value})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

// appendHeader joins the values of a header.
func appendHeader(b []byte, r *http.Request, name string) (_ []byte, there bool) {
	var key [64]byte
	values := r.Header[string(headerKey(key[:0], name))]
	if values == nil && name == "content-length" && r.ContentLength >= 0 {
		return strconv.AppendInt(b, r.ContentLength, 10), true
	}
	for i, value := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendFolded(b, value)
	}
	return b, values != nil
}

// headerKey turns a lower-case name into net/http's form of it, X-Amz-Date.
func headerKey(b []byte, name string) []byte {
	upper := true
	for i := range len(name) {
		c := name[i]
		if upper && c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper = c == '-'
		b = append(b, c)
	}
	return b
}

// appendFolded trims a value and makes one space of several.
func appendFolded(b []byte, value string) []byte {
	value = strings.Trim(value, " \t")
	for i := range len(value) {
		if value[i] == ' ' && value[i-1] == ' ' {
			continue
		}
		b = append(b, value[i])
	}
	return b
}
