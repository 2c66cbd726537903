package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
)

// retentionDays are the values that PutRetentionPolicy takes (cloudwatch-logs.md §3).
var retentionDays = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// deliveryRetentionDays is how long the events of a DELIVERY group stay.
const deliveryRetentionDays = 2

const day = int64(24 * time.Hour / time.Millisecond)

// PutRetentionPolicy sets how many days a group's events stay.
func (s *Service) PutRetentionPolicy(ctx context.Context, in *api.PutRetentionPolicyRequest) error {
	if !slices.Contains(retentionDays, in.RetentionInDays) {
		list := strings.ReplaceAll(fmt.Sprint(retentionDays), " ", ", ")
		return invalidParameter("Invalid retention value. Valid values are: " + list)
	}
	return s.setRetention(ctx, in.LogGroupName, in.RetentionInDays)
}

// DeleteRetentionPolicy lets a group's events stay for ever. It is no error if they do so already.
func (s *Service) DeleteRetentionPolicy(ctx context.Context, in *api.DeleteRetentionPolicyRequest) error {
	return s.setRetention(ctx, in.LogGroupName, 0)
}

func (s *Service) setRetention(ctx context.Context, name string, days int32) error {
	g, err := s.group(ctx, name)
	if err != nil {
		return err
	}
	if g.Class == classDelivery {
		return invalidParameter("The retention of a log group of class DELIVERY cannot be changed.")
	}
	err = s.catalog.SetRetention(ctx, g.ID, days)
	s.groups.forget(groupKey{g.Scope, g.Name})
	return groupNoun.exception("set retention of "+name, err)
}

// expiry is the time, epoch milliseconds, before which the group's events are expired: not accepted, not returned. 0 if
// they never expire.
func expiry(g catalog.Group, now int64) int64 {
	if g.RetentionDays == 0 {
		return 0
	}
	return max(0, now-int64(g.RetentionDays)*day)
}
