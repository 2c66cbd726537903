package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/auth"
)

// requestTimeout bounds one request with its answer.
const requestTimeout = 2 * time.Minute

// clientFlags are what every client command takes.
type clientFlags struct {
	endpoint, profile, region, output string
}

func (c *clientFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.endpoint, "endpoint", cmp.Or(os.Getenv("TAILRACE_ENDPOINT"), os.Getenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
		os.Getenv("AWS_ENDPOINT_URL"), "http://127.0.0.1:4586"), "`URL` of the server (TAILRACE_ENDPOINT, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS)")
	f.StringVar(&c.profile, "profile", "", "`profile` of the AWS configuration with the credentials (AWS_PROFILE)")
	f.StringVar(&c.region, "region", "", "`region` to look in (AWS_REGION; default us-east-1)")
	outputFlag(cmd, &c.output)
}

func outputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "table", "form of the result: table or json")
}

func checkOutput(output string) error {
	if output != "table" && output != "json" {
		return badUsage("--output %q: want table or json", output)
	}
	return nil
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
	http             aws.HTTPClient
}

// connect checks the flags and finds the credentials as every AWS client does, but never asks the metadata service of a
// cloud's machine for them.
func (c *clientFlags) connect(ctx context.Context) (*connection, error) {
	if err := checkOutput(c.output); err != nil {
		return nil, err
	}
	if u, err := url.Parse(c.endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, badUsage("--endpoint %q: want a URL such as http://127.0.0.1:4586", c.endpoint)
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(c.profile), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	conn := newConnection(c.endpoint, cmp.Or(c.region, cfg.Region, "us-east-1"), cfg.Credentials)
	// The metadata service is the SDK's last resort: nothing else is configured.
	if aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		conn.credentials = anonymous{}
	}
	// The configuration's client trusts AWS_CA_BUNDLE.
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		conn.http = client.WithTimeout(requestTimeout)
	}
	return conn, nil
}

func newConnection(endpoint, region string, credentials aws.CredentialsProvider) *connection {
	return &connection{endpoint: endpoint, region: region, credentials: credentials, http: &http.Client{Timeout: requestTimeout}}
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
		return nil, fmt.Errorf("credentials: %w", err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(r.Context(), creds, r, hex.EncodeToString(sum[:]), s.service, s.region, time.Now()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	answer, err := s.http.Do(r)
	return answer, explainTransport(err, s.endpoint)
}
