package service

import (
	"strings"
	"testing"

	"tailrace/internal/api"
)

func TestRejectEntity(t *testing.T) {
	type attrs = map[string]string
	many := attrs{}
	for _, c := range "abcdefghijk" {
		many[string(c)] = "v"
	}
	service := attrs{"Type": "Service", "Name": "checkout", "Environment": "eks:prod"}
	for name, c := range map[string]struct {
		class            string
		keys, attributes attrs
		want             api.EntityRejectionErrorType
	}{
		"service":          {classStandard, service, attrs{"PlatformType": "AWS::EKS", "K8s.Namespace": "default"}, ""},
		"no attributes":    {classStandard, service, nil, ""},
		"resource":         {classStandard, attrs{"Type": "AWS::Resource", "ResourceType": "AWS::EC2::Instance", "Identifier": "i-1"}, nil, ""},
		"class":            {"INFREQUENT_ACCESS", service, nil, "UnsupportedLogGroupType"},
		"empty":            {classStandard, nil, nil, "InvalidEntity"},
		"attributes only":  {classStandard, nil, attrs{"a": "b"}, "MissingRequiredFields"},
		"no type":          {classStandard, attrs{"Name": "x", "Environment": "y"}, nil, "MissingRequiredFields"},
		"no name":          {classStandard, attrs{"Type": "Service", "Environment": "y"}, nil, "MissingRequiredFields"},
		"no identifier":    {classStandard, attrs{"Type": "Resource", "ResourceType": "y"}, nil, "MissingRequiredFields"},
		"type":             {classStandard, attrs{"Type": "Thing", "Name": "x"}, nil, "InvalidTypeValue"},
		"unknown key":      {classStandard, attrs{"Type": "Service", "Name": "x", "Colour": "y"}, nil, "InvalidKeyAttributes"},
		"other type's key": {classStandard, attrs{"Type": "Service", "Name": "x", "Identifier": "y"}, nil, "InvalidKeyAttributes"},
		"empty name":       {classStandard, attrs{"Type": "Service", "Name": ""}, nil, "InvalidKeyAttributes"},
		"long name":        {classStandard, attrs{"Type": "Service", "Name": strings.Repeat("é", 513)}, nil, "InvalidKeyAttributes"},
		"many attributes":  {classStandard, service, many, "InvalidAttributes"},
		"long attribute":   {classStandard, service, attrs{strings.Repeat("k", 257): "v"}, "InvalidAttributes"},
	} {
		if got := rejectEntity(c.class, c.keys, c.attributes); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
