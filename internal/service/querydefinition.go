package service

import (
	"bytes"
	"context"
	"errors"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/query"
)

const (
	// maxQueryDefinitions is how many saved queries an account may have in a region (cloudwatch-logs.md §17).
	maxQueryDefinitions = 1_000
	// maxDefinitionPage is the largest and the usual page of DescribeQueryDefinitions.
	maxDefinitionPage = 1_000
)

// definitionNoun is a saved query. Ids are made here, so that one exists already is never an answer.
var definitionNoun = noun{notFound: "The specified query definition does not exist."}

// PutQueryDefinition saves a query under a new id, or in the place of the one with the id that is given: then what is left
// out is cleared. A clientToken that was used before gives the query that it made (cloudwatch-logs.md §13).
func (s *Service) PutQueryDefinition(ctx context.Context, in *api.PutQueryDefinitionRequest) (*api.PutQueryDefinitionResponse, error) {
	d := catalog.QueryDefinition{
		Scope: scopeOf(ctx), ID: in.QueryDefinitionID.Value, Name: in.Name, Language: string(in.QueryLanguage.Or(api.QueryLanguageCwli)),
		Text: in.QueryString, Groups: in.LogGroupNames, Modified: s.millis(),
	}
	if len(in.Parameters) > 0 && d.Language != string(api.QueryLanguageCwli) {
		return nil, invalidParameter("Query parameters are supported for the query language CWLI only.")
	}
	for _, p := range in.Parameters {
		d.Parameters = append(d.Parameters, catalog.QueryParameter{Name: p.Name, Default: pointer(p.DefaultValue), Description: pointer(p.Description)})
	}
	var err error
	switch {
	case d.ID != "":
		err = s.catalog.ReplaceQueryDefinition(ctx, d)
	case in.ClientToken.Set:
		d.ID = s.tokens.uuid(newWalk("PutQueryDefinition", d.Scope).text(in.ClientToken.Value))
		if err = s.catalog.CreateQueryDefinition(ctx, d, maxQueryDefinitions); errors.Is(err, catalog.ErrExists) {
			err = nil
		}
	default:
		d.ID = query.NewID()
		err = s.catalog.CreateQueryDefinition(ctx, d, maxQueryDefinitions)
	}
	if errors.Is(err, catalog.ErrTooMany) {
		return nil, &api.LimitExceededException{Message: "Resource limit exceeded."}
	}
	if err != nil {
		return nil, definitionNoun.exception("put query definition "+d.Name, err)
	}
	return &api.PutQueryDefinitionResponse{QueryDefinitionID: api.Some(d.ID)}, nil
}

// DescribeQueryDefinitions lists saved queries by name.
func (s *Service) DescribeQueryDefinitions(ctx context.Context, in *api.DescribeQueryDefinitionsRequest) (*api.DescribeQueryDefinitionsResponse, error) {
	q := catalog.QueryDefinitionQuery{
		Scope: scopeOf(ctx), Prefix: in.QueryDefinitionNamePrefix.Value, Language: string(in.QueryLanguage.Value),
		Limit: int(in.MaxResults.Or(maxDefinitionPage)) + 1, // one more tells whether there is a next page
	}
	walk := newWalk("DescribeQueryDefinitions", q.Scope).text(q.Prefix).text(q.Language)
	if in.NextToken.Set {
		cursor, err := s.tokens.open(walk, in.NextToken.Value)
		if err != nil {
			return nil, definitionNoun.exception("describe query definitions", err)
		}
		id, name, _ := bytes.Cut(cursor, []byte{0}) // no id has a zero byte
		q.AfterName, q.AfterID = string(name), string(id)
	}
	page, err := s.catalog.ListQueryDefinitions(ctx, q)
	if err != nil {
		return nil, definitionNoun.exception("describe query definitions", err)
	}
	out := &api.DescribeQueryDefinitionsResponse{QueryDefinitions: make([]api.QueryDefinition, 0, len(page))}
	if len(page) == q.Limit {
		page = page[:q.Limit-1]
		last := &page[len(page)-1]
		out.NextToken = api.Some(s.tokens.seal(walk, []byte(last.ID+"\x00"+last.Name)))
	}
	for i := range page {
		out.QueryDefinitions = append(out.QueryDefinitions, describeDefinition(&page[i]))
	}
	return out, nil
}

func describeDefinition(d *catalog.QueryDefinition) api.QueryDefinition {
	out := api.QueryDefinition{
		QueryDefinitionID: api.Some(d.ID), Name: api.Some(d.Name), QueryString: api.Some(d.Text), LastModified: api.Some(d.Modified),
		QueryLanguage: api.Some(api.QueryLanguage(d.Language)), LogGroupNames: d.Groups,
	}
	for _, p := range d.Parameters {
		out.Parameters = append(out.Parameters, api.QueryParameter{Name: p.Name, DefaultValue: optional(p.Default), Description: optional(p.Description)})
	}
	return out
}

// DeleteQueryDefinition removes a saved query.
func (s *Service) DeleteQueryDefinition(ctx context.Context, in *api.DeleteQueryDefinitionRequest) (*api.DeleteQueryDefinitionResponse, error) {
	if err := s.catalog.DeleteQueryDefinition(ctx, scopeOf(ctx), in.QueryDefinitionID); err != nil {
		return nil, definitionNoun.exception("delete query definition "+in.QueryDefinitionID, err)
	}
	return &api.DeleteQueryDefinitionResponse{Success: api.Some(true)}, nil
}

// uuid is the id that a walk stands for: the same one each time, and nobody else's.
func (t *tokens) uuid(w walk) string {
	var id [16]byte
	mac := t.mac(w, nil)
	copy(id[:], mac[:])
	return query.FormatID(id)
}

func pointer(o api.Opt[string]) *string {
	if !o.Set {
		return nil
	}
	return &o.Value
}

func optional(p *string) api.Opt[string] {
	if p == nil {
		return api.Opt[string]{}
	}
	return api.Some(*p)
}
