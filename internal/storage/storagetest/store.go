// Package storagetest lets a store live through what a store lives through: it runs one on a file system and a catalog in
// memory, with a clock of its own, and crashes it, cuts its power, fills its disk and damages its files. The model it is held
// against is in Model; both know groups and streams by name.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/column"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/vfs"
)

// Store is a store under test. It is for one goroutine but for what the engine allows.
type Store struct {
	T       testing.TB
	Options storage.Options // FS, Dir, Catalog and Now are set by the store
	Disk    *vfs.Mem
	Power   *Power
	Catalog *sqlite.Catalog
	Engine  *storage.Engine
	Time    time.Time

	powered *poweredCatalog
	groups  map[string]catalog.Group
}

// Scope is where all groups of a Store are.
var Scope = logs.Scope{Account: "000000000000", Region: "eu-west-1"}

// Event is an event as a scan gave it, by name.
type Event struct {
	ID      logs.EventID
	Stream  string
	Message string
	Fields  string // those of Query.Fields, as text
}

// New makes a store and opens it. Options.Manual is the caller's choice.
func New(t testing.TB, o storage.Options) *Store {
	t.Helper()
	c, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{T: t, Options: o, Disk: vfs.NewMem(), Catalog: c, Time: time.UnixMilli(1_000_000), groups: map[string]catalog.Group{}}
	t.Cleanup(func() {
		s.Kill()
		s.Catalog.Close()
	})
	s.Open()
	return s
}

// Open opens the engine; it is an error of the test if that fails.
func (s *Store) Open() {
	s.T.Helper()
	if err := s.TryOpen(); err != nil {
		s.T.Fatalf("open: %v", err)
	}
}

// TryOpen opens the engine with new power.
func (s *Store) TryOpen() error { return s.reopenWith(NewPower()) }

func (s *Store) reopenWith(power *Power) error {
	s.Power = power
	s.powered = &poweredCatalog{Catalog: s.Catalog, power: s.Power}
	o := s.Options
	o.FS, o.Dir, o.Catalog, o.Now = vfs.Fault(s.Disk, s.Power.Inject), "data", s.powered, func() time.Time { return s.Time }
	e, err := storage.Open(context.Background(), o)
	if err == nil {
		s.Engine = e
	}
	return err
}

// Late makes commits of segments fail with err though they happened, as long as err is not nil.
func (s *Store) Late(err error) {
	s.powered.late = nil
	if err != nil {
		s.powered.late = func() error { return err }
	}
}

// Kill ends the engine without letting it change anything more.
func (s *Store) Kill() {
	s.Power.Off()
	if s.Engine != nil {
		s.Engine.Close()
		s.Engine = nil
	}
}

// Crash ends the engine; what it had not synced meets its fate.
func (s *Store) Crash(crash vfs.Crash) {
	s.Kill()
	s.Disk = s.Disk.CrashClone(crash)
}

// Reopen closes the engine as a clean stop does and opens it.
func (s *Store) Reopen() error {
	err := s.Engine.Close()
	s.Engine = nil
	s.Open()
	return err
}

