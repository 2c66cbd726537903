package pcluster

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	clusterPrefix = "/aws/parallelcluster/"
	clusterPage   = 1000
	// clusterStatus is what every cluster here is in: nothing makes, changes or deletes one.
	clusterStatus = "CREATE_COMPLETE"
)

var clusterStatuses = statusParam{"clusterStatus", false, []string{
	"CREATE_IN_PROGRESS", "CREATE_FAILED", clusterStatus,
	"DELETE_IN_PROGRESS", "DELETE_FAILED", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED",
}}

// clusterGroup takes a group's name apart: <name>-<YYYYMMDDHHMM>, or the name alone.
var clusterGroup = regexp.MustCompile(`^/aws/parallelcluster/([a-zA-Z][a-zA-Z0-9-]*?)(?:-([0-9]{12}))?$`)

// cluster is a name with its newest group. Older groups of the name are read by the CloudWatch Logs API only.
type cluster struct {
	name    string
	created string // the group's suffix; empty: none
	group
}

// clusters returns the clusters whose groups' names begin with prefix, by name.
func (h *Handler) clusters(r *request, prefix string) (map[string]cluster, error) {
	found := map[string]cluster{}
	err := h.eachGroup(r, prefix, "", func(g *group) (bool, error) {
		m := clusterGroup.FindStringSubmatch(g.name)
		if m == nil || !idForm.MatchString(m[1]) {
			return true, nil
		}
		if known, ok := found[m[1]]; !ok || known.created < m[2] {
			found[m[1]] = cluster{m[1], m[2], *g}
		}
		return true, nil
	})
	return found, err
}

// findCluster returns the cluster that the path names.
func (h *Handler) findCluster(r *request) (*cluster, error) {
	found, err := h.clusters(r, clusterPrefix+r.id)
	if err != nil {
		return nil, err
	}
	c, ok := found[r.id]
	if !ok {
		return nil, noCluster(r.id)
	}
	return &c, nil
}

// listClusters answers GET /v3/clusters, in order of name.
func (h *Handler) listClusters(r *request) (any, error) {
	after, err := r.cursor()
	if err != nil {
		return nil, err
	}
	found, err := h.clusters(r, clusterPrefix)
	if err != nil {
		return nil, err
	}
	out := &clusters{Clusters: []clusterSummary{}}
	if len(r.statuses) > 0 && !slices.Contains(r.statuses, clusterStatus) {
		return out, nil
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if name <= after {
			continue
		}
		if len(out.Clusters) == clusterPage {
			out.NextToken = encodeCursor(out.Clusters[clusterPage-1].ClusterName)
			break
		}
		c := found[name]
		tags, err := h.tags(r, &c.group)
		if missing(err, missingGroup) {
			continue // it was deleted since it was found
		}
		if err != nil {
			return nil, err
		}
		out.Clusters = append(out.Clusters, clusterSummary{
			ClusterName: name, Region: r.region, Version: h.clusterVersion(tags),
			CloudformationStackArn: c.stackARN(r), CloudformationStackStatus: clusterStatus, ClusterStatus: clusterStatus,
		})
	}
	return out, nil
}

// describeCluster answers GET /v3/clusters/{clusterName}.
func (h *Handler) describeCluster(r *request) (any, error) {
	c, err := h.findCluster(r)
	if err != nil {
		return nil, err
	}
	tags, err := h.tags(r, &c.group)
	if missing(err, missingGroup) {
		return nil, noCluster(r.id)
	}
	if err != nil {
		return nil, err
	}
	out := &clusterDescription{
		ClusterName: c.name, Region: r.region, Version: h.clusterVersion(tags), ClusterStatus: clusterStatus,
		CloudFormationStackStatus: clusterStatus, CloudformationStackArn: c.stackARN(r), ComputeFleetStatus: "UNKNOWN",
		CreationTime: formatTime(c.group.created), LastUpdatedTime: formatTime(c.group.created), Tags: []tag{},
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out.Tags = append(out.Tags, tag{key, tags[key]})
	}
	return out, nil
}

func (h *Handler) clusterVersion(tags map[string]string) string {
	if v := tags["parallelcluster:version"]; v != "" {
		return v
	}
	return h.Version
}

// stackARN is the ARN of a stack that is not there, the same in every answer: clients require one. It is made of the group's.
func (c *cluster) stackARN(r *request) string {
	part := strings.SplitN(c.arn, ":", 6)
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", part[1], r.region, part[4], c.name, strings.TrimPrefix(c.group.name, clusterPrefix))
}

func noCluster(name string) error {
	return notFound("Cluster '%s' does not exist or belongs to an incompatible ParallelCluster major version.", name)
}
