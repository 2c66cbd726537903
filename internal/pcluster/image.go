package pcluster

import (
	"regexp"
	"slices"
	"strings"

	"tailrace/internal/api"
)

const imagePrefix = "/aws/imagebuilder/ParallelClusterImage-"

// Image statuses of a listing, and the build statuses that each of them holds.
const (
	available = "AVAILABLE"
	pending   = "PENDING"
	failed    = "FAILED"
)

var imageStatuses = statusParam{"imageStatus", true, []string{available, pending, failed}}

// imagePage is how many images an answer holds at most: clients that never ask for a second page are common.
const imagePage = 1000

// listImages answers GET /v3/images/custom: the groups of image builds, in order of image id.
func (h *Handler) listImages(r *request) (any, error) {
	after, err := r.cursor()
	if err != nil {
		return nil, err
	}
	out := &images{Images: []imageSummary{}}
	err = h.eachGroup(r, imagePrefix, imagePrefix+after, func(g *group) (bool, error) {
		id, ok := imageID(g.name)
		if !ok {
			return true, nil
		}
		if len(out.Images) == imagePage {
			out.NextToken = encodeCursor(out.Images[imagePage-1].ImageID)
			return false, nil
		}
		summary, ok, err := h.listedImage(r, id, g)
		if ok {
			out.Images = append(out.Images, summary)
		}
		return true, err
	})
	return out, err
}

// listedImage summarizes an image if its status is asked for, and if nobody has deleted its group since it was found.
func (h *Handler) listedImage(r *request, id string, g *group) (imageSummary, bool, error) {
	tags, err := h.tags(r, g)
	if err == nil && slices.Contains(r.statuses, statusOf(buildStatus(tags))) {
		var summary imageSummary
		if summary, err = h.summarizeImage(r, id, g, tags); err == nil {
			return summary, true, nil
		}
	}
	if missing(err, missingGroup) {
		err = nil
	}
	return imageSummary{}, false, err
}

// imageID is the image that a group's name stands for.
func imageID(name string) (string, bool) {
	id, ok := strings.CutPrefix(name, imagePrefix)
	return id, ok && idForm.MatchString(id)
}

// describeImage answers GET /v3/images/custom/{imageId}.
func (h *Handler) describeImage(r *request) (any, error) {
	g, err := h.findGroup(r, imagePrefix+r.id)
	if err != nil {
		return nil, err
	}
	if g == nil {
		return nil, noImage(r.id)
	}
	tags, err := h.tags(r, g)
	var summary imageSummary
	if err == nil {
		summary, err = h.summarizeImage(r, r.id, g, tags)
	}
	if missing(err, missingGroup) {
		return nil, noImage(r.id)
	}
	return &imageDescription{imageSummary: summary, ImageBuildLogsArn: g.arn, CreationTime: formatTime(g.created)}, err
}

// summarizeImage says what tags and streams tell of an image.
func (h *Handler) summarizeImage(r *request, id string, g *group, tags map[string]string) (imageSummary, error) {
	version := tags["parallelcluster:version"]
	if version == "" {
		var err error
		if version, err = h.newestVersion(r, g.name); err != nil {
			return imageSummary{}, err
		}
	}
	return imageSummary{ImageID: id, ImageBuildStatus: buildStatus(tags), Region: r.region, Version: version}, nil
}

// buildStatus reads the tag parallelcluster:build_status. Upstream writes "available"; a site's own builder may write the
// API's own words, or "pending" and "failed". A group without the tag is a build that is over.
func buildStatus(tags map[string]string) string {
	switch word := strings.ToUpper(tags["parallelcluster:build_status"]); word {
	case "PENDING", "BUILD_IN_PROGRESS":
		return "BUILD_IN_PROGRESS"
	case "FAILED", "BUILD_FAILED":
		return "BUILD_FAILED"
	case "DELETE_IN_PROGRESS", "DELETE_FAILED", "DELETE_COMPLETE":
		return word
	}
	return "BUILD_COMPLETE"
}

func statusOf(build string) string {
	switch build {
	case "BUILD_COMPLETE":
		return available
	case "BUILD_IN_PROGRESS", "DELETE_IN_PROGRESS":
		return pending
	}
	return failed
}

var streamVersion = regexp.MustCompile(`^([0-9]+\.[0-9]+\.[0-9]+)/[0-9]+$`)

// newestVersion is the highest X.Y.Z among the names of a group's streams, X.Y.Z/BUILD, or else the configured one. The
// newest 50 streams by last event are looked at: an image is rebuilt, it is not built in a thousand versions.
func (h *Handler) newestVersion(r *request, group string) (string, error) {
	out, err := h.Service.DescribeLogStreams(r.ctx, &api.DescribeLogStreamsRequest{
		LogGroupName: api.Some(group),
		OrderBy:      api.Some(api.OrderByLastEventTime), Descending: api.Some(true),
	})
	if err != nil {
		return "", err
	}
	best := ""
	for i := range out.LogStreams {
		if m := streamVersion.FindStringSubmatch(out.LogStreams[i].LogStreamName.Value); m != nil && (best == "" || versionLess(best, m[1])) {
			best = m[1]
		}
	}
	if best == "" {
		best = h.Version
	}
	return best, nil
}

// versionLess compares X.Y.Z by numbers.
func versionLess(a, b string) bool {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	}) < 0
}

// listImageLogStreams answers GET /v3/images/custom/{imageId}/logstreams. An image exists if its group does.
func (h *Handler) listImageLogStreams(r *request) (any, error) {
	return h.listStreams(r, imagePrefix+r.id, "", noImageLogs(r.id))
}

// getImageLogEvents answers GET /v3/images/custom/{imageId}/logstreams/{logStreamName}.
func (h *Handler) getImageLogEvents(r *request) (any, error) {
	return h.getEvents(r, imagePrefix+r.id, noImageLogs(r.id))
}

// getImageStackEvents answers GET /v3/images/custom/{imageId}/stackevents as upstream does once a build is over: the stack
// has deleted itself.
func (h *Handler) getImageStackEvents(r *request) (any, error) {
	return nil, notFound("CloudFormation Stack for Image %s does not exist.", r.id)
}

// listOfficialImages answers GET /v3/images/official.
func (h *Handler) listOfficialImages(*request) (any, error) { return officialImages{[]struct{}{}}, nil }

func noImageLogs(id string) error {
	return notFound("Unable to find image logs, please double check if image id=%s is correct.", id)
}

func noImage(id string) error {
	return notFound("No image or stack associated with ParallelCluster image id: %s.", id)
}
