package service

import (
	"context"
	"fmt"
	"slices"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/exec"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/logs"
)

const (
	// maxQueryGroups is how many groups StartQuery takes.
	maxQueryGroups = 50
	// maxSourceGroups is how many groups a SOURCE selects at most (cloudwatch-logs.md §16.3).
	maxSourceGroups = 10_000
)

// querySources finds the groups of a query and of the queries inside of it, which know theirs by the SOURCE of their plans.
type querySources map[*syntax.Source]*querySource

// open implements exec.Options.
func (q querySources) open(p *plan.Plan) (exec.Source, error) { return q[p.Groups], nil }

// querySources finds all groups that a plan reads. Those of the request have the key nil.
func (s *Service) querySources(ctx context.Context, in *api.StartQueryRequest, p *plan.Plan) (querySources, error) {
	named, err := queryNames(in, p.Groups != nil)
	if err != nil {
		return nil, err
	}
	sources := querySources{}
	if p.Groups == nil {
		groups, err := s.namedGroups(ctx, named)
		if err != nil {
			return nil, err
		}
		sources[nil] = &querySource{s, groups}
	}
	for plans := []*plan.Plan{p}; len(plans) > 0; plans = append(plans[1:], plans[0].Inner()...) {
		source := plans[0].Groups
		if sources[source] != nil {
			continue
		}
		groups, err := s.sourceGroups(ctx, source)
		if err != nil {
			return nil, err
		}
		sources[source] = &querySource{s, groups}
	}
	return sources, nil
}

// queryNames returns the names in a request; there are none if the query has a SOURCE.
func queryNames(in *api.StartQueryRequest, source bool) ([]string, error) {
	ways := 0
	for _, set := range []bool{in.LogGroupName.Set, in.LogGroupNames != nil, in.LogGroupIdentifiers != nil, source} {
		if set {
			ways++
		}
	}
	names := in.LogGroupNames
	switch {
	case ways != 1:
		return nil, invalidParameter("Exactly one of logGroupName, logGroupNames, logGroupIdentifiers and SOURCE in the query must be specified.")
	case source:
		return nil, nil
	case in.LogGroupName.Set:
		names = []string{in.LogGroupName.Value}
	case in.LogGroupIdentifiers != nil:
		names = in.LogGroupIdentifiers
	}
	if len(names) == 0 || len(names) > maxQueryGroups {
		return nil, invalidParameter(fmt.Sprintf("A query reads 1 to %d log groups.", maxQueryGroups))
	}
	return names, nil
}

// namedGroups finds groups by names and ARNs, each once.
func (s *Service) namedGroups(ctx context.Context, identifiers []string) ([]catalog.Group, error) {
	var groups []catalog.Group
	seen := map[logs.GroupID]bool{}
	for _, identifier := range identifiers {
		name, err := groupName(scopeOf(ctx), identifier)
		if err != nil {
			return nil, err
		}
		g, err := s.group(ctx, name)
		if isNotFound(err) {
			return nil, &api.ResourceNotFoundException{Message: fmt.Sprintf("Log group '%s' does not exist for account ID '%s'%s",
				name, scopeOf(ctx).Account, leaked("ResourceNotFoundException"))}
		}
		if err != nil {
			return nil, err
		}
		if !seen[g.ID] {
			seen[g.ID] = true
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// sourceGroups finds the groups of a SOURCE: those that it names, as far as its selectors take them too, or all that these take.
func (s *Service) sourceGroups(ctx context.Context, source *syntax.Source) ([]catalog.Group, error) {
	if len(source.DataSources) > 0 {
		return nil, invalidParameter("The query selects by dataSource, which is not supported: no data source exists.")
	}
	want := source.LogGroups
	if want == nil {
		want = &syntax.GroupSelector{}
	}
	if err := checkAccounts(scopeOf(ctx), want.AccountIdentifier); err != nil {
		return nil, err
	}
	filter := groupFilter{}
	for _, tag := range source.Tags {
		filter.tags = append(filter.tags, tagFilter{tag.Key, tag.Values})
	}
	takes := func(g *catalog.Group) (bool, error) {
		if len(want.Class) > 0 && !slices.Contains(want.Class, g.Class) || g.Class == classDelivery && len(source.Groups) == 0 {
			return false, nil // nothing can be read of groups for deliveries
		}
		return s.takes(ctx, filter, g)
	}
	if len(source.Groups) > 0 {
		return s.narrowedGroups(ctx, source, takes)
	}
	groups, err := s.selectedGroups(ctx, want.NamePrefix, takes)
	if err == nil && len(groups) == 0 {
		err = &api.ResourceNotFoundException{Message: "No log group matches the SOURCE of the query." + leaked("ResourceNotFoundException")}
	}
	return groups, err
}

// narrowedGroups finds the groups that a SOURCE names. One that its selectors do not take is an error: it was asked for.
func (s *Service) narrowedGroups(ctx context.Context, source *syntax.Source, takes func(*catalog.Group) (bool, error)) ([]catalog.Group, error) {
	var names []string
	for _, name := range source.Groups {
		names = append(names, name.Text)
	}
	groups, err := s.namedGroups(ctx, names)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		g := &groups[i]
		ok, err := takes(g)
		if err != nil {
			return nil, err
		}
		if ok && source.LogGroups != nil && len(source.LogGroups.NamePrefix) > 0 {
			ok = hasPrefix(g.Name, source.LogGroups.NamePrefix)
		}
		if !ok {
			return nil, invalidParameter("The SOURCE of the query names the log group " + g.Name + ", which its selectors leave out.")
		}
	}
	return groups, nil
}

// selectedGroups finds the groups with one of some prefixes, in order of name; without prefixes all of them.
func (s *Service) selectedGroups(ctx context.Context, prefixes []string, takes func(*catalog.Group) (bool, error)) ([]catalog.Group, error) {
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	prefixes = slices.Sorted(slices.Values(prefixes))
	var groups []catalog.Group
	for i, prefix := range prefixes {
		if i > 0 && hasPrefix(prefix, prefixes[:i]) {
			continue // what begins so begins with a shorter one too
		}
		q := catalog.GroupQuery{Scope: scopeOf(ctx), Prefix: prefix, Limit: groupScanPage}
		for page := []catalog.Group{{}}; len(page) > 0; {
			var err error
			if page, err = s.catalog.ListGroups(ctx, q); err != nil {
				return nil, groupNoun.exception("select groups", err)
			}
			for i := range page {
				q.After = page[i].Name
				ok, err := takes(&page[i])
				if err != nil {
					return nil, groupNoun.exception("select groups", err)
				}
				if ok {
					groups = append(groups, page[i])
				}
			}
			if len(groups) > maxSourceGroups {
				return nil, invalidParameter(fmt.Sprintf("The SOURCE of the query selects more than %d log groups.", maxSourceGroups))
			}
		}
	}
	return groups, nil
}

func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return len(name) >= len(prefix) && name[:len(prefix)] == prefix })
}
