package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// refusal is what an operation answers to a body, before any service sees it: "" if the body is valid.
func refusal(operation, body string) string {
	_, err := Operations[operation].Invoke(context.Background(), Unimplemented{}, []byte(body), nil)
	if _, valid := errors.AsType[*UnknownOperationException](err); valid {
		return ""
	}
	return err.Error()
}

const one = "InvalidParameterException: 1 validation error detected: "

// TestValidation has every captured case of cloudwatch-logs.md §1.3, and those that follow from its grammar.
func TestValidation(t *testing.T) {
	long := func(n int) string { return strings.Repeat("X", n) }
	transformation := func(n int) string {
		return fmt.Sprintf(`{"metricName":"metric%d","metricNamespace":"namespace%d","metricValue":"%d"}`, n, n, n)
	}
	filter := `{"filterName":"f","filterPattern":"","logGroupName":"g","metricTransformations":[`
	for _, c := range []struct{ name, operation, body, want string }{
		{
			"too big int", "FilterLogEvents", `{"logGroupName":"g","limit":10001}`,
			one + "Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
		},
		{
			"too small int", "DescribeLogStreams", `{"logGroupName":"g","limit":0}`,
			one + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
		},
		{
			"negative timestamp", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":-1,"message":"m"}]}`,
			one + "Value '-1' at 'logEvents.1.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0",
		},
		{
			"string too long", "PutMetricFilter", strings.Replace(filter, `"f"`, `"`+long(513)+`"`, 1) + transformation(1) + "]}",
			one + "Value '" + long(513) + "' at 'filterName' failed to satisfy constraint: Member must have length less than or equal to 512",
		},
		{
			"prefix too long", "DescribeMetricFilters", `{"filterNamePrefix":"` + long(513) + `"}`,
			one + "Value '" + long(513) + "' at 'filterNamePrefix' failed to satisfy constraint: Member must have length less than or equal to 512",
		},
		{
			"metric name too long", "DescribeMetricFilters", `{"metricNamespace":"n","metricName":"` + long(256) + `"}`,
			one + "Value '" + long(256) + "' at 'metricName' failed to satisfy constraint: Member must have length less than or equal to 255",
		},
		{
			"list too long", "PutMetricFilter", filter + transformation(1) + "," + transformation(2) + "]}",
			one + "Value '[MetricTransformation(metricName=metric1, metricNamespace=namespace1, metricValue=1, defaultValue=null, unit=null, dimensions=null), " +
				"MetricTransformation(metricName=metric2, metricNamespace=namespace2, metricValue=2, defaultValue=null, unit=null, dimensions=null)]' " +
				"at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1",
		},
		{
			"list shown with values", "PutMetricFilter", filter + `{"metricName":"m","metricNamespace":"n","metricValue":"1","defaultValue":0,"unit":"Count","dimensions":{"b":"$.b","a":"$.a"}},` + transformation(2) + "]}",
			one + "Value '[MetricTransformation(metricName=m, metricNamespace=n, metricValue=1, defaultValue=0.0, unit=Count, dimensions={a=$.a, b=$.b}), " +
				"MetricTransformation(metricName=metric2, metricNamespace=namespace2, metricValue=2, defaultValue=null, unit=null, dimensions=null)]' " +
				"at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1",
		},
		{
			"empty list", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[]}`,
			one + "Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"empty map", "CreateLogGroup", `{"logGroupName":"g","tags":{}}`,
			one + "Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"absent list", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s"}`,
			one + "Value null at 'logEvents' failed to satisfy constraint: Member must not be null",
		},
		{
			"null list", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":null}`,
			one + "Value null at 'logEvents' failed to satisfy constraint: Member must not be null",
		},
		{
			"null timestamp", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[{"message":"m","timestamp":null}]}`,
			one + "Value null at 'logEvents.1.member.timestamp' failed to satisfy constraint: Member must not be null",
		},
		{
			"null event", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[{"message":"m","timestamp":1},null]}`,
			one + "Value null at 'logEvents.2.member' failed to satisfy constraint: Member must not be null",
		},
		{
			"null in a list of strings", "FilterLogEvents", `{"logGroupName":"g","logStreamNames":["a",null]}`,
			one + "Value null at 'logStreamNames.2.member' failed to satisfy constraint: Member must not be null",
		},
		{
			"absent boolean", "PutLogGroupDeletionProtection", `{"logGroupIdentifier":"g"}`,
			one + "Value null at 'deletionProtectionEnabled' failed to satisfy constraint: Member must not be null",
		},
		{
			"absent structure", "PutIntegration", `{"integrationName":"i","integrationType":"OPENSEARCH"}`,
			"ValidationException: 1 validation error detected: Value null at 'resourceConfig' failed to satisfy constraint: Member must not be null",
		},
		{
			"several, in the order of the model", "PutLogEvents", `{"logEvents":[],"logStreamName":""}`,
			"InvalidParameterException: 3 validation errors detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null; " +
				"Value '' at 'logStreamName' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"several, nested", "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":""},{"timestamp":1,"message":"x"},{"timestamp":1},{"timestamp":1,"message":""}]}`,
			"InvalidParameterException: 3 validation errors detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value null at 'logEvents.3.member.message' failed to satisfy constraint: Member must not be null; " +
				"Value '' at 'logEvents.4.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"enum", "PutDeliveryDestination", `{"name":"d","outputFormat":"foobar"}`,
			"ValidationException: 1 validation error detected: Value 'foobar' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: [w3c, raw, json, plain, parquet]",
		},
		{
			"enum of a classic operation", "DescribeLogStreams", `{"logGroupName":"g","orderBy":"x"}`,
			one + "Value 'x' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]",
		},
		{
			"pattern of an identifier", "DescribeLogStreams", `{"logGroupIdentifier":"log group"}`,
			one + `Value at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w#+=/:,.@-]*`,
		},
		{
			"pattern of a group", "CreateLogGroup", `{"logGroupName":"a:b"}`,
			one + `Value at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`,
		},
		{
			"pattern of a stream, beyond ASCII", "CreateLogStream", `{"logGroupName":"g","logStreamName":"é:"}`,
			one + `Value at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
		},
		{"stream beyond ASCII", "CreateLogStream", `{"logGroupName":"g","logStreamName":"é日本"}`, ""},
		{"line break in a stream", "CreateLogStream", `{"logGroupName":"g","logStreamName":"a\nb"}`, ""},
		{
			"line break in a group", "CreateLogGroup", `{"logGroupName":"g\n"}`,
			one + `Value at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`,
		},
		{
			"empty group", "CreateLogGroup", `{"logGroupName":""}`,
			`InvalidParameterException: 2 validation errors detected: Value at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+; ` +
				"Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"empty prefix", "DescribeLogGroups", `{"logGroupNamePrefix":""}`,
			`InvalidParameterException: 2 validation errors detected: Value at 'logGroupNamePrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+; ` +
				"Value '' at 'logGroupNamePrefix' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{"pattern of a resource's ARN", "ListTagsForResource", `{"resourceArn":"arn:aws:logs:us-east-1:111111111111:log-group:a#b:*"}`, ""},
		{
			"group too long", "CreateLogGroup", `{"logGroupName":"` + long(513) + `"}`,
			"InvalidParameterException: Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
		},
		{
			"group too long, elsewhere", "DeleteMetricFilter", `{"logGroupName":"` + long(513) + `"}`,
			"InvalidParameterException: Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
		},
		{"group of the greatest length", "CreateLogGroup", `{"logGroupName":"` + long(512) + `"}`, ""},
		{"namespace with a colon", "PutMetricFilter", filter + `{"metricName":"m","metricNamespace":"A.B-c_d/1#2:metricNamespace","metricValue":"1"}]}`, ""},
		{
			"token empty", "DescribeLogStreams", `{"logGroupName":"g","nextToken":""}`,
			one + "Value '' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"tag value", "TagResource", `{"resourceArn":"arn:x","tags":{"b":"!","a":"x"}}`,
			one + `Value '{a=x, b=!}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, ` +
				`Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]`,
		},
		{
			"tag key", "TagResource", `{"resourceArn":"arn:x","tags":{"":"x"}}`,
			one + `Value '{=x}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, ` +
				`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$]`,
		},
		{"tag beyond ASCII", "TagResource", `{"resourceArn":"arn:x","tags":{"é":"日本 1"}}`, ""},
		{
			"element of a list", "FilterLogEvents", `{"logGroupName":"g","logStreamNames":["a","b*"]}`,
			one + `Value '[a, b*]' at 'logStreamNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 512, ` +
				`Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [^:*]*]`,
		},
		{
			"UTF-16 units", "CreateLogStream", `{"logGroupName":"g","logStreamName":"` + strings.Repeat("🙀", 257) + `"}`,
			"InvalidParameterException: Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
		},
		{"characters, not bytes", "CreateLogStream", `{"logGroupName":"g","logStreamName":"` + strings.Repeat("日", 512) + `"}`, ""},
	} {
		if got := refusal(c.operation, c.body); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	body := `{"logGroupName":"g","logStreamName":"s","logEvents":[{}` + strings.Repeat(",{}", 200_000) + `]}`
	got := refusal("PutLogEvents", body)
	if !strings.HasPrefix(got, "InvalidParameterException: 100 validation errors detected: Value '[InputLogEvent(timestamp=0, message=null), ") || len(got) > 3*maxEcho {
		t.Errorf("%d bytes: %.200s", len(got), got)
	}
	got = refusal("CreateLogStream", `{"logGroupName":"g","logStreamName":"`+strings.Repeat("日", 1<<20)+`"}`)
	if got != "InvalidParameterException: "+nameTooLong {
		t.Errorf("%.200s", got)
	}
	got = refusal("DescribeMetricFilters", `{"filterNamePrefix":"`+strings.Repeat("日", 1<<20)+`"}`)
	if len(got) > maxEcho+200 || !strings.Contains(got, "日...' at 'filterNamePrefix'") {
		t.Errorf("%d bytes", len(got))
	}
}
