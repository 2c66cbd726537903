package pcluster

import (
	"net/http"
	"strings"
)

// operation is one of the API's: what it is called in upstream's messages, and who answers. answer nil: AWS's alone.
type operation struct {
	name   string
	answer func(*Handler, *request) (any, error)
}

// route is a path of the API below /v3, segment by segment, with the operation of each method. "{id}" is an image id or a
// cluster's name; "{stream...}" takes the rest of the path.
type route struct {
	path    string
	methods map[string]operation
}

var routes = []route{
	{"images/official", map[string]operation{"GET": {"list-official-images", (*Handler).listOfficialImages}}},
	{"images/custom", map[string]operation{"GET": {"list-images", (*Handler).listImages}, "POST": {"build-image", nil}}},
	{"images/custom/{id}", map[string]operation{"GET": {"describe-image", (*Handler).describeImage}, "DELETE": {"delete-image", nil}}},
	{"images/custom/{id}/logstreams", map[string]operation{"GET": {"list-image-log-streams", (*Handler).listImageLogStreams}}},
	{"images/custom/{id}/logstreams/{stream...}", map[string]operation{"GET": {"get-image-log-events", (*Handler).getImageLogEvents}}},
	{"images/custom/{id}/stackevents", map[string]operation{"GET": {"get-image-stack-events", (*Handler).getImageStackEvents}}},
	{"clusters", map[string]operation{"GET": {"list-clusters", (*Handler).listClusters}, "POST": {"create-cluster", nil}}},
	{"clusters/{id}", map[string]operation{"GET": {"describe-cluster", (*Handler).describeCluster},
		"PUT": {"update-cluster", nil}, "DELETE": {"delete-cluster", nil}}},
	{"clusters/{id}/computefleet", map[string]operation{"GET": {"describe-compute-fleet", nil}, "PATCH": {"update-compute-fleet", nil}}},
	{"clusters/{id}/instances", map[string]operation{"GET": {"describe-cluster-instances", nil}, "DELETE": {"delete-cluster-instances", nil}}},
	{"clusters/{id}/logstreams", map[string]operation{"GET": {"list-cluster-log-streams", (*Handler).listClusterLogStreams}}},
	{"clusters/{id}/logstreams/{stream...}", map[string]operation{"GET": {"get-cluster-log-events", (*Handler).getClusterLogEvents}}},
	{"clusters/{id}/stackevents", map[string]operation{"GET": {"get-cluster-stack-events", (*Handler).getClusterStackEvents}}},
}

// newMux routes what follows /v3/. The mux decodes each segment once, so that "3.2.1%2F1" and "3.2.1/1" are the same stream.
func newMux(serve func(w http.ResponseWriter, r *http.Request, op operation), refuse func(w http.ResponseWriter, r *http.Request, err *apiError)) *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		for method, op := range rt.methods {
			mux.HandleFunc(method+" /v3/"+rt.path, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(rt.path, "...}") && r.PathValue("stream") == "" {
					refuse(w, r, errNoRoute)
					return
				}
				serve(w, r, op)
			})
		}
		mux.HandleFunc("/v3/"+rt.path, func(w http.ResponseWriter, r *http.Request) { refuse(w, r, errMethod) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, r, errNoRoute) })
	return mux
}
