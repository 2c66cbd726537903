// Package logs holds the words of Tailrace: events and their ids, groups and streams, scopes, names, ARNs and time
// ranges, with the rules that CloudWatch Logs has for them (cloudwatch-logs.md §2). It imports nothing of the project
// and does no work; values are plain and safe to copy.
package logs
