package pcluster

// Shapes of the answers, in the members' documented names. Members without omitempty are required there: generated clients
// reject an answer that lacks one, and some an answer with one too many.

type logStreams struct {
	LogStreams []logStream `json:"logStreams"`
	NextToken  string      `json:"nextToken,omitempty"`
}

type logStream struct {
	LogStreamName       string `json:"logStreamName"`
	CreationTime        string `json:"creationTime"`
	FirstEventTimestamp string `json:"firstEventTimestamp"`
	LastEventTimestamp  string `json:"lastEventTimestamp"`
	LastIngestionTime   string `json:"lastIngestionTime"`
	UploadSequenceToken string `json:"uploadSequenceToken"`
	LogStreamArn        string `json:"logStreamArn"`
}

type logEvents struct {
	Events    []logEvent `json:"events"`
	NextToken string     `json:"nextToken"`
	PrevToken string     `json:"prevToken"`
}

type logEvent struct {
	Timestamp string `json:"timestamp"`
	Message   string `json:"message"`
}

type stackEvents struct {
	Events []struct{} `json:"events"` // there are no stacks here, so none has an event
}

type images struct {
	Images    []imageSummary `json:"images"`
	NextToken string         `json:"nextToken,omitempty"`
}

type imageSummary struct {
	ImageID          string `json:"imageId"`
	ImageBuildStatus string `json:"imageBuildStatus"`
	Region           string `json:"region"`
	Version          string `json:"version"`
}

type imageDescription struct {
	imageSummary
	ImageConfiguration configuration `json:"imageConfiguration"`
	ImageBuildLogsArn  string        `json:"imageBuildLogsArn"`
	CreationTime       string        `json:"creationTime"`
}

// configuration has no url: there is no object that a client could fetch, and a word in its place breaks Terraform.
type configuration struct{}

type clusters struct {
	Clusters  []clusterSummary `json:"clusters"`
	NextToken string           `json:"nextToken,omitempty"`
}

type clusterSummary struct {
	ClusterName               string `json:"clusterName"`
	Region                    string `json:"region"`
	Version                   string `json:"version"`
	CloudformationStackArn    string `json:"cloudformationStackArn"`
	CloudformationStackStatus string `json:"cloudformationStackStatus"`
	ClusterStatus             string `json:"clusterStatus"`
}

type clusterDescription struct {
	ClusterName               string        `json:"clusterName"`
	Region                    string        `json:"region"`
	Version                   string        `json:"version"`
	CloudFormationStackStatus string        `json:"cloudFormationStackStatus"` // this answer alone writes it with a capital F
	ClusterStatus             string        `json:"clusterStatus"`
	CloudformationStackArn    string        `json:"cloudformationStackArn"`
	CreationTime              string        `json:"creationTime"`
	LastUpdatedTime           string        `json:"lastUpdatedTime"`
	ClusterConfiguration      configuration `json:"clusterConfiguration"`
	ComputeFleetStatus        string        `json:"computeFleetStatus"`
	Tags                      []tag         `json:"tags"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type officialImages struct {
	Images []struct{} `json:"images"` // AWS publishes them; here are none
}
