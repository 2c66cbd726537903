package pcluster

import (
	"regexp"
	"strings"
)

var filterForm = regexp.MustCompile(`^(Name=(private-dns-name|node-type),Values=[\w\-_.,]+)$`)

// listClusterLogStreams answers GET /v3/clusters/{clusterName}/logstreams.
func (h *Handler) listClusterLogStreams(r *request) (any, error) {
	prefix, err := streamPrefix(r.filters)
	if err != nil {
		return nil, err
	}
	c, err := h.findCluster(r)
	if err != nil {
		return nil, err
	}
	return h.listStreams(r, c.group.name, prefix, noClusterLogs(r.id))
}

// streamPrefix makes the filters a prefix of stream names: {hostname}.{instance id}.{log}. Upstream looks for the host name
// without the period, so that ip-10-0-0-1 finds ip-10-0-0-10 too; here a host is one host.
func streamPrefix(filters []string) (string, error) {
	var host, nodeType string
	for _, f := range filters {
		m := filterForm.FindStringSubmatch(f)
		if m == nil {
			return "", badRequest("provided filters parameter '%s' must be in the form %s.", f, filterForm)
		}
		_, values, _ := strings.Cut(f, ",Values=")
		if m[2] == "node-type" {
			nodeType = values
		} else {
			host = values
		}
	}
	switch {
	case strings.Contains(host, ","):
		return "", badRequest("Filter private-dns-name doesn't accept comma separated strings as value.")
	case nodeType != "" && nodeType != "HeadNode":
		return "", badRequest("The only accepted value for Node Type filter is 'HeadNode'.")
	case nodeType != "" && host != "":
		return "", badRequest("Private DNS Name and Node Type filters cannot be set at the same time.")
	case nodeType != "":
		return "", badRequest("HeadNode instance not available. Node Type filter cannot be used.")
	case host != "":
		return host + ".", nil
	}
	return "", nil
}

// getClusterLogEvents answers GET /v3/clusters/{clusterName}/logstreams/{logStreamName}.
func (h *Handler) getClusterLogEvents(r *request) (any, error) {
	c, err := h.findCluster(r)
	if err != nil {
		return nil, err
	}
	return h.getEvents(r, c.group.name, noClusterLogs(r.id))
}

// getClusterStackEvents answers GET /v3/clusters/{clusterName}/stackevents.
func (h *Handler) getClusterStackEvents(r *request) (any, error) {
	if _, err := h.findCluster(r); err != nil {
		return nil, err
	}
	return stackEvents{[]struct{}{}}, nil
}

func noClusterLogs(name string) error {
	return notFound("CloudWatch logging is not enabled for cluster %s.", name)
}
