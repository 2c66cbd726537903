// Package pcluster answers the AWS ParallelCluster v3 API (/v3/…) over the CloudWatch Logs operations: image builds and
// clusters are known by the names and tags of their log groups (parallelcluster.md §8.2), and their logs are the groups'
// streams. Operations that make or change machines belong to AWS alone and answer that they are not supported here.
//
// Query parameters are what counts. A JSON body of a GET, which the API's documentation shows, fills region and nextToken
// where the query has none and is otherwise ignored. Error bodies are {"message": "…"}.
//
// Deviations from the upstream server, all of them kinder: streams without events are listed with their creation time;
// errors of access and throttling are told as such; a log group that outlives its cluster still is the cluster's.
package pcluster
