package service

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/filterpattern"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

func TestExceptions(t *testing.T) {
	unknown := errors.New("unknown")
	for _, c := range []struct {
		err  error
		want string // code and message; empty: no exception
	}{
		{catalog.ErrNotFound, "ResourceNotFoundException: The specified log group does not exist."},
		{catalog.ErrExists, "ResourceAlreadyExistsException: The specified log group already exists"},
		{catalog.ErrUnavailable, "ServiceUnavailableException: The service cannot complete the request."},
		{storage.ErrUnavailable, "ServiceUnavailableException: The service cannot complete the request."},
		{storage.ErrWalkExpired, "InvalidParameterException: The specified nextToken is invalid."},
		{errToken, "InvalidParameterException: The specified nextToken is invalid."},
		{&filterpattern.SyntaxError{Reason: "x"}, "InvalidParameterException: Invalid filter pattern"},
		{unknown, ""},
		{nil, ""},
	} {
		if c.err == nil {
			if got := groupNoun.exception("operate", nil); got != nil {
				t.Errorf("no error became %v", got)
			}
			continue
		}
		got := groupNoun.exception("operate", fmt.Errorf("wrapped: %w", c.err))
		e, ok := errors.AsType[api.Exception](got)
		switch {
		case ok && !strings.Contains(e.Error(), c.want), ok != (c.want != ""):
			t.Errorf("%v became %v", c.err, got)
		case !ok && !errors.Is(got, c.err), !ok && !strings.HasPrefix(got.Error(), "operate: "):
			t.Errorf("%v lost its chain: %v", c.err, got)
		}
	}
}

// A disk that refuses: writes answer ServiceUnavailableException with the cause for the operator's log, nothing of them is
// stored, and reads go on.
func TestDiskRefuses(t *testing.T) {
	var full atomic.Bool
	disk := vfs.Fault(vfs.NewMem(), func(op vfs.Op) error {
		if full.Load() && op.Changes() {
			return syscall.ENOSPC
		}
		return nil
	})
	h := newHarness(t, Config{}, storage.Options{FS: disk})
	h.broken = true
	must(t, h.CreateLogGroup(h.ctx, &api.CreateLogGroupRequest{LogGroupName: "g"}))
	must(t, h.CreateLogStream(h.ctx, &api.CreateLogStreamRequest{LogGroupName: "g", LogStreamName: "s"}))
	must(t, h.putSizes(1))
	full.Store(true)
	err := h.putSizes(2)
	if _, ok := errors.AsType[*api.ServiceUnavailableException](err); !ok || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("put on a full disk: %v", err)
	}
	out, err := h.GetLogEvents(h.ctx, &api.GetLogEventsRequest{LogGroupName: api.Some("g"), LogStreamName: "s"})
	must(t, err)
	if len(out.Events) != 1 || len(out.Events[0].Message) != 1 {
		t.Fatalf("%v", out.Events)
	}
}

// What went well costs the hot paths nothing.
func TestNoErrorAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		if err := streamNoun.exception("put events", nil); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
