package storagetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/vfs"
)

// Power is what a store runs on: every call that changes the disk or the catalog is a step, and the power can go off before
// any of them. Then all steps that follow fail. It also injects other faults into the file system.
type Power struct {
	mu    sync.Mutex
	steps int
	limit int // -1: none
	off   bool
	fault func(vfs.Op) error
	calls []string // of the file system and the catalog, reads too
	at    int      // the call that fails; -1: none
	way   error
}

// NewPower makes power that never goes off by itself.
func NewPower() *Power { return &Power{limit: -1, at: -1} }

// OffAfter lets so many further steps happen.
func (p *Power) OffAfter(steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = p.steps + steps
}

// Off switches the power off.
func (p *Power) Off() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.off = true
}

// IsOff tells whether the power went off.
func (p *Power) IsOff() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.off
}

// Steps is how many steps were made.
func (p *Power) Steps() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.steps
}

// SetFault sets what else happens to file system calls (see vfs.Fault); nil: nothing.
func (p *Power) SetFault(fault func(vfs.Op) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

func (p *Power) step() error {
	if p.limit >= 0 && p.steps >= p.limit {
		p.off = true
	}
	if p.off {
		return vfs.ErrPowerOff
	}
	p.steps++
	return nil
}

// FailAt makes one call to the file system or change of the catalog fail, the one with a number in Calls. A change of the
// catalog that fails vfs.Late happens.
func (p *Power) FailAt(call int, way error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.way = call, way
}

// Calls are all calls so far.
func (p *Power) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// call notes a call; it may be the one that fails.
func (p *Power) call(name string) error {
	p.calls = append(p.calls, name)
	if len(p.calls)-1 != p.at {
		return nil
	}
	return p.way
}

// Inject is the function for vfs.Fault.
func (p *Power) Inject(op vfs.Op) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.call(op.Kind.String() + " " + op.Name); err != nil {
		return err
	}
	if op.Changes() {
		if err := p.step(); err != nil {
			return err
		}
	} else if p.off {
		return vfs.ErrPowerOff
	}
	if p.fault != nil {
		return p.fault(op)
	}
	return nil
}

// poweredCatalog makes each change of a catalog a step.
type poweredCatalog struct {
	catalog.Catalog
	power *Power
	// late, if set, is asked after each commit of segments that succeeded: an error is returned in place of the success.
	late func() error
}

func (c *poweredCatalog) change(name string, do func() error) error {
	c.power.mu.Lock()
	fault, err := c.power.call("catalog "+name), c.power.step()
	c.power.mu.Unlock()
	if err != nil {
		return err
	}
	if fault != nil {
		if fault = fmt.Errorf("%w: %w", catalog.ErrUnavailable, fault); !vfs.IsLate(fault) {
			return fault
		}
	}
	return cmp.Or(do(), fault)
}

func (c *poweredCatalog) CommitSegments(ctx context.Context, commit catalog.Commit) error {
	return c.change("CommitSegments", func() error {
		if err := c.Catalog.CommitSegments(ctx, commit); err != nil || c.late == nil {
			return err
		}
		return c.late()
	})
}

func (c *poweredCatalog) NextSegment(ctx context.Context) (id catalog.SegmentID, err error) {
	err = c.change("NextSegment", func() error {
		id, err = c.Catalog.NextSegment(ctx)
		return err
	})
	return id, err
}

func (c *poweredCatalog) CreateStream(ctx context.Context, s catalog.Stream) (made catalog.Stream, err error) {
	err = c.change("CreateStream", func() error {
		made, err = c.Catalog.CreateStream(ctx, s)
		return err
	})
	return made, err
}

func (c *poweredCatalog) DeleteStream(ctx context.Context, id logs.StreamID) error {
	return c.change("DeleteStream", func() error { return c.Catalog.DeleteStream(ctx, id) })
}

func (c *poweredCatalog) DeleteGroup(ctx context.Context, id logs.GroupID) error {
	return c.change("DeleteGroup", func() error { return c.Catalog.DeleteGroup(ctx, id) })
}

func (c *poweredCatalog) UpdateStreams(ctx context.Context, updates []catalog.StreamUpdate) error {
	return c.change("UpdateStreams", func() error { return c.Catalog.UpdateStreams(ctx, updates) })
}

func (c *poweredCatalog) PurgeStreams(ctx context.Context, limit int) (n int, err error) {
	err = c.change("PurgeStreams", func() error {
		n, err = c.Catalog.PurgeStreams(ctx, limit)
		return err
	})
	return n, err
}

func (c *poweredCatalog) ForgetDropped(ctx context.Context, ids []logs.StreamID) error {
	return c.change("ForgetDropped", func() error { return c.Catalog.ForgetDropped(ctx, ids) })
}
