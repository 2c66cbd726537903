package service

import (
	"context"
	"errors"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// maxTags is how many tags a resource may have (cloudwatch-logs.md §2).
const maxTags = 50

const tooManyTags = "A resource can have no more than 50 tags."

// checkTags refuses keys that are Amazon's own; the shapes have checked the rest.
func checkTags(tags map[string]string) error {
	for key := range tags {
		if len(key) >= 4 && strings.EqualFold(key[:4], "aws:") {
			return invalidParameter("Tag keys that begin with aws: are reserved for AWS.")
		}
	}
	return nil
}

// TagResource adds or overwrites tags of the group with this ARN.
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceRequest) error {
	g, err := s.taggedGroup(ctx, in.ResourceArn)
	if err != nil {
		return err
	}
	return s.tag(ctx, g, in.Tags, &api.TooManyTagsException{Message: tooManyTags, ResourceName: api.Some(in.ResourceArn)})
}

// UntagResource removes tags of the group with this ARN; keys that it does not have are passed over.
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceRequest) error {
	g, err := s.taggedGroup(ctx, in.ResourceArn)
	if err != nil {
		return err
	}
	return groupNoun.exception("untag "+g.Name, s.catalog.UntagGroup(ctx, g.ID, in.TagKeys))
}

// ListTagsForResource returns the tags of the group with this ARN, or of the lookup table: those that it was made with.
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	if name, err := tableName(scopeOf(ctx), in.ResourceArn); err == nil {
		t, err := s.catalog.LookupTable(ctx, scopeOf(ctx), name)
		if err != nil {
			return nil, tableNoun.exception("list tags of lookup table "+name, err)
		}
		if t.Tags == nil {
			t.Tags = map[string]string{}
		}
		return &api.ListTagsForResourceResponse{Tags: t.Tags}, nil
	}
	g, err := s.taggedGroup(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.catalog.GroupTags(ctx, g.ID)
	if err != nil {
		return nil, groupNoun.exception("list tags of "+g.Name, err)
	}
	return &api.ListTagsForResourceResponse{Tags: tags}, nil
}

// TagLogGroup is TagResource by name.
func (s *Service) TagLogGroup(ctx context.Context, in *api.TagLogGroupRequest) error {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return err
	}
	return s.tag(ctx, g, in.Tags, invalidParameter(tooManyTags))
}

// UntagLogGroup is UntagResource by name.
func (s *Service) UntagLogGroup(ctx context.Context, in *api.UntagLogGroupRequest) error {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return err
	}
	return groupNoun.exception("untag "+g.Name, s.catalog.UntagGroup(ctx, g.ID, in.Tags))
}

// ListTagsLogGroup is ListTagsForResource by name.
func (s *Service) ListTagsLogGroup(ctx context.Context, in *api.ListTagsLogGroupRequest) (*api.ListTagsLogGroupResponse, error) {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	tags, err := s.catalog.GroupTags(ctx, g.ID)
	if err != nil {
		return nil, groupNoun.exception("list tags of "+g.Name, err)
	}
	return &api.ListTagsLogGroupResponse{Tags: tags}, nil
}

// taggedGroup finds what a resource ARN of the tag operations means. Groups are all that can be tagged by themselves. What is no
// group's ARN, or has ":*" behind it, is refused in the words of boto3#4104 and other captures.
func (s *Service) taggedGroup(ctx context.Context, arn string) (catalog.Group, error) {
	scope, name, ok := logs.ParseGroupARN(arn)
	if !ok || strings.HasSuffix(arn, ":*") {
		return catalog.Group{}, &api.ValidationException{Message: "Invalid resourceArn"}
	}
	if scope != scopeOf(ctx) {
		return catalog.Group{}, groupNoun.missing()
	}
	return s.group(ctx, name)
}

// tag adds tags; tooMany is the answer if more than maxTags would stand, and then none is added. TooManyTagsException is
// known by TagResource alone.
func (s *Service) tag(ctx context.Context, g catalog.Group, tags map[string]string, tooMany error) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	err := s.catalog.TagGroup(ctx, g.ID, tags, maxTags)
	if errors.Is(err, catalog.ErrTooManyTags) {
		return tooMany
	}
	return groupNoun.exception("tag "+g.Name, err)
}
