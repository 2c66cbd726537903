package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strconv"
	"time"

	"tailrace/internal/awsjson"
	"tailrace/internal/service"
)

// Config is everything a server can be told; its flags are explained by `tailrace serve --help`. The zero value is not
// useful: begin with Default.
type Config struct {
	Data   string // directory of everything that is kept
	Listen string // host:port of the one listener

	Region string // region of requests that name none

	AllowAnonymous bool     // serve callers without keys on any address
	AllowHosts     []string // names of the Host header, in lower case, that are served without keys beside this machine's own
	TLSCert        string   // PEM files; both or neither
	TLSKey         string

	Prefix string // path before /v3 at which the ParallelCluster API answers too, such as /prod; empty: none
	// Version is what the ParallelCluster API says of images and clusters that state none: X.Y.Z.
	ParallelClusterVersion string

	Sync         string        // always: an answer means fsynced; interval: up to SyncInterval of answers may be lost
	SyncInterval time.Duration // with Sync interval
	WALFileBytes int64         // size at which a write-ahead log file is closed and the next begun
	FlushBytes   int64         // message bytes in memory that are flushed to a segment
	FlushAge     time.Duration // age at which they are flushed anyway
	MergeFanOut  int           // segments of a tier of sizes that are merged into one
	ReclaimEvery time.Duration // how often expired and deleted events are looked for
	ScrubRate    int64         // bytes of segments a second that are read again and checked; 0: none
	ScrubEvery   time.Duration // from the begin of one pass over all segments to that of the next

	QuerySlots  int           // queries of Logs Insights that run at a time
	QueryMemory int64         // bytes that one of them may keep
	QueryKeep   time.Duration // how long results are kept

	StoredBytes string // aws: 0 for streams, as AWS has it since 2019; exact: the true figure
	MaxBody     int64  // bytes of a request's body, as sent and inflated
	MaxInFlight int64  // bytes of all larger bodies that are in memory at a time

	MaxEventAge  time.Duration // events older than this are rejected as too old
	MaxEventLead time.Duration // events further ahead of the clock are rejected as too new

	ReadTimeout     time.Duration // to receive one request
	ShutdownTimeout time.Duration // to finish requests after a signal

	DebugListen string // loopback host:port of Go's profiles; empty: none

	Logger *slog.Logger
}

// Default is a server on the loopback address that syncs before it answers.
func Default() Config {
	return Config{
		Data: "tailrace-data", Listen: "127.0.0.1:4586",
		Region: "us-east-1",
		Prefix: "/prod", ParallelClusterVersion: "3.12.0",
		Sync: "always", SyncInterval: 100 * time.Millisecond,
		WALFileBytes: 64 << 20, FlushBytes: 32 << 20, FlushAge: 5 * time.Minute, MergeFanOut: 8, ReclaimEvery: 10 * time.Minute,
		ScrubRate: 4 << 20, ScrubEvery: 24 * time.Hour,
		QuerySlots: 4, QueryMemory: 256 << 20, QueryKeep: 7 * 24 * time.Hour,
		StoredBytes: "aws", MaxBody: awsjson.DefaultMaxBody, MaxInFlight: awsjson.DefaultMaxInFlight,
		MaxEventAge: service.DefaultMaxEventAge, MaxEventLead: service.DefaultMaxEventLead,
		ReadTimeout: time.Minute, ShutdownTimeout: 30 * time.Second,
		Logger: slog.Default(),
	}
}

var (
	regionForm  = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	prefixForm  = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*$`)
	versionForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
)

// Validate tells everything that is wrong, in the words of the flags.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(c.Data != "", "--data: want a directory")
	_, port, err := net.SplitHostPort(c.Listen)
	_, portErr := strconv.ParseUint(port, 10, 16)
	check(err == nil && portErr == nil, "--listen %q: want host:port", c.Listen)
	check(regionForm.MatchString(c.Region), "--region %q: want a region such as us-east-1", c.Region)
	check((c.TLSCert == "") == (c.TLSKey == ""), "--tls-cert and --tls-key: give both or neither")
	check(prefixForm.MatchString(c.Prefix), "--pcluster-prefix %q: want a path such as /prod", c.Prefix)
	check(versionForm.MatchString(c.ParallelClusterVersion), "--pcluster-version %q: want X.Y.Z", c.ParallelClusterVersion)
	check(c.Sync == "always" || c.Sync == "interval", "--sync %q: want always or interval", c.Sync)
	check(c.StoredBytes == "aws" || c.StoredBytes == "exact", "--stored-bytes %q: want aws or exact", c.StoredBytes)
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{
		{"sync-interval", c.SyncInterval},
		{"flush-age", c.FlushAge},
		{"reclaim-every", c.ReclaimEvery},
		{"scrub-every", c.ScrubEvery},
		{"query-keep", c.QueryKeep},
		{"max-event-age", c.MaxEventAge},
		{"max-event-lead", c.MaxEventLead},
		{"read-timeout", c.ReadTimeout},
		{"shutdown-timeout", c.ShutdownTimeout},
	} {
		check(d.value > 0, "--%s %s: want more than 0", d.flag, d.value)
	}
	check(c.WALFileBytes >= 1<<20, "--wal-file-bytes %d: want at least 1 MiB", c.WALFileBytes)
	check(c.FlushBytes >= 1<<20, "--flush-bytes %d: want at least 1 MiB", c.FlushBytes)
	check(c.MergeFanOut >= 2 && c.MergeFanOut <= 32, "--merge-fan-out %d: want 2 to 32", c.MergeFanOut)
	check(c.ScrubRate >= 0, "--scrub-rate %d: want 0 or more", c.ScrubRate)
	check(c.QuerySlots >= 1 && c.QuerySlots <= 100, "--query-slots %d: want 1 to 100", c.QuerySlots)
	check(c.QueryMemory >= 1<<20, "--query-memory %d: want at least 1 MiB", c.QueryMemory)
	check(c.MaxBody >= 2<<20, "--max-body %d: want at least 2 MiB, or a full batch does not fit", c.MaxBody)
	check(c.MaxInFlight >= 2*c.MaxBody, "--max-in-flight %d: want at least twice --max-body", c.MaxInFlight)
	return errors.Join(errs...)
}