// Group finds or makes a group.
func (s *Store) Group(name string) catalog.Group {
	s.T.Helper()
	if g, ok := s.groups[name]; ok {
		return g
	}
	g, err := s.Catalog.CreateGroup(context.Background(), catalog.Group{Scope: Scope, Name: name, Class: "STANDARD", Created: s.Time.UnixMilli()}, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	s.groups[name] = g
	return g
}

// Stream finds or makes a stream.
func (s *Store) Stream(group, name string) (catalog.Stream, error) {
	g := s.Group(group)
	stream, err := s.Engine.Stream(context.Background(), g.ID, name)
	if !errors.Is(err, catalog.ErrNotFound) {
		return stream, err
	}
	return s.Engine.CreateStream(context.Background(), catalog.Stream{Group: g.ID, Name: name, Created: s.Time.UnixMilli()})
}

// Append makes the stream if needed and appends events; the clock says when.
func (s *Store) Append(group, name string, events ...logs.Event) (logs.EventID, error) {
	stream, err := s.Stream(group, name)
	if err != nil {
		return logs.EventID{}, err
	}
	return s.Engine.Append(context.Background(), storage.Batch{Group: stream.Group, Stream: stream, Ingestion: s.Time.UnixMilli(), Events: events})
}

// DeleteStream deletes a stream.
func (s *Store) DeleteStream(group, name string) error {
	stream, err := s.Engine.Stream(context.Background(), s.Group(group).ID, name)
	if err != nil {
		return err
	}
	return s.Engine.DeleteStream(context.Background(), stream)
}

// DeleteGroup deletes a group.
func (s *Store) DeleteGroup(name string) error {
	err := s.Engine.DeleteGroup(context.Background(), s.Group(name).ID)
	if err == nil {
		delete(s.groups, name)
	}
	return err
}

// Scan gives all events of a query; group is a name, as are the streams.
func (s *Store) Scan(group string, q storage.Query) ([]Event, error) {
	q.Group = s.Group(group).ID
	scan := s.Engine.Scan(context.Background(), q)
	defer scan.Close()
	var all []Event
	for scan.Next() {
		b := scan.Batch()
		for i := range b.ID {
			all = append(all, Event{b.ID[i], b.StreamName[i], string(b.Message[i]), fieldsOf(b, i)})
		}
	}
	return all, scan.Err()
}

// Visit gives all events of a query in no order, with what Query.Columns asks for; group is a name, as are the streams.
func (s *Store) Visit(group string, q storage.Query, workers int) ([]Event, error) {
	q.Group = s.Group(group).ID
	parts := make([][]Event, workers)
	_, err := s.Engine.Visit(context.Background(), q, workers, func(worker int, b *column.Batch) error {
		for i := range b.Len() {
			e := Event{Fields: fieldsOf(b, i)}
			if q.Columns.Has(column.Time) {
				e.ID.Timestamp = b.Time[i]
			}
			if q.Columns.Has(column.ID) {
				e.ID = b.ID[i]
			}
			if q.Columns.Has(column.Stream) {
				e.Stream = b.StreamName[i]
			}
			if q.Columns.Has(column.Message) {
				e.Message = string(b.Message[i])
			}
			parts[worker] = append(parts[worker], e)
		}
		return nil
	})
	return slices.Concat(parts...), err
}

// Walk lists all streams of a group, page by page; between is called after each page but the last.
func (s *Store) Walk(q catalog.StreamQuery, between func()) ([]catalog.Stream, error) {
	var all []catalog.Stream
	epoch := uint64(0)
	for {
		page, err := s.Engine.ListStreams(context.Background(), q, epoch)
		if err != nil {
			return all, err
		}
		if len(page.Streams) > q.Limit {
			return all, fmt.Errorf("page of %d streams, want at most %d", len(page.Streams), q.Limit)
		}
		all = append(all, page.Streams...)
		if page.Next == nil {
			return all, nil
		}
		q.After, epoch = page.Next, page.Epoch
		if between != nil {
			between()
		}
	}
}

// Files lists a directory of the store; none if it is not there.
func (s *Store) Files(dir string) []string {
	names, _ := s.Disk.List(path.Join("data", dir))
	return slices.Clone(names)
}

// Flip inverts a byte of a file, counted from its end if at is negative.
func (s *Store) Flip(name string, at int64) {
	s.T.Helper()
	f, err := s.Disk.OpenReadWrite(path.Join("data", name))
	if err != nil {
		s.T.Fatal(err)
	}
	defer f.Close()
	if at < 0 {
		size, _ := f.Size()
		at += size
	}
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		s.T.Fatal(err)
	}
	b[0] ^= 0xff
	if _, err := f.WriteAt(b, at); err != nil {
		s.T.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		s.T.Fatal(err)
	}
}
