package service

import (
	"context"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// The classes of groups (cloudwatch-logs.md §3).
const (
	classStandard = string(api.LogGroupClassStandard)
	classDelivery = string(api.LogGroupClassDelivery)
)

// CreateLogGroup adds a group with its tags.
func (s *Service) CreateLogGroup(ctx context.Context, in *api.CreateLogGroupRequest) error {
	g := catalog.Group{
		Scope:              scopeOf(ctx),
		Name:               in.LogGroupName,
		Created:            s.millis(),
		Class:              string(in.LogGroupClass.Or(api.LogGroupClassStandard)),
		DeletionProtection: in.DeletionProtectionEnabled.Or(false),
	}
	if strings.HasPrefix(strings.ToLower(g.Name), "aws/") {
		return invalidParameter("Log groups starting with AWS/ are reserved for AWS.")
	}
	if in.KmsKeyID.Set {
		return &api.AccessDeniedException{Message: "The specified KMS key does not exist or is not allowed to be used with Arn '" +
			logs.GroupARN(g.Scope, g.Name) + "'"}
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	if g.Class == classDelivery {
		g.RetentionDays = deliveryRetentionDays
	}
	_, err := s.catalog.CreateGroup(ctx, g, in.Tags)
	s.groups.forget(groupKey{g.Scope, g.Name})
	return groupNoun.exception("create group "+g.Name, err)
}

// DeleteLogGroup removes a group with all its streams and events, unless deletion protection is on.
func (s *Service) DeleteLogGroup(ctx context.Context, in *api.DeleteLogGroupRequest) error {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return err
	}
	if err := checkDeletable(g); err != nil {
		return err
	}
	err = s.engine.DeleteGroup(ctx, g.ID)
	s.groups.forget(groupKey{g.Scope, g.Name})
	return groupNoun.exception("delete group "+g.Name, err)
}

// checkDeletable refuses what deletion protection forbids: it blocks every deletion in the group.
func checkDeletable(g catalog.Group) error {
	if !g.DeletionProtection {
		return nil
	}
	return &api.ValidationException{Message: "The log group " + g.Name + " has deletion protection enabled. Disable deletion protection and try again."}
}

// PutLogGroupDeletionProtection switches deletion protection.
func (s *Service) PutLogGroupDeletionProtection(ctx context.Context, in *api.PutLogGroupDeletionProtectionRequest) error {
	g, err := s.groupByIdentifier(ctx, in.LogGroupIdentifier)
	if err != nil {
		return err
	}
	err = s.catalog.SetDeletionProtection(ctx, g.ID, in.DeletionProtectionEnabled)
	s.groups.forget(groupKey{g.Scope, g.Name})
	return groupNoun.exception("set deletion protection of "+g.Name, err)
}
