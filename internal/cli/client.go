package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/auth"
)

// clientFlags are what every client command takes.
type clientFlags struct {
	endpoint, profile, region, output string
}

func (c *clientFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.endpoint, "endpoint", firstOf(os.Getenv("TAILRACE_ENDPOINT"), os.Getenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
		os.Getenv("AWS_ENDPOINT_URL"), "http://127.0.0.1:4586"), "`URL` of the server (TAILRACE_ENDPOINT, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS)")
	f.StringVar(&c.profile, "profile", "", "`profile` of the AWS configuration with the credentials (AWS_PROFILE)")
	f.StringVar(&c.region, "region", "", "`region` to look in (AWS_REGION; default us-east-1)")
	f.StringVarP(&c.output, "output", "o", "table", "form of the result: table or json")
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// anonymous signs where the machine has no credentials: a server without keys takes any.
type anonymous struct{}

// Retrieve implements aws.CredentialsProvider.
func (anonymous) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: auth.DefaultAccount, SecretAccessKey: "anonymous"}, nil
}

// connection signs requests and sends them.
type connection struct {
	endpoint, region string
	credentials      aws.CredentialsProvider
	http             *http.Client
}

// connect checks the flags and finds the credentials: environment, profile, and nothing that asks the network for them.
func (c *clientFlags) connect(ctx context.Context) (*connection, error) {
	if c.output != "table" && c.output != "json" {
		return nil, usageError{fmt.Errorf("--output %q: want table or json", c.output)}
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(c.profile), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	return newConnection(c.endpoint, firstOf(c.region, cfg.Region, "us-east-1"), cfg.Credentials), nil
}

func newConnection(endpoint, region string, credentials aws.CredentialsProvider) *connection {
	return &connection{endpoint: endpoint, region: region, credentials: credentials, http: &http.Client{Timeout: 2 * time.Minute}}
}

func (c *connection) logs() *api.Client {
	return &api.Client{Endpoint: c.endpoint, HTTP: signing{c, "logs"}}
}

// signing is an HTTP client that signs for one service.
type signing struct {
	*connection
	service string
}

// Do implements api.Doer.
func (s signing) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	creds, err := s.credentials.Retrieve(r.Context())
	if err != nil {
		creds, _ = anonymous{}.Retrieve(r.Context())
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(r.Context(), creds, r, hex.EncodeToString(sum[:]), s.service, s.region, time.Now()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	answer, err := s.http.Do(r)
	return answer, explainConnection(err, s.endpoint)
}

// explainConnection says what to do about a server that is not there.
func explainConnection(err error, endpoint string) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return fmt.Errorf("no server answers at %s: start one with `tailrace serve`, or name another with --endpoint (%w)", endpoint, op.Err)
	}
	return err
}

// explain adds to an exception what a user can do about it.
func explain(err error) error {
	coded, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err)
	if !ok {
		return err
	}
	switch coded.ErrorCode() {
	case "UnrecognizedClientException", "MissingAuthenticationTokenException", "InvalidSignatureException":
		return fmt.Errorf("%w\nThe server verifies keys. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --profile; `tailrace keys create` on the server makes a key", err)
	case "ResourceNotFoundException":
		return fmt.Errorf("%w\n`tailrace groups` and `tailrace streams GROUP` list what there is", err)
	}
	return err
}
