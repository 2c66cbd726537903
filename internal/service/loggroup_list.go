package service

import (
	"context"
	"slices"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// groupScanPage and groupScanBudget bound what one ListLogGroups call reads: groups at a time, and in all.
const (
	groupScanPage   = 500
	groupScanBudget = 5_000
)

// DescribeLogGroups lists groups by name (cloudwatch-logs.md §3).
func (s *Service) DescribeLogGroups(ctx context.Context, in *api.DescribeLogGroupsRequest) (*api.DescribeLogGroupsResponse, error) {
	scope := scopeOf(ctx)
	if in.LogGroupNamePrefix.Set && in.LogGroupNamePattern.Set {
		return nil, invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if err := checkAccounts(scope, in.AccountIdentifiers); err != nil {
		return nil, err
	}
	q := catalog.GroupQuery{
		Scope:    scope,
		Prefix:   in.LogGroupNamePrefix.Value,
		Contains: in.LogGroupNamePattern.Value,
		Class:    string(in.LogGroupClass.Value),
		Limit:    int(in.Limit.Or(describeLimit)) + 1, // one more tells whether there is a next page
	}
	walk := newWalk("DescribeLogGroups", scope).text(q.Prefix).text(q.Contains).flag(in.LogGroupNamePattern.Set).
		text(q.Class).texts(in.LogGroupIdentifiers)
	var err error
	if q.After, err = s.openNameToken(walk, in.NextToken); err != nil {
		return nil, err
	}
	var page []catalog.Group
	if in.LogGroupIdentifiers != nil {
		page, err = s.identifiedGroups(ctx, in, q)
	} else if page, err = s.catalog.ListGroups(ctx, q); err != nil {
		err = groupNoun.exception("describe groups", err)
	}
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogGroupsResponse{LogGroups: make([]api.LogGroup, 0, len(page))}
	if len(page) == q.Limit {
		page = page[:q.Limit-1]
		out.NextToken = api.Some(s.tokens.seal(walk, []byte(page[len(page)-1].Name)))
	}
	for i := range page {
		out.LogGroups = append(out.LogGroups, s.describeGroup(&page[i], in.LogGroupNamePattern.Set))
	}
	return out, nil
}

// identifiedGroups finds the groups that logGroupIdentifiers names, in order of name; those that do not exist are passed
// over.
func (s *Service) identifiedGroups(ctx context.Context, in *api.DescribeLogGroupsRequest, q catalog.GroupQuery) ([]catalog.Group, error) {
	if in.LogGroupNamePrefix.Set || in.LogGroupNamePattern.Set || in.LogGroupClass.Set || in.AccountIdentifiers != nil {
		return nil, invalidParameter("logGroupIdentifiers cannot be combined with other filters of log groups.")
	}
	var names []string
	for _, identifier := range in.LogGroupIdentifiers {
		name, err := groupName(q.Scope, identifier)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	var page []catalog.Group
	for _, name := range slices.Compact(names) {
		if name <= q.After || len(page) == q.Limit {
			continue
		}
		g, err := s.group(ctx, name)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		page = append(page, g)
	}
	return page, nil
}

// describeGroup makes an item of DescribeLogGroups. A search by pattern shows fewer members, as Amazon's does.
func (s *Service) describeGroup(g *catalog.Group, byPattern bool) api.LogGroup {
	out := api.LogGroup{
		Arn:               api.Some(logs.GroupWildcardARN(g.Scope, g.Name)),
		CreationTime:      api.Some(g.Created),
		LogGroupArn:       api.Some(logs.GroupARN(g.Scope, g.Name)),
		LogGroupClass:     api.Some(api.LogGroupClass(g.Class)),
		LogGroupName:      api.Some(g.Name),
		MetricFilterCount: api.Some(int32(0)),
	}
	if !byPattern {
		out.StoredBytes = api.Some(s.engine.GroupBytes(g.ID))
		out.DeletionProtectionEnabled = api.Some(g.DeletionProtection)
	}
	if g.RetentionDays != 0 {
		out.RetentionInDays = api.Some(g.RetentionDays)
	}
	if g.KMSKeyID != "" {
		out.KmsKeyID = api.Some(g.KMSKeyID)
	}
	return out
}

// checkAccounts refuses lists of accounts that hold another than the caller's own: none is linked with it.
func checkAccounts(scope logs.Scope, accounts []string) error {
	for _, account := range accounts {
		if account != scope.Account {
			return invalidParameter("The account " + account + " is not linked to this account.")
		}
	}
	return nil
}

// openNameToken returns the name in a listing's token, or "" if there is no token.
func (s *Service) openNameToken(walk walk, token api.Opt[string]) (string, error) {
	if !token.Set {
		return "", nil
	}
	cursor, err := s.tokens.open(walk, token.Value)
	if err != nil {
		return "", groupNoun.exception("list groups", err)
	}
	return string(cursor), nil
}

// ListLogGroups lists names and classes of groups whose names and tags match (cloudwatch-logs.md §3).
func (s *Service) ListLogGroups(ctx context.Context, in *api.ListLogGroupsRequest) (*api.ListLogGroupsResponse, error) {
	scope := scopeOf(ctx)
	if err := checkAccounts(scope, in.AccountIdentifiers); err != nil {
		return nil, err
	}
	if in.FieldIndexNames != nil {
		return nil, invalidParameter("Filtering log groups by fieldIndexNames is not supported: no field index exists.")
	}
	if in.DataSources != nil {
		return nil, invalidParameter("Filtering log groups by dataSources is not supported: no data source exists.")
	}
	filter := groupFilter{
		names: parseNamePattern(in.LogGroupNamePattern.Value),
		tags:  parseTagFilters(in.LogGroupTags),
	}
	walk := newWalk("ListLogGroups", scope).text(in.LogGroupNamePattern.Value).text(string(in.LogGroupClass.Value))
	for _, f := range in.LogGroupTags {
		walk = walk.text(f.Key).texts(f.Values)
	}
	q := catalog.GroupQuery{Scope: scope, Class: string(in.LogGroupClass.Value)}
	q.Prefix, q.Contains = filter.names.bounds()
	var err error
	if q.After, err = s.openNameToken(walk, in.NextToken); err != nil {
		return nil, err
	}
	found, more, err := s.scanGroups(ctx, q, filter, int(in.Limit.Or(describeLimit)))
	if err != nil {
		return nil, groupNoun.exception("list groups", err)
	}
	out := &api.ListLogGroupsResponse{LogGroups: make([]api.LogGroupSummary, len(found))}
	for i := range found {
		out.LogGroups[i] = api.LogGroupSummary{
			LogGroupName:  api.Some(found[i].Name),
			LogGroupArn:   api.Some(logs.GroupARN(scope, found[i].Name)),
			LogGroupClass: api.Some(api.LogGroupClass(found[i].Class)),
		}
	}
	if more != "" {
		out.NextToken = api.Some(s.tokens.seal(walk, []byte(more)))
	}
	return out, nil
}

// scanGroups returns at most limit groups that the filter takes, and the name after which to go on: "" at the end. It reads
// a bounded number of groups, so it may return few or none and yet not be at the end.
func (s *Service) scanGroups(ctx context.Context, q catalog.GroupQuery, filter groupFilter, limit int) (found []catalog.Group, more string, err error) {
	q.Limit = groupScanPage
	if filter.isSimple() {
		q.Limit = limit + 1
	}
	for read := 0; ; {
		page, err := s.catalog.ListGroups(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for i := range page {
			ok, err := s.takes(ctx, filter, &page[i])
			if err != nil {
				return nil, "", err
			}
			if ok && len(found) == limit {
				return found, q.After, nil
			}
			if ok {
				found = append(found, page[i])
			}
			q.After = page[i].Name
		}
		read += len(page)
		if len(page) < q.Limit {
			return found, "", nil
		}
		if read >= groupScanBudget {
			return found, q.After, nil
		}
	}
}
