package service

import (
	"errors"
	"fmt"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/filterpattern"
	"tailrace/internal/query"
	"tailrace/internal/storage"
)

// noun is what an error of the catalog or the engine is about: Amazon's words differ by that alone.
type noun struct{ notFound, exists string }

// The texts of cloudwatch-logs.md §1.3; the second one's missing period is Amazon's.
var (
	groupNoun  = noun{"The specified log group does not exist.", "The specified log group already exists"}
	streamNoun = noun{"The specified log stream does not exist.", "The specified log stream already exists"}
)

func (n noun) missing() error { return &api.ResourceNotFoundException{Message: n.notFound} }

// exception is the only map from the errors of the rooms below to exceptions. What is not in it is wrapped and returned as
// it is: the wire makes it the server fault, and its chain goes to the operator's log only.
func (n noun) exception(operation string, err error) error {
	if err == nil {
		return nil
	}
	_, isSyntax := errors.AsType[*filterpattern.SyntaxError](err)
	switch {
	case errors.Is(err, catalog.ErrNotFound), errors.Is(err, query.ErrNotFound):
		return n.missing()
	case errors.Is(err, catalog.ErrExists):
		return &api.ResourceAlreadyExistsException{Message: n.exists}
	case errors.Is(err, catalog.ErrUnavailable), errors.Is(err, storage.ErrUnavailable):
		return fmt.Errorf("%s: %w: %w", operation, &api.ServiceUnavailableException{Message: "The service cannot complete the request."}, err)
	case errors.Is(err, errToken), errors.Is(err, storage.ErrWalkExpired), errors.Is(err, query.ErrCursor):
		return invalidParameter("The specified nextToken is invalid.")
	case isSyntax:
		return invalidParameter("Invalid filter pattern")
	}
	return fmt.Errorf("%s: %w", operation, err)
}

func invalidParameter(message string) error {
	return &api.InvalidParameterException{Message: message}
}

// isNotFound tells whether err is the exception for something that does not exist.
func isNotFound(err error) bool {
	var missing *api.ResourceNotFoundException
	return errors.As(err, &missing)
}
