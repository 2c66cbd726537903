package service

import (
	"context"
	"errors"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
)

// groupFilter is what ListLogGroups asks of names and tags. All of it must hold.
type groupFilter struct {
	names namePattern
	tags  []tagFilter
}

// isSimple tells whether the catalog can decide all of it.
func (f groupFilter) isSimple() bool { return len(f.tags) == 0 && len(f.names) <= 1 }

// takes tells whether the filter holds for a group.
func (s *Service) takes(ctx context.Context, f groupFilter, g *catalog.Group) (bool, error) {
	if !f.names.match(g.Name) {
		return false, nil
	}
	if len(f.tags) == 0 {
		return true, nil
	}
	tags, err := s.catalog.GroupTags(ctx, g.ID)
	if errors.Is(err, catalog.ErrNotFound) {
		return false, nil // it was deleted since it was listed
	}
	if err != nil {
		return false, err
	}
	for _, tag := range f.tags {
		if !tag.match(tags) {
			return false, nil
		}
	}
	return true, nil
}

// tagFilter is one member of logGroupTags. A value may begin with "!", which negates it, and have "*" at its beginning and
// its end, which stands for any text.
type tagFilter struct {
	key    string
	values []string
}

func parseTagFilters(list []api.TagFilter) []tagFilter {
	filters := make([]tagFilter, len(list))
	for i, f := range list {
		filters[i] = tagFilter{key: f.Key, values: f.Values}
	}
	return filters
}

// match tells whether tags have the key, with a value that no negated value matches and that one of the plain values
// matches, if there are any.
func (f tagFilter) match(tags map[string]string) bool {
	value, ok := tags[f.key]
	if !ok {
		return false
	}
	plain, matched := false, false
	for _, want := range f.values {
		pattern, negated := strings.CutPrefix(want, "!")
		hit := matchWildcard(pattern, value)
		if negated && hit {
			return false
		}
		plain = plain || !negated
		matched = matched || !negated && hit
	}
	return matched || !plain
}

func matchWildcard(pattern, value string) bool {
	text, open := strings.CutPrefix(pattern, "*")
	if open && text == "" {
		return true
	}
	text, openEnd := strings.CutSuffix(text, "*")
	switch {
	case open && openEnd:
		return strings.Contains(value, text)
	case open:
		return strings.HasSuffix(value, text)
	case openEnd:
		return strings.HasPrefix(value, text)
	}
	return value == text
}
