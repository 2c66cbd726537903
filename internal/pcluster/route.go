package pcluster

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// operation is one of the API's. answer nil: it is AWS's alone.
type operation struct {
	name     string // what upstream's messages call it
	answer   func(*Handler, *request) (any, error)
	statuses *statusParam // the query parameter that only this operation has
	body     []string     // the properties that its JSON body must have; nil: it takes none
}

// route is a path of the API below /v3, segment by segment, with the operation of each method. "{id}" is an image id or a
// cluster's name; "{stream...}" takes the rest of the path.
type route struct {
	path    []string
	methods map[string]operation
}

var routes = []route{
	{[]string{"images", "official"}, map[string]operation{"GET": {name: "list-official-images", answer: (*Handler).listOfficialImages}}},
	{[]string{"images", "custom"}, map[string]operation{
		"GET":  {name: "list-images", answer: (*Handler).listImages, statuses: &imageStatuses},
		"POST": {name: "build-image", body: []string{"imageConfiguration", "imageId"}},
	}},
	{[]string{"images", "custom", "{id}"}, map[string]operation{
		"GET": {name: "describe-image", answer: (*Handler).describeImage}, "DELETE": {name: "delete-image"},
	}},
	{[]string{"images", "custom", "{id}", "logstreams"}, map[string]operation{"GET": {name: "list-image-log-streams", answer: (*Handler).listImageLogStreams}}},
	{[]string{"images", "custom", "{id}", "logstreams", "{stream...}"}, map[string]operation{"GET": {name: "get-image-log-events", answer: (*Handler).getImageLogEvents}}},
	{[]string{"images", "custom", "{id}", "stackevents"}, map[string]operation{"GET": {name: "get-image-stack-events", answer: (*Handler).getImageStackEvents}}},
	{[]string{"clusters"}, map[string]operation{
		"GET":  {name: "list-clusters", answer: (*Handler).listClusters, statuses: &clusterStatuses},
		"POST": {name: "create-cluster", body: []string{"clusterConfiguration", "clusterName"}},
	}},
	{[]string{"clusters", "{id}"}, map[string]operation{
		"GET": {name: "describe-cluster", answer: (*Handler).describeCluster},
		"PUT": {name: "update-cluster", body: []string{"clusterConfiguration"}}, "DELETE": {name: "delete-cluster"},
	}},
	{[]string{"clusters", "{id}", "computefleet"}, map[string]operation{
		"GET": {name: "describe-compute-fleet"}, "PATCH": {name: "update-compute-fleet", body: []string{"status"}},
	}},
	{[]string{"clusters", "{id}", "instances"}, map[string]operation{
		"GET": {name: "describe-cluster-instances"}, "DELETE": {name: "delete-cluster-instances"},
	}},
	{[]string{"clusters", "{id}", "logstreams"}, map[string]operation{"GET": {name: "list-cluster-log-streams", answer: (*Handler).listClusterLogStreams}}},
	{[]string{"clusters", "{id}", "logstreams", "{stream...}"}, map[string]operation{"GET": {name: "get-cluster-log-events", answer: (*Handler).getClusterLogEvents}}},
	{[]string{"clusters", "{id}", "stackevents"}, map[string]operation{"GET": {name: "get-cluster-stack-events", answer: (*Handler).getClusterStackEvents}}},
}

// target is what a path and a method mean.
type target struct {
	operation
	id     string // imageId or clusterName; empty where the path has none
	stream string
}

// find reads an escaped path that begins with /v3/. Each segment is decoded once, so that "3.2.1%2F1" and "3.2.1/1" are the
// same stream; and nothing is cleaned, because "a//b" and "../a" are names of streams too: net/http's mux would redirect
// them to another stream, and with a signature that does not fit.
func find(method, path string) (target, *apiError) {
	rest, _ := strings.CutPrefix(path, "/v3/")
	segments := strings.Split(rest, "/")
	for i := range segments {
		var err error
		if segments[i], err = url.PathUnescape(segments[i]); err != nil {
			return target{}, errNoRoute
		}
	}
	for i := range routes {
		if id, stream, ok := routes[i].match(segments); ok {
			op, ok := routes[i].methods[method]
			if method == http.MethodHead {
				op, ok = routes[i].methods[http.MethodGet]
			}
			if !ok {
				return target{}, errMethod(routes[i].allowed())
			}
			return target{op, id, stream}, nil
		}
	}
	return target{}, errNoRoute
}

func (rt *route) match(segments []string) (id, stream string, ok bool) {
	for i, want := range rt.path {
		if i == len(segments) || segments[i] == "" && want != "{stream...}" {
			return "", "", false
		}
		switch want {
		case "{id}":
			id = segments[i]
		case "{stream...}":
			stream = strings.Join(segments[i:], "/")
			return id, stream, stream != ""
		case segments[i]:
		default:
			return "", "", false
		}
	}
	return id, "", len(segments) == len(rt.path)
}

// allowed is the header Allow of a path: HEAD goes where GET does.
func (rt *route) allowed() string {
	var methods []string
	for method := range rt.methods {
		methods = append(methods, method)
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}
