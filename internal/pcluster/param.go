package pcluster

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	idForm     = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]+$`)
	regionForm = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)
)

// params are the checked parameters of one request.
type params struct {
	region        string
	nextToken     string
	tokenFromBody bool // nextToken stood in the body only: a wrong one must not break the request

	startFromHead bool
	limit         int64  // 0: not given
	start, end    *int64 // epoch milliseconds, before 1970 too; nil: not given
	filters       []string
	statuses      []string
}

// maxLimit is CloudWatch Logs' for a page of events.
const maxLimit = 10_000

// parseID checks an image id or a cluster's name.
func parseID(id string) error {
	if !idForm.MatchString(id) {
		return badRequest("'%s' does not match '%s'", id, idForm)
	}
	return nil
}

// parseParams checks in upstream's order: types, then the region, then times and limit. statuses is nil where the operation
// has no such parameter.
func parseParams(query url.Values, body []byte, defaultRegion string, statuses *statusParam) (*params, error) {
	p := &params{region: query.Get("region"), nextToken: query.Get("nextToken")}
	p.fillFromBody(body, defaultRegion)
	if err := p.parseTypes(query); err != nil {
		return nil, err
	}
	if err := p.parseStatuses(query, statuses); err != nil {
		return nil, err
	}
	if p.region == "" {
		p.region = defaultRegion
	}
	if p.region == "" {
		return nil, badRequest("region needs to be set")
	}
	if !knownRegion(p.region, defaultRegion) {
		return nil, badRequest("invalid or unsupported region '%s'", p.region)
	}
	return p, p.parseRange(query)
}

// knownRegion takes every name of the form that AWS gives its regions, and the server's own.
func knownRegion(region, defaultRegion string) bool {
	return region == defaultRegion || regionForm.MatchString(region)
}

func (p *params) parseTypes(query url.Values) error {
	if text := strings.TrimSpace(query.Get("limit")); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return badRequest("Wrong type, expected 'integer' for query parameter 'limit'")
		}
		p.limit = n // out of range, it is the nearest number
	}
	switch strings.ToLower(query.Get("startFromHead")) {
	case "", "false":
	case "true":
		p.startFromHead = true
	default:
		return badRequest("Wrong type, expected 'boolean' for query parameter 'startFromHead'")
	}
	for _, f := range query["filters"] {
		p.filters = append(p.filters, strings.Fields(f)...)
	}
	return nil
}

func (p *params) parseRange(query url.Values) error {
	for _, bound := range []struct {
		name, text string
		value      **int64
	}{{"start_time", query.Get("startTime"), &p.start}, {"end_time", query.Get("endTime"), &p.end}} {
		if bound.text == "" {
			continue
		}
		ms, ok := parseTime(bound.text)
		if !ok {
			return badRequest("%s filter must be in the ISO 8601 format: YYYY-MM-DDThh:mm:ssZ. (e.g. 1984-09-15T19:20:30Z or 1984-09-15).", bound.name)
		}
		*bound.value = &ms
	}
	if p.start != nil && p.end != nil && *p.start >= *p.end {
		return badRequest("start_time filter must be earlier than end_time filter.")
	}
	if p.limit < 0 {
		return badRequest("'limit' must be a positive integer.")
	}
	if p.limit > maxLimit {
		return badRequest("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to %d", p.limit, maxLimit)
	}
	return nil
}

// statusParam is a query parameter that may stand more than once and takes one of some words.
type statusParam struct {
	name     string
	required bool
	words    []string
}

func (p *params) parseStatuses(query url.Values, want *statusParam) error {
	if want == nil {
		return nil
	}
	p.statuses = query[want.name]
	if want.required && len(p.statuses) == 0 {
		return badRequest("Missing query parameter '%s'", want.name)
	}
	for _, s := range p.statuses {
		if !slices.Contains(want.words, s) {
			return badRequest("'%s' is not one of ['%s']", s, strings.Join(want.words, "', '"))
		}
	}
	return nil
}
