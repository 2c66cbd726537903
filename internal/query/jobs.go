package query

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tailrace/internal/logs"
	"tailrace/internal/vfs"
)

// Run does the work of one query. It says how far it is through p, returns its rows, and ends soon after ctx does; rows that it
// returns with an error stay readable.
type Run func(ctx context.Context, p *Progress) ([]Row, error)

// Options are those of Jobs; zero values stand for the defaults, but for FS and Dir.
type Options struct {
	FS     vfs.FS
	Dir    string
	Now    func() time.Time
	Logger *slog.Logger
	// Slots is how many queries run at a time; default 4. The others wait, in order.
	Slots int
	// MaxQueries is how many may run and wait in one scope; default 100 (cloudwatch-logs.md §15).
	MaxQueries int
	// Deadline ends a query as Timeout; default 60 minutes.
	Deadline time.Duration
	// Keep is how long a result is kept; default 7 days. KeepQueries and KeepBytes bound what is kept, the oldest goes first;
	// defaults 20,000 and 4 GiB.
	Keep        time.Duration
	KeepQueries int
	KeepBytes   int64
	// Observe, if set, is called with each query that has ended.
	Observe func(*Info)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.Slots, 4)
	setDefault(&o.MaxQueries, 100)
	setDefault(&o.Deadline, time.Hour)
	setDefault(&o.Keep, 7*24*time.Hour)
	setDefault(&o.KeepQueries, 20_000)
	setDefault(&o.KeepBytes, 4<<30)
	return o
}

func setDefault[T comparable](value *T, def T) {
	var zero T
	if *value == zero {
		*value = def
	}
}

// Jobs are the queries of a server.
type Jobs struct {
	o       Options
	slots   chan struct{}
	ctx     context.Context
	stop    context.CancelCauseFunc
	working sync.WaitGroup

	mu                   sync.Mutex
	closed               bool
	active               map[string]*job
	unkept               []string // of active: ended, but the disk refuses their results
	refused, mostRefused int64    // bytes of these
	kept                 kept
}

// maxUnkept and maxUnkeptBytes are how many results, and bytes of them, stay in memory while the disk refuses them: the last one in
// any case.
const (
	maxUnkept      = 100
	maxUnkeptBytes = 256 << 20
)

// job is a query that has not ended, or whose result is not on disk yet.
type job struct {
	cancel   context.CancelCauseFunc
	progress Progress

	mu      sync.Mutex
	info    Info
	started time.Time
	content []byte // of the result's file, once the query has ended
}

// Progress is how a running query says how far it is. Safe for concurrent use.
type Progress struct {
	statistics atomic.Pointer[Statistics]
	rows       atomic.Pointer[[]Row]
}

// Report says what was looked at so far.
func (p *Progress) Report(s Statistics) { p.statistics.Store(&s) }

// Offer shows rows of the result before it is complete, in place of those offered before. The caller does not change them.
func (p *Progress) Offer(rows []Row) { p.rows.Store(&rows) }

var (
	errStopped = errors.New("stopped on request")
	errClosed  = errors.New("the server is stopping")
)

// Open finds the results of earlier runs and is ready for queries.
func Open(o Options) (*Jobs, error) {
	o = o.withDefaults()
	if err := makeDir(o.FS, o.Dir); err != nil {
		return nil, fmt.Errorf("open query results: %w", err)
	}
	names, err := o.FS.List(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open query results: %w", err)
	}
	j := &Jobs{o: o, slots: make(chan struct{}, o.Slots), active: map[string]*job{}, mostRefused: maxUnkeptBytes}
	j.ctx, j.stop = context.WithCancelCause(context.Background())
	j.kept.o = &j.o
	j.working.Go(func() { j.kept.find(j.ctx, names) })
	return j, nil
}

// Close stops all queries, as failed, and waits for them.
func (j *Jobs) Close() error {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.stop(errClosed)
	j.working.Wait()
	return nil
}

// Most is how many queries may run and wait in one scope.
func (j *Jobs) Most() int { return j.o.MaxQueries }

