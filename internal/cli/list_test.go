package cli

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"tailrace/internal/api"
)

// TestListingsFollowPages: more groups, streams and images than one answer holds are all listed, once.
func TestListingsFollowPages(t *testing.T) {
	conn := connectToServer(t)
	logs := conn.logs()
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprintf("%simage-%03d", imagePrefix, i))
		if err := logs.CreateLogGroup(t.Context(), &api.CreateLogGroupRequest{LogGroupName: names[i]}); err != nil {
			t.Fatal(err)
		}
		if err := logs.CreateLogStream(t.Context(), &api.CreateLogStreamRequest{LogGroupName: names[0], LogStreamName: names[i]}); err != nil {
			t.Fatal(err)
		}
	}
	groups, err := allGroups(t.Context(), logs, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range groups {
		got = append(got, groups[i].LogGroupName.Value)
	}
	if !slices.Equal(got, names) {
		t.Errorf("groups %v", got)
	}
	for limit, want := range map[int]int{0: 120, 50: 50, 51: 51, 119: 119, 500: 120} {
		streams, err := allStreams(t.Context(), logs, &api.DescribeLogStreamsRequest{LogGroupName: api.Some(names[0])}, limit)
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		for i := range streams {
			got = append(got, streams[i].LogStreamName.Value)
		}
		if !slices.Equal(got, names[:want]) {
			t.Errorf("limit %d: streams %v", limit, got)
		}
	}
	rest := restClient{conn}
	for path, member := range map[string]string{"images/custom": "images", "images/custom/image-000/logstreams": "logStreams"} {
		query := url.Values{}
		if member == "images" {
			query.Set("imageStatus", "AVAILABLE")
		}
		all, err := rest.list(t.Context(), path, query, member)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(all, func(a, b json.RawMessage) int { return slices.Compare(a, b) })
		if all = slices.CompactFunc(all, func(a, b json.RawMessage) bool { return slices.Equal(a, b) }); len(all) != 120 {
			t.Errorf("%s: %d different elements", path, len(all))
		}
	}
}
