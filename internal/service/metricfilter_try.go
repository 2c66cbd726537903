package service

import (
	"context"

	"tailrace/internal/api"
	"tailrace/internal/filterpattern"
)

// TestMetricFilter tells which messages a pattern matches and what it extracts from them (cloudwatch-logs.md §8.5). The
// numbers of messages count from 0.
func (s *Service) TestMetricFilter(_ context.Context, in *api.TestMetricFilterRequest) (*api.TestMetricFilterResponse, error) {
	pattern, err := filterpattern.Parse(in.FilterPattern)
	if err != nil {
		return nil, groupNoun.exception("parse filter pattern", err)
	}
	out := &api.TestMetricFilterResponse{Matches: []api.MetricFilterMatchRecord{}}
	for i, message := range in.LogEventMessages {
		extracted, ok := pattern.Extract([]byte(message))
		if !ok {
			continue
		}
		out.Matches = append(out.Matches, api.MetricFilterMatchRecord{
			EventNumber:     api.Some(int64(i)),
			EventMessage:    api.Some(message),
			ExtractedValues: extracted,
		})
	}
	return out, nil
}
