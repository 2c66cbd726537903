package service

import (
	"context"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// scopeOf is the account and region that the caller works in.
func scopeOf(ctx context.Context) logs.Scope {
	id := auth.FromContext(ctx)
	return logs.Scope{Account: id.Account, Region: id.Region}
}

// group finds a group by name.
func (s *Service) group(ctx context.Context, name string) (catalog.Group, error) {
	key := groupKey{scopeOf(ctx), name}
	g, moment, ok := s.groups.find(key)
	if ok {
		return g, nil
	}
	g, err := s.catalog.Group(ctx, key.scope, name)
	if err != nil {
		return catalog.Group{}, groupNoun.exception("find group "+name, err)
	}
	s.groups.remember(g, moment)
	return g, nil
}

// groupByEither finds the group of a request that has logGroupName or else logGroupIdentifier, and not both
// (cloudwatch-logs.md §1.3, §4).
func (s *Service) groupByEither(ctx context.Context, name, identifier api.Opt[string]) (catalog.Group, error) {
	switch {
	case name.Set && identifier.Set:
		return catalog.Group{}, &api.ValidationException{Message: "LogGroup name and LogGroup ARN are mutually exclusive parameters."}
	case name.Set:
		return s.group(ctx, name.Value)
	case identifier.Set:
		return s.groupByIdentifier(ctx, identifier.Value)
	}
	return catalog.Group{}, invalidParameter("Either logGroupName or logGroupIdentifier must be specified.")
}

// groupByIdentifier finds a group by name or ARN.
func (s *Service) groupByIdentifier(ctx context.Context, identifier string) (catalog.Group, error) {
	name, err := groupName(scopeOf(ctx), identifier)
	if err != nil {
		return catalog.Group{}, err
	}
	return s.group(ctx, name)
}

// groupName returns the name in an identifier: a name, or an ARN in the given scope.
func groupName(scope logs.Scope, identifier string) (string, error) {
	if !strings.HasPrefix(identifier, "arn:") {
		if !logs.ValidGroupName(identifier) {
			return "", invalidParameter("The specified log group identifier is not valid: " + identifier)
		}
		return identifier, nil
	}
	in, name, ok := logs.ParseGroupARN(identifier)
	if !ok || strings.HasSuffix(identifier, ":*") {
		return "", invalidParameter("The specified log group ARN is not valid: " + identifier)
	}
	if in != scope {
		return "", groupNoun.missing()
	}
	return name, nil
}