// Start begins a query and returns its id. ErrTooMany if too many run and wait.
func (j *Jobs) Start(spec Spec, run Run) (id string, err error) {
	id = NewID()
	ctx, cancel := context.WithCancelCause(j.ctx)
	x := &job{cancel: cancel, info: Info{ID: id, Spec: spec, Status: Scheduled, Created: j.o.Now().UnixMilli()}}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		cancel(nil)
		return "", errClosed
	}
	if j.activeIn(spec.Scope) >= j.o.MaxQueries {
		cancel(nil)
		return "", ErrTooMany
	}
	j.active[id] = x
	j.working.Go(func() { j.work(ctx, x, run) })
	return id, nil
}

// activeIn counts the queries of a scope that have not ended. The caller holds mu.
func (j *Jobs) activeIn(scope logs.Scope) (n int) {
	for _, x := range j.active {
		if info := x.snapshot(j.o.Now()); info.Scope == scope && !info.Status.Ended() {
			n++
		}
	}
	return n
}

// NewID is a random UUID.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return FormatID(b)
}

// FormatID makes 16 bytes a UUID of version 4: the form of all ids of queries.
func FormatID(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// work waits for a slot, runs the query and keeps its result. The slot is free again when the result is on disk: a slow disk must not
// let results gather in memory.
func (j *Jobs) work(ctx context.Context, x *job, run Run) {
	defer x.cancel(nil)
	var rows []Row
	var err error
	select {
	case j.slots <- struct{}{}:
		defer func() { <-j.slots }()
		if err = context.Cause(ctx); err == nil {
			rows, err = j.run(ctx, x, run)
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	info, content := x.end(j.o.Now(), err, rows)
	if j.o.Observe != nil {
		j.o.Observe(&info)
	}
	err = j.kept.write(&info, content)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		delete(j.active, info.ID)
		return
	}
	j.o.Logger.Error("keep query result", "query", info.ID, "error", err)
	j.holdUnkept(info.ID, int64(len(content)))
}

// holdUnkept notes that a result stays in memory, and drops the oldest of these where they are too many. The caller holds mu.
func (j *Jobs) holdUnkept(id string, bytes int64) {
	j.unkept, j.refused = append(j.unkept, id), j.refused+bytes
	for len(j.unkept) > maxUnkept || j.refused > j.mostRefused && len(j.unkept) > 1 {
		oldest := j.active[j.unkept[0]]
		j.refused -= int64(len(oldest.content))
		delete(j.active, oldest.info.ID)
		j.unkept = j.unkept[1:]
	}
}

// run runs the query until its deadline. Of one that ends early the rows that it showed stay.
func (j *Jobs) run(ctx context.Context, x *job, run Run) ([]Row, error) {
	x.begin(j.o.Now())
	info := x.snapshot(j.o.Now())
	if err := j.kept.announce(&info); err != nil {
		j.o.Logger.Warn("announce query", "query", info.ID, "error", err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.o.Deadline)
	defer cancel()
	rows, err := j.guard(ctx, x, run)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil && !errors.Is(err, errStopped) {
		j.o.Logger.Warn("query ended early", "query", info.ID, "error", err)
	}
	if shown := x.progress.rows.Load(); err != nil && rows == nil && shown != nil {
		rows = *shown
	}
	return rows, err
}

// guard makes a panic of one query its own failure: the others, and the server, go on.
func (j *Jobs) guard(ctx context.Context, x *job, run Run) (rows []Row, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("query: internal error: %v", v)
		}
	}()
	return run(ctx, &x.progress)
}

func (x *job) begin(now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.info.Status, x.started = Running, now
}

// end makes the result, and the query ended in the same moment: there is none without the other.
func (x *job) end(now time.Time, err error, rows []Row) (Info, []byte) {
	info := x.snapshot(now)
	info.Rows, info.Status = len(rows), statusOf(err)
	if err != nil {
		info.Reason = err.Error()
	}
	content := encode(&info, rows)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.info, x.content = info, content
	return info, content
}

func statusOf(err error) Status {
	switch {
	case err == nil:
		return Complete
	case errors.Is(err, errStopped):
		return Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	}
	return Failed
}

// measure brings duration and statistics up to date. The caller holds x.mu.
func (x *job) measure(now time.Time) {
	if !x.started.IsZero() {
		x.info.Duration = now.Sub(x.started).Milliseconds()
	}
	if s := x.progress.statistics.Load(); s != nil {
		x.info.Statistics = *s
	}
}

func (x *job) snapshot(now time.Time) Info {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.info.Status.Ended() {
		x.measure(now)
	}
	return x.info
}

// Page is part of a result.
type Page struct {
	Info
	Rows []Row
	Next Cursor
	More bool // there are rows behind Next
}

// Get describes a query and reads up to most rows of its result, and not many more than so many bytes, from a place on. Of a
// query that runs these are rows that it shows already: what a complete result begins with may differ.
func (j *Jobs) Get(scope logs.Scope, id string, from Cursor, most, bytes int) (*Page, error) {
	j.mu.Lock()
	x := j.active[id]
	j.mu.Unlock()
	if x != nil {
		return x.page(scope, j.o.Now(), from, most, bytes)
	}
	return j.kept.page(scope, id, from, most, bytes)
}

func (x *job) page(scope logs.Scope, now time.Time, from Cursor, most, size int) (*Page, error) {
	info := x.snapshot(now)
	if info.Scope != scope {
		return nil, ErrNotFound
	}
	x.mu.Lock()
	content := x.content
	x.mu.Unlock()
	if content != nil {
		return readPageOf(info, bytes.NewReader(content), from, most, size)
	}
	p := &Page{Info: info}
	if rows := x.progress.rows.Load(); rows != nil {
		p.Rows = (*rows)[:min(most, len(*rows))]
	}
	return p, nil
}

func readPageOf(info Info, r io.ReaderAt, from Cursor, most, size int) (*Page, error) {
	rows, next, more, err := readPage(r, from, most, size)
	if err != nil {
		return nil, fmt.Errorf("result of query %s: %w", info.ID, err)
	}
	return &Page{Info: info, Rows: rows, Next: next, More: more}, nil
}

// Info describes a query.
func (j *Jobs) Info(scope logs.Scope, id string) (Info, error) {
	p, err := j.Get(scope, id, Cursor{}, 0, 0)
	if err != nil {
		return Info{}, err
	}
	return p.Info, nil
}

// Stop ends a query as Cancelled. ErrNotRunning if it has ended.
func (j *Jobs) Stop(scope logs.Scope, id string) error {
	info, err := j.Info(scope, id)
	if err != nil {
		return err
	}
	j.mu.Lock()
	x := j.active[id]
	j.mu.Unlock()
	if x == nil || info.Status.Ended() {
		return ErrNotRunning
	}
	x.cancel(errStopped)
	return nil
}

// Load is how busy the queries are at a moment, and what is kept of those that ended.
type Load struct {
	Running, Waiting int
	Active           int // with those that have ended, but are not on disk yet
	Kept             int
	KeptBytes        int64 // of files
}

// Load takes a snapshot.
func (j *Jobs) Load() (l Load) {
	j.mu.Lock()
	l.Active = len(j.active)
	for _, x := range j.active {
		switch x.snapshot(j.o.Now()).Status {
		case Running:
			l.Running++
		case Scheduled:
			l.Waiting++
		}
	}
	j.mu.Unlock()
	j.kept.mu.Lock()
	defer j.kept.mu.Unlock()
	l.Kept, l.KeptBytes = len(j.kept.infos), j.kept.bytes
	return l
}

// List describes the queries of a scope that want chooses, newest first.
func (j *Jobs) List(scope logs.Scope, want func(*Info) bool) []Info {
	all := j.kept.list(scope)
	j.mu.Lock()
	for _, x := range j.active {
		all[x.info.ID] = x.snapshot(j.o.Now())
	}
	j.mu.Unlock()
	return chosen(all, scope, want)
}
