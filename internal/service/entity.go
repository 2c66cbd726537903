package service

import (
	"unicode/utf8"

	"tailrace/internal/api"
)

// Bounds of an entity (the shapes EntityKeyAttributes and EntityAttributes), in entries and characters.
const (
	minKeyAttributes        = 2
	maxKeyAttributes        = 4
	maxKeyAttributeKey      = 32
	maxAttributes           = 10
	maxAttributeKey         = 256
	maxEntityAttributeValue = 512
)

// entityKeys tells, for each type of entity, which key attributes must stand beside Type and which more may.
var entityKeys = map[string]struct{ required, optional []string }{
	"Service":       {[]string{"Name"}, []string{"Environment"}},
	"RemoteService": {[]string{"Name"}, []string{"Environment"}},
	"AWS::Service":  {[]string{"Name"}, []string{"Environment"}},
	"Resource":      {[]string{"ResourceType", "Identifier"}, []string{"Environment"}},
	"AWS::Resource": {[]string{"ResourceType", "Identifier"}, []string{"Environment"}},
}

// rejectEntity tells why an entity is rejected, or "". A rejected entity does
// not touch the events that came with it (cloudwatch-logs.md §5).
func rejectEntity(class string, keys, attributes map[string]string) api.EntityRejectionErrorType {
	switch {
	case class != classStandard:
		return api.EntityRejectionErrorTypeUnsupportedLogGroupType
	case len(keys) == 0 && len(attributes) == 0:
		return api.EntityRejectionErrorTypeInvalidEntity
	case len(keys) == 0:
		return api.EntityRejectionErrorTypeMissingRequiredFields
	}
	if why := rejectKeyAttributes(keys); why != "" {
		return why
	}
	if len(attributes) > maxAttributes || !boundedEntries(attributes, maxAttributeKey, maxEntityAttributeValue) {
		return api.EntityRejectionErrorTypeInvalidAttributes
	}
	return ""
}

func rejectKeyAttributes(keys map[string]string) api.EntityRejectionErrorType {
	kind, ok := keys["Type"]
	if !ok {
		return api.EntityRejectionErrorTypeMissingRequiredFields
	}
	want, ok := entityKeys[kind]
	if !ok {
		return api.EntityRejectionErrorTypeInvalidTypeValue
	}
	known := 1
	for _, key := range want.required {
		if _, ok := keys[key]; !ok {
			return api.EntityRejectionErrorTypeMissingRequiredFields
		}
		known++
	}
	for _, key := range want.optional {
		if _, ok := keys[key]; ok {
			known++
		}
	}
	if known != len(keys) || len(keys) < minKeyAttributes || len(keys) > maxKeyAttributes ||
		!boundedEntries(keys, maxKeyAttributeKey, maxEntityAttributeValue) {
		return api.EntityRejectionErrorTypeInvalidKeyAttributes
	}
	return ""
}

// boundedEntries tells whether every key and value has at least one character and at most so many.
func boundedEntries(m map[string]string, maxKey, maxValue int) bool {
	for k, v := range m {
		if k == "" || v == "" || utf8.RuneCountInString(k) > maxKey || utf8.RuneCountInString(v) > maxValue {
			return false
		}
	}
	return true
}
