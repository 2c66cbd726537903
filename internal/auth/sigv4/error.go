package sigv4

import (
	"fmt"
	"time"
)

// The codes of Error: the names that AWS gives on the wire.
const (
	CodeMissing    = "MissingAuthenticationTokenException"
	CodeIncomplete = "IncompleteSignatureException"
	CodeInvalid    = "InvalidSignatureException"
)

// Error says why a signature is refused, in AWS's words where they are known.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func errMissing() error { return &Error{CodeMissing, "Missing Authentication Token"} }

func errMismatch() error {
	return &Error{CodeInvalid, "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
}

func errIncomplete(format string, args ...any) error {
	return &Error{CodeIncomplete, fmt.Sprintf(format, args...)}
}

func errInvalid(format string, args ...any) error {
	return &Error{CodeInvalid, fmt.Sprintf(format, args...)}
}

func errUnsigned(header string) error {
	return errInvalid("'%s' must be a 'SignedHeader' in the AWS Authorization.", header)
}

// errSkew words a signature that is too old or too young: the edge is what the client's time is measured by.
func errSkew(signed string, now time.Time, skew time.Duration) error {
	const text = "Signature %s: %s is %s than %s (%s %c %s.)"
	span := fmt.Sprintf("%d min", int(skew.Minutes()))
	if skew%time.Minute != 0 {
		span = skew.String()
	}
	clock := now.UTC().Format(stampLayout)
	if early := now.Add(-skew).UTC().Format(stampLayout); signed < early {
		return errInvalid(text, "expired", signed, "now earlier", early, clock, '-', span)
	}
	late := now.Add(skew).UTC().Format(stampLayout)
	return errInvalid(text, "not yet current", signed, "still later", late, clock, '+', span)
}
