// Package service is the CloudWatch Logs operations: what each one means, over the catalog (what exists) and the storage
// engine (events and the statistics of streams). It reads typed requests, which the api package decoded and checked
// against the model's shapes, and answers typed responses or Amazon's exceptions with Amazon's words; errors.go is the only
// place where an error of the rooms below becomes an exception. It knows nothing of HTTP, JSON, SQL or files.
//
// The rules are those of cloudwatch-logs.md §2 to §8 and §21. Where that reference is silent or leaves a choice, this is
// what holds here:
//
//   - An ARN of another account or region is ResourceNotFoundException: nothing lies there for this caller. Text that is
//     neither a name nor a log group's ARN is InvalidParameterException.
//   - kmsKeyId is refused with AccessDeniedException and Amazon's text for a key that does not exist: there is no KMS here,
//     and a group that shows a key whose data lie unencrypted would be a lie.
//   - A DELIVERY group keeps its events two days, and its retention cannot be changed.
//   - GetLogEvents and FilterLogEvents refuse groups of another class than STANDARD with InvalidParameterException.
//   - accountIdentifiers may name the caller's own account only, whatever includeLinkedAccounts says: no account is linked
//     with another here. fieldIndexNames and dataSources of ListLogGroups are refused, because neither exists here yet.
//   - DescribeLogGroups by pattern leaves out storedBytes and deletionProtectionEnabled as Amazon does, but gives a token
//     only if more can exist. By logGroupIdentifiers it takes limit, nextToken and includeLinkedAccounts beside them.
//   - A filter of logGroupTags holds for groups that have the key, if one of its plain values matches, or there is none,
//     and no negated one does. Values match with case.
//   - Tag keys that begin with "aws:" are refused.
//   - unmask changes nothing: no message is ever masked here.
//   - Page tokens live a day and are bound to their query (token.go), but the page size may change between pages. A page
//     of FilterLogEvents keeps its direction whatever startFromHead says later.
//
// A Service is safe for concurrent use.
package service

//go:generate go run ./compatgen
