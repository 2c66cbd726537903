package awsjson

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"

	"tailrace/internal/auth"
)

// TestSDKClient lets the SDK's client call: it must find the answer, the request id, and typed errors by their bare names.
func TestSDKClient(t *testing.T) {
	c := newConfig(t, testKey)
	c.Lookup = func(name string) (Invoke, bool) {
		switch name {
		case "DescribeLogGroups":
			return operations["Void"], true
		case "DescribeLogStreams":
			return operations["Missing"], true
		case "DeleteLogGroup":
			return operations["Fault"], true
		}
		return nil, false
	}
	// The SDK signs with the present time.
	c.Auth = auth.New(auth.Options{Keyring: keyringOf(t, testKey), Service: "logs", Now: time.Now})
	server, heard := newServer(t, c)
	client := func(key auth.Key) *cloudwatchlogs.Client {
		return cloudwatchlogs.New(cloudwatchlogs.Options{
			BaseEndpoint: &server.URL, Region: "eu-west-1", RetryMaxAttempts: 1, HTTPClient: server.Client(),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.Secret}, nil
			}),
		})
	}
	ctx := t.Context()
	out, err := client(testKey).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := middleware.GetRequestIDMetadata(out.ResultMetadata); !ok || len(id) != 36 {
		t.Errorf("request id %q", id)
	}
	_, err = client(testKey).DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("g")})
	if e, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok || e.ErrorMessage() != "The specified log group does not exist." {
		t.Error(err)
	}
	_, err = client(testKey).DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("g")})
	wantCode(t, err, codeInternal)
	_, err = client(testKey).ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String("a")})
	wantCode(t, err, codeUnknownOperation)
	wrong := testKey
	wrong.Secret += "x"
	_, err = client(wrong).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	wantCode(t, err, "InvalidSignatureException")
	for _, status := range []int{http.StatusOK, 400, 500, 400, 400} {
		if got := await(t, heard); got.status != status {
			t.Errorf("%+v, want status %d", got, status)
		}
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}
