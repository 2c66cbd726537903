package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// fields are the three parts of an Authorization header.
type fields struct{ credential, signed, signature string }

// authorization takes the header apart. A missing part is not yet an error: stamp tells of all that is missing at once.
func authorization(r *http.Request) (fields, error) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		if query := r.URL.RawQuery; strings.Contains(query, "X-Amz-Signature=") || strings.Contains(query, "X-Amz-Algorithm=") {
			return fields{}, errIncomplete("A signature in the query string is not supported: sign with the Authorization header.")
		}
		return fields{}, errMissing()
	}
	if len(values) > 1 {
		return fields{}, errIncomplete("More than one Authorization header.")
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if name == "" {
		return fields{}, errMissing()
	}
	if name != algorithm {
		return fields{}, errIncomplete("Unsupported AWS 'algorithm': '%.64s' (%s is supported).", name, algorithm)
	}
	return parseFields(rest)
}

func parseFields(text string) (fields, error) {
	var a fields
	for len(text) > 0 {
		var part string
		part, text, _ = strings.Cut(text, ",")
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return fields{}, errIncomplete("'%.64s' not a valid key=value pair (missing equal-sign) in Authorization header.", name)
		}
		var to *string
		switch name {
		case "Credential":
			to = &a.credential
		case "SignedHeaders":
			to = &a.signed
		case "Signature":
			to = &a.signature
		default:
			return fields{}, errIncomplete("'%.64s' not a valid parameter of the Authorization header.", name)
		}
		if *to != "" {
			return fields{}, errIncomplete("Authorization header has '%s' more than once.", name)
		}
		*to = value
	}
	return a, nil
}

// stamp finds the time of signing and names every part that is missing in one message, as AWS does.
func stamp(h http.Header, a *fields) (string, error) {
	var missing []string
	for _, part := range [...]struct{ name, value string }{
		{"Credential", a.credential}, {"Signature", a.signature}, {"SignedHeaders", a.signed},
	} {
		if part.value == "" {
			missing = append(missing, "Authorization header requires '"+part.name+"' parameter.")
		}
	}
	text := h.Get("X-Amz-Date")
	if text == "" {
		text = h.Get("Date")
	}
	if text == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return "", errIncomplete("%s", strings.Join(missing, " "))
	}
	if len(text) != len(stampLayout) {
		if t, err := http.ParseTime(text); err == nil {
			return t.UTC().Format(stampLayout), nil
		}
	}
	return text, nil
}

// parseCredential takes id/date/region/service/aws4_request apart. The id may hold slashes of its own.
func parseCredential(text string) (Credential, error) {
	rest, last := cutLast(text)
	rest, service := cutLast(rest)
	rest, region := cutLast(rest)
	id, date := cutLast(rest)
	if id == "" || date == "" || region == "" || service == "" {
		return Credential{}, errIncomplete("Credential must have exactly 5 slash-delimited elements, "+
			"e.g. keyid/date/region/service/term, got '%.256s'", text)
	}
	if last != terminator {
		return Credential{}, errInvalid("Credential should be scoped with a valid terminator: '%s', not '%.64s'.", terminator, last)
	}
	if !isRegion(region) {
		return Credential{}, errInvalid("Credential should be scoped to a valid region, not '%.64s'. ", region)
	}
	return Credential{AccessKeyID: id, Date: date, Region: region, Service: service}, nil
}

func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// isRegion keeps out of ARNs and listings what no region is called; "0" is what one client makes of a numeric address.
func isRegion(s string) bool {
	if len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlnum(c) && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// ClaimedCredential reads what a request says of itself, whatever its signature is worth: for servers that check none.
func ClaimedCredential(r *http.Request) (Credential, bool) {
	a, err := authorization(r)
	if err != nil {
		return Credential{}, false
	}
	c, err := parseCredential(a.credential)
	return c, err == nil
}

// checkScope compares service, date and clock.
func (s *Signature) checkScope() error {
	if s.Service != s.verifier.service {
		return errInvalid("Credential should be scoped to correct service: '%s'. ", s.verifier.service)
	}
	t, err := time.Parse(stampLayout, s.stamp)
	// Parse lets a fraction of a second pass, which no signer writes.
	if err != nil || len(s.stamp) != len(stampLayout) {
		return errIncomplete("Date must be in ISO-8601 'basic format'. Got '%.64s'. See http://en.wikipedia.org/wiki/ISO_8601", s.stamp)
	}
	s.Time = t
	if day := s.stamp[:8]; s.Date != day {
		return errInvalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%.64s' != '%s', from '%s'.",
			s.Date, day, s.stamp)
	}
	now := s.verifier.now()
	if t.Before(now.Add(-s.verifier.skew).Truncate(time.Second)) || t.After(now.Add(s.verifier.skew)) {
		return errSkew(s.stamp, now, s.verifier.skew)
	}
	return nil
}

// checkHeaders holds that what decides about the request is covered by the signature.
func (s *Signature) checkHeaders(h http.Header) error {
	if err := checkNames(s.signed); err != nil {
		return err
	}
	if !signs(s.signed, "host") {
		return errInvalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	// Without this, whoever saw one signed request could send its body to another operation.
	if h["X-Amz-Target"] != nil && !signs(s.signed, "x-amz-target") {
		return errUnsigned("X-Amz-Target")
	}
	if s.SessionToken = h.Get("X-Amz-Security-Token"); s.SessionToken != "" && !signs(s.signed, "x-amz-security-token") {
		return errUnsigned("X-Amz-Security-Token")
	}
	if s.claimed = h.Get("X-Amz-Content-Sha256"); s.claimed != "" && len(s.claimed) != 64 {
		return errInvalid("The value of 'X-Amz-Content-Sha256' must be the SHA-256 of the body, not '%.64s'.", s.claimed)
	}
	return nil
}

// checkNames wants lower-case names in ascending order, each once, as the canonical request needs them.
func checkNames(signed string) error {
	last := ""
	for name := range strings.SplitSeq(signed, ";") {
		if name <= last || !isLowerToken(name) {
			return errIncomplete("'SignedHeaders' must be lower-case names in ascending order, got '%.256s'.", signed)
		}
		last = name
	}
	return nil
}

func signs(signed, name string) bool {
	for s := range strings.SplitSeq(signed, ";") {
		if s == name {
			return true
		}
	}
	return false
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isLowerToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || !isAlnum(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return true
}
