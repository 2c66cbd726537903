package service

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/query"
)

const (
	// maxQueryPage is the largest and the usual page of DescribeQueries.
	maxQueryPage = 1_000
	// queryGroupPage is the usual page of ListLogGroupsForQuery.
	queryGroupPage = 50
)

// DescribeQueries lists queries, those that ended among them as long as their results are kept, newest first.
func (s *Service) DescribeQueries(ctx context.Context, in *api.DescribeQueriesRequest) (*api.DescribeQueriesResponse, error) {
	scope := scopeOf(ctx)
	group, status, language := in.LogGroupName.Value, query.Status(in.Status.Value), string(in.QueryLanguage.Value)
	walk := newWalk("DescribeQueries", scope).text(group).text(string(status)).text(language)
	var after *query.Info
	if in.NextToken.Set {
		cursor, err := s.tokens.open(walk, in.NextToken.Value)
		if err != nil || len(cursor) < 8 {
			return nil, queryNoun.exception("describe queries", errToken)
		}
		after = &query.Info{Created: int64(binary.BigEndian.Uint64(cursor)), ID: string(cursor[8:])}
	}
	list := s.queries.List(scope, func(x *query.Info) bool {
		return (status == "" || x.Status == status) && (language == "" || x.Language == language) &&
			(group == "" || slices.Contains(x.Groups, group)) && (after == nil || after.Before(x))
	})
	out := &api.DescribeQueriesResponse{Queries: []api.QueryInfo{}}
	if most := int(in.MaxResults.Or(maxQueryPage)); len(list) > most {
		list = list[:most]
		last := &list[most-1]
		out.NextToken = api.Some(s.tokens.seal(walk, append(binary.BigEndian.AppendUint64(nil, uint64(last.Created)), last.ID...)))
	}
	for i := range list {
		out.Queries = append(out.Queries, describeQuery(&list[i]))
	}
	return out, nil
}

func describeQuery(x *query.Info) api.QueryInfo {
	out := api.QueryInfo{
		QueryLanguage: api.Some(api.QueryLanguage(x.Language)), QueryID: api.Some(x.ID), QueryString: api.Some(sourceText(x)),
		Status: api.Some(api.QueryStatus(x.Status)), CreateTime: api.Some(x.Created),
		QueryDuration: api.Some(x.Duration), BytesScanned: api.Some(x.Statistics.BytesScanned),
	}
	if len(x.Groups) == 1 {
		out.LogGroupName = api.Some(x.Groups[0])
	}
	if x.Caller != "" {
		out.UserIdentity = api.Some(x.Caller)
	}
	return out
}

// sourceText is a query with its groups and its range of time in front (cloudwatch-logs.md §15). One that says its groups itself
// stays as it is.
func sourceText(x *query.Info) string {
	if x.Language != string(api.QueryLanguageCwli) || x.Sourced {
		return x.Text
	}
	var out strings.Builder
	out.WriteString("SOURCE")
	for _, group := range x.Groups {
		out.WriteString(" " + strconv.Quote(group))
	}
	fmt.Fprintf(&out, " START=%d END=%d | %s", x.Start, x.End, x.Text)
	return out.String()
}

// ListLogGroupsForQuery lists the groups that a query reads.
func (s *Service) ListLogGroupsForQuery(ctx context.Context, in *api.ListLogGroupsForQueryRequest) (*api.ListLogGroupsForQueryResponse, error) {
	scope := scopeOf(ctx)
	walk := newWalk("ListLogGroupsForQuery", scope).text(in.QueryID)
	from := 0
	if in.NextToken.Set {
		cursor, err := s.tokens.open(walk, in.NextToken.Value)
		if err != nil || len(cursor) != 8 {
			return nil, queryNoun.exception("list groups of query", errToken)
		}
		from = int(binary.BigEndian.Uint64(cursor))
	}
	info, err := s.queries.Info(scope, in.QueryID)
	if err != nil {
		return nil, queryNoun.exception("list groups of query", err)
	}
	to := min(len(info.Groups), from+int(in.MaxResults.Or(queryGroupPage)))
	out := &api.ListLogGroupsForQueryResponse{LogGroupIdentifiers: append([]string{}, info.Groups[min(from, to):to]...)}
	if to < len(info.Groups) {
		out.NextToken = api.Some(s.tokens.seal(walk, binary.BigEndian.AppendUint64(nil, uint64(to))))
	}
	return out, nil
}
