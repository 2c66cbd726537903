package pcluster

import (
	"encoding/base64"

	"tailrace/internal/api"
)

// group is what is read of a log group.
type group struct {
	name    string
	arn     string // without ":*"
	created int64
}

// eachGroup calls visit for the groups whose names begin with prefix and lie after a name, in order of name, until it
// returns false.
func (h *Handler) eachGroup(r *request, prefix, after string, visit func(*group) (bool, error)) error {
	in := &api.DescribeLogGroupsRequest{LogGroupNamePrefix: api.Some(prefix)}
	for {
		out, err := h.Service.DescribeLogGroups(r.ctx, in)
		if err != nil {
			return err
		}
		for i := range out.LogGroups {
			g := &out.LogGroups[i]
			if g.LogGroupName.Value <= after {
				continue
			}
			more, err := visit(&group{g.LogGroupName.Value, g.LogGroupArn.Value, g.CreationTime.Value})
			if err != nil || !more {
				return err
			}
		}
		if in.NextToken = out.NextToken; !out.NextToken.Set {
			return nil
		}
	}
}

// findGroup returns the group of this name, or nil.
func (h *Handler) findGroup(r *request, name string) (found *group, err error) {
	err = h.eachGroup(r, name, "", func(g *group) (bool, error) {
		if g.name == name {
			found = g
		}
		return false, nil // the first in order of name is the name itself, if it is there
	})
	return found, err
}

func (h *Handler) tags(r *request, g *group) (map[string]string, error) {
	out, err := h.Service.ListTagsForResource(r.ctx, &api.ListTagsForResourceRequest{ResourceArn: g.arn})
	if err != nil {
		return nil, err
	}
	return out.Tags, nil
}

// encodeCursor makes a page token of the last element's name: URL-safe as it stands. Nothing in it is secret or trusted.
func encodeCursor(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

// cursor is the image or cluster after which the page begins; empty: from the beginning.
func (p *params) cursor() (string, error) {
	name, err := base64.RawURLEncoding.DecodeString(p.nextToken)
	switch {
	case p.nextToken == "":
		return "", nil
	case err == nil && idForm.Match(name):
		return string(name), nil
	case p.tokenFromBody:
		return "", nil
	}
	return "", badRequest("The specified nextToken is invalid.")
}
