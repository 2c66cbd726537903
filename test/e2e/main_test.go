// Package e2e speaks to the real binary over the wire with real clients: the Go SDK always, the AWS CLI and boto3 where the
// machine has them.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"tailrace/test/servertest"
)

// tool returns the path of a client, or skips the test with a notice.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("NOTICE: %s is not on this machine; its part of the test is skipped", name)
	}
	return path
}

// awsEnv is what a client of the AWS family needs to talk to the server, and nothing of the machine's own configuration.
func awsEnv(s *servertest.Server, accessKey, secret string) []string {
	return append(os.Environ(),
		"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS="+s.URL(), "AWS_ENDPOINT_URL="+s.URL(),
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_SESSION_TOKEN=",
		"AWS_DEFAULT_REGION="+servertest.Region, "AWS_REGION="+servertest.Region,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		"AWS_MAX_ATTEMPTS=1",
	)
}

// run runs a command and returns its standard output, or fails the test with its standard error.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	out, fault, err := try(t, env, name, args...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, fault)
	}
	return out
}

func try(t *testing.T, env []string, name string, args ...string) (out, fault string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	var o, f bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &f
	err = cmd.Run()
	return o.String(), f.String(), err
}

// decode reads one JSON document.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// numbered is the message of the i-th event.
func numbered(i int) string { return fmt.Sprintf("event %04d ERROR=%v", i, i%7 == 0) }
