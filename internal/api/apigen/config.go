package main

// What the model does not say, and Tailrace has decided; each entry with its reason.

// bytesMembers are []byte instead of string, so that a request's message aliases the body that brought it and a page
// of 10,000 events is answered without a string for each.
var bytesMembers = map[string]bool{
	"InputLogEvent.message":    true,
	"OutputLogEvent.message":   true,
	"FilteredLogEvent.message": true,
	"FilteredLogEvent.eventId": true,
}

// alwaysPresent are the structures whose members the model calls optional but every answer has
// (cloudwatch-logs.md §6, §7): plain members, no Opt.
var alwaysPresent = map[string]bool{
	"OutputLogEvent":   true,
	"FilteredLogEvent": true,
}

// classic are operations that answer a shape that breaks a constraint with InvalidParameterException although they
// list ValidationException too. All others that list it came since 2023 and answer with it (cloudwatch-logs.md §1.3).
var classic = map[string]bool{
	"DeleteLogGroup":  true,
	"DeleteLogStream": true,
}

// patternsNotEnforced are the string shapes whose pattern AWS does not apply: a metricNamespace with a colon was
// accepted in February 2026 (cloudwatch-logs.md §1.3); and a group's ARN with ":*" is refused by the tag operations in
// words of their own (captures of 2023 to 2026, boto3#4104 among them), so a "#" in its name does no harm either.
var patternsNotEnforced = map[string]bool{
	"MetricNamespace":    true,
	"AmazonResourceName": true,
}

// boundsNotEnforced are shapes whose bounds fail no request: a bad entity is reported in rejectedEntityInfo and the events
// that came with it are stored (cloudwatch-logs.md §5). The operation checks them.
var boundsNotEnforced = []string{
	"EntityKeyAttributes", "EntityKeyAttributesKey", "EntityKeyAttributesValue",
	"EntityAttributes", "EntityAttributesKey", "EntityAttributesValue",
}

// enumOrder is the order in which AWS names the values of an enumeration, where a capture shows that it is not the
// model's (cloudwatch-logs.md §1.3).
var enumOrder = map[string][]string{
	"OutputFormat": {"w3c", "raw", "json", "plain", "parquet"},
}

// goPatterns are patterns that Go's regexp spells differently.
var goPatterns = map[string]string{
	`[\w-_]*`: `[\w\-_]*`,
}

// commonExceptions are those that every AWS service has and no model lists (cloudwatch-logs.md §1.3): what they say, and
// whether the server is at fault. They have a message and nothing else.
var commonExceptions = map[string]struct {
	says  string
	fault bool
}{
	"SerializationException":              {says: "says that a body is not JSON or that a member has the wrong JSON type."},
	"UnknownOperationException":           {says: "says that there is no such operation, then without a message, or that Tailrace does not have it."},
	"InvalidSignatureException":           {says: "says that a signature does not match, or is outside its time."},
	"MissingAuthenticationTokenException": {says: "says that a request is not signed."},
	"IncompleteSignatureException":        {says: "says that a part of the signature is missing."},
	"ExpiredTokenException":               {says: "says that a session token is past its time."},
	"InternalFailure":                     {says: "is the answer to a fault that the model has no exception for.", fault: true},
}
