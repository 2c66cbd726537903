package logs

import "strings"

// GroupARN is a log group's ARN without a trailing ":*": the form of logGroupArn, of tagging and of identifiers.
func GroupARN(scope Scope, group string) string {
	return "arn:aws:logs:" + scope.Region + ":" + scope.Account + ":log-group:" + group
}

// GroupWildcardARN is a log group's ARN with ":*": the form of the member arn of DescribeLogGroups.
func GroupWildcardARN(scope Scope, group string) string { return GroupARN(scope, group) + ":*" }

// StreamARN is a log stream's ARN; it has no ":*".
func StreamARN(scope Scope, group, stream string) string {
	return GroupARN(scope, group) + ":log-stream:" + stream
}

// ParseGroupARN splits a log group's ARN, with or without ":*". Partitions other than "aws" (aws-cn, aws-us-gov) are
// taken; ok is false where s is no ARN of a log group.
func ParseGroupARN(s string) (scope Scope, group string, ok bool) {
	part := strings.SplitN(s, ":", 7)
	if len(part) != 7 || part[0] != "arn" || !strings.HasPrefix(part[1], "aws") || part[2] != "logs" || part[5] != "log-group" {
		return Scope{}, "", false
	}
	group = strings.TrimSuffix(part[6], ":*")
	if !ValidGroupName(group) {
		return Scope{}, "", false
	}
	return Scope{Region: part[3], Account: part[4]}, group, true
}
