package pcluster

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
)

// maxBody is the longest body of a request, in bytes.
const maxBody = 64 << 10

// fillFromBody takes region and nextToken from a JSON body where the query has none. Whatever else the body is, and a region
// that is none, is ignored.
func (p *params) fillFromBody(body []byte, defaultRegion string) {
	var in map[string]any
	if len(body) == 0 || json.Unmarshal(body, &in) != nil {
		return
	}
	if region, ok := in["region"].(string); ok && p.region == "" && knownRegion(region, defaultRegion) {
		p.region = region
	}
	if token, ok := in["nextToken"].(string); ok && p.nextToken == "" {
		p.nextToken, p.tokenFromBody = token, token != ""
	}
}

// checkBody checks the JSON body of an operation that takes one: its media type, what it must have, and the ids in it.
func checkBody(contentType string, body []byte, required []string) error {
	if len(body) == 0 {
		return badRequest("request body is required")
	}
	if mediaType, _, _ := mime.ParseMediaType(contentType); contentType != "" && mediaType != "application/json" {
		return &apiError{
			status:  http.StatusUnsupportedMediaType,
			message: fmt.Sprintf("Unsupported Media Type: Invalid Content-type (%s), expected JSON data", contentType),
		}
	}
	var in map[string]any
	if json.Unmarshal(body, &in) != nil {
		return badRequest("Request body is not valid JSON")
	}
	for _, name := range required {
		if _, ok := in[name]; !ok {
			return badRequest("'%s' is a required property", name)
		}
	}
	for _, name := range []string{"imageId", "clusterName"} {
		if id, ok := in[name].(string); ok && !idForm.MatchString(id) {
			return badRequest("'%s' does not match '%s' - '%s'", id, idForm, name)
		}
	}
	return nil
}
