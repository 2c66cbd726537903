package service

import (
	"cmp"
	"crypto/rand"
	"sync"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/exec"
	"tailrace/internal/logs"
	"tailrace/internal/query"
	"tailrace/internal/storage"
)

// DefaultScanBudget is how many bytes of messages one FilterLogEvents call looks at before it answers with what it has:
// about a second of one core.
const DefaultScanBudget = 1 << 30

// DefaultMaxSearches keeps two cores busy while some searches wait for the disk.
const DefaultMaxSearches = 4

// Config says what a Service works with.
type Config struct {
	Catalog catalog.Catalog
	Engine  *storage.Engine
	// Queries are the queries of Logs Insights.
	Queries *query.Jobs
	// Now is the clock of all rules and creation times; nil: time.Now.
	Now func() time.Time
	// TokenKey authenticates page tokens, at least 16 bytes. Nil: a random key, and tokens end with the process.
	TokenKey []byte
	// ExactStoredBytes gives streams their true storedBytes: the sum of message bytes ever written to them. By default
	// it is 0, as Amazon has it since 2019.
	ExactStoredBytes bool
	// ScanBudget replaces DefaultScanBudget if it is not 0. Bytes of messages; a call stops at the first batch beyond it.
	ScanBudget int64
	// MaxSearches replaces DefaultMaxSearches if it is not 0: how many FilterLogEvents calls read at a time; more of them wait.
	// It bounds memory, a search holding up to about 32 MiB.
	MaxSearches int
	// QueryMemory is how many bytes a query may keep; 0: exec.DefaultMemory.
	QueryMemory int64
	// MaxEventAge and MaxEventLead replace DefaultMaxEventAge and DefaultMaxEventLead if they are not 0: how far before and
	// after the clock an event may be.
	MaxEventAge, MaxEventLead time.Duration
}

// Service answers the operations. What it does not implement answers as api.Unimplemented does.
type Service struct {
	api.Unimplemented
	catalog    catalog.Catalog
	engine     *storage.Engine
	queries    *query.Jobs
	now        func() time.Time
	tokens     *tokens
	groups     groupCache
	exactBytes bool
	scanBudget int64
	memory     int64         // of a query
	searches   chan struct{} // has room for those that run
	maxAge     int64         // milliseconds, as is maxLead
	maxLead    int64
	eventLists sync.Pool // of *[]logs.Event
}

var _ api.Service = (*Service)(nil)

// New returns a Service. It owns neither the catalog nor the engine.
func New(c Config) *Service {
	s := &Service{
		catalog:    c.Catalog,
		engine:     c.Engine,
		queries:    c.Queries,
		now:        c.Now,
		exactBytes: c.ExactStoredBytes,
		scanBudget: c.ScanBudget,
		memory:     cmp.Or(c.QueryMemory, exec.DefaultMemory),
		searches:   make(chan struct{}, cmp.Or(c.MaxSearches, DefaultMaxSearches)),
		maxAge:     cmp.Or(c.MaxEventAge, DefaultMaxEventAge).Milliseconds(),
		maxLead:    cmp.Or(c.MaxEventLead, DefaultMaxEventLead).Milliseconds(),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.scanBudget == 0 {
		s.scanBudget = DefaultScanBudget
	}
	if c.TokenKey == nil {
		c.TokenKey = make([]byte, 32)
		_, _ = rand.Read(c.TokenKey) // never fails
	}
	s.tokens = newTokens(c.TokenKey, s.now)
	s.eventLists.New = func() any { return new([]logs.Event) }
	return s
}

// millis is the clock in epoch milliseconds.
func (s *Service) millis() int64 { return s.now().UnixMilli() }
