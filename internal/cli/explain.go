package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
)

const credentialsHint = "The server verifies keys. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --profile; `tailrace keys create` on the server makes a key"

// explainTransport says what to do about a server that is not there or not trusted.
func explainTransport(err error, endpoint string) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return fmt.Errorf("no server answers at %s: start one with `tailrace serve`, or name another with --endpoint (%w)", endpoint, op.Err)
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("%s: %w\nIf the certificate is your own, set AWS_CA_BUNDLE to a PEM file with it", endpoint, unknown)
	}
	return err
}

// explain adds to a server's answer what a user can do about it.
func (c *connection) explain(err error) error {
	if rest, ok := errors.AsType[*restError](err); ok {
		switch rest.status {
		case http.StatusUnauthorized, http.StatusForbidden:
			return fmt.Errorf("%w\n%s", err, credentialsHint)
		case http.StatusNotFound:
			return fmt.Errorf("%w\n`tailrace images` lists what there is in region %s; --region looks in another", err, c.region)
		}
		return err
	}
	coded, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err)
	if !ok {
		return err
	}
	switch coded.ErrorCode() {
	case "UnrecognizedClientException", "MissingAuthenticationTokenException", "InvalidSignatureException":
		return fmt.Errorf("%w\n%s", err, credentialsHint)
	case "ResourceNotFoundException":
		return fmt.Errorf("%w\n`tailrace groups` and `tailrace streams GROUP` list what there is in region %s; --region looks in another", err, c.region)
	case "ServiceUnavailableException":
		return fmt.Errorf("%w\nThe server is starting, or cannot write to its disk: its log says which", err)
	}
	return err
}
