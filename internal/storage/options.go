package storage

import (
	"log/slog"
	"runtime"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/storage/segment"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

// Options say where a store lies and how it behaves. FS, Dir and Catalog are needed; what is zero takes its default.
type Options struct {
	FS      vfs.FS
	Dir     string // holds LOCK, wal/ and segments/
	Catalog catalog.Catalog
	Now     func() time.Time // default time.Now
	Logger  *slog.Logger     // default: nothing is logged

	// FlushBytes is the size of the head, in bytes of memory, at which it is flushed; default 32 MiB. Up to
	// MaxFrozen + 1 heads of this size exist at a time: at 32 MiB a process that takes in events as fast as it can stays
	// near 250 MB, at 48 MiB near 350 MB.
	FlushBytes int64
	// FlushAge is how long events stay in the head alone; default 5 minutes.
	FlushAge time.Duration
	// MaxFrozen is how many full heads may wait for their flush before appends wait; default 2.
	MaxFrozen int
	// MaxDirtyStreams is how many streams may have statistics that the catalog lacks before these are written without
	// a flush; default 4,096.
	MaxDirtyStreams int
	// MaxCachedStreams bounds the streams remembered beside the dirty ones; default 16,384.
	MaxCachedStreams int
	// MaxOpenSegments bounds the segment files open while nobody reads them; default 128.
	MaxOpenSegments int
	// ReclaimEvery is how often expired and deleted events are looked for; default 10 minutes.
	ReclaimEvery time.Duration
	// ReclaimShare is the part of a segment's rows that must be dead before it is rewritten without them at once; default
	// 0.25.
	ReclaimShare float64
	// ReclaimAge is how long dead rows stay in a segment at most before it is rewritten; default 50 minutes, so that with
	// ReclaimEvery they are gone within the hour: expired ones an hour after they expired, those of deleted streams and groups
	// an hour after that, or soon after a restart.
	ReclaimAge time.Duration
	// ScrubRate is how many bytes of segments a second are read again in the background; default 4 MiB, negative: none.
	ScrubRate int64
	// ScrubEvery is how long it is from the begin of a pass over the live set to that of the next, at least; default a day.
	ScrubEvery time.Duration
	// WalkBytes bounds the memory that unfinished listings in order of last events take; default 32 MiB.
	WalkBytes int

	// Segment are the options of the segments that a flush writes, Merge of those that a merge does, which also has columns of
	// JSON leaves by default (a number below 0 of Fields.Columns: none).
	Segment segment.Options
	Merge   segment.Options
	// IndexedFields, if set, gives the paths of a group that merged segments have columns of in any case (PutIndexPolicy). It is
	// safe for concurrent use.
	IndexedFields func(logs.GroupID) []string
	// Compaction says which segments are merged, and what into.
	Compaction compaction.Options

	// ScanRuns, ScanRows and ScanBytes bound what one scan holds in memory of segments that overlap in time, shared among
	// them: streams that are read side by side, each with a decoded block; rows that passes over many streams keep, and the
	// bytes of their messages. A segment always gets one stream, or 256 rows and 1 MiB. Defaults 64, 32,768 and 32 MiB.
	ScanRuns  int
	ScanRows  int
	ScanBytes int

	// ScanWorkers is how many goroutines a scan with a Match reads with; default runtime.GOMAXPROCS(0).
	ScanWorkers int

	// PageBytes bounds the cache of what pages of events decoded, for the pages that come next; default 32 MiB.
	PageBytes int

	// ListBytes bounds the memory of streams that the catalog gave for listings; default 24 MiB.
	ListBytes int

	// FilterBytes bounds the memory of the filters of substrings that searches keep for the next; default 32 MiB, which is those
	// of about 2.5 GB of messages. A start reads the newest ahead, as far as half of it goes.
	FilterBytes int

	// FindingBytes bounds the memory of what queries found out of messages and others of the same condition, or of the same fields,
	// need not find again; default 16 MiB, which is about a dozen
	// conditions on 700 MB of messages, or two leaves of 400 MB.
	FindingBytes int

	// WAL are the write-ahead log's own options; FS and Dir are set by the engine.
	WAL wal.Options
	// Manual switches off all background work: flushes, statistics and reclaims happen only when called for, and appends
	// still wait for room. For tests and tools.
	Manual bool
}

// maxFieldColumns is how many columns of JSON leaves a merge makes for a block: few have as many that pay.
const maxFieldColumns = 64

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.FlushBytes, 32<<20)
	setDefault(&o.FlushAge, 5*time.Minute)
	setDefault(&o.MaxFrozen, 2)
	setDefault(&o.MaxDirtyStreams, 4096)
	setDefault(&o.MaxCachedStreams, 16384)
	setDefault(&o.MaxOpenSegments, 128)
	setDefault(&o.ReclaimEvery, 10*time.Minute)
	setDefault(&o.ReclaimShare, 0.25)
	setDefault(&o.ReclaimAge, 50*time.Minute)
	setDefault(&o.ScrubRate, 4<<20)
	setDefault(&o.ScrubEvery, 24*time.Hour)
	setDefault(&o.WalkBytes, 32<<20)
	setDefault(&o.ScanRuns, 64)
	setDefault(&o.ScanRows, 32<<10)
	setDefault(&o.ScanBytes, 32<<20)
	setDefault(&o.ScanWorkers, runtime.GOMAXPROCS(0))
	setDefault(&o.PageBytes, 32<<20)
	setDefault(&o.Merge.Fields.Columns, maxFieldColumns)
	setDefault(&o.Merge.Level, segment.Dense)
	o.Merge.Always = o.IndexedFields
	o.Compaction = o.Compaction.WithDefaults()
	setDefault(&o.ListBytes, 24<<20)
	setDefault(&o.FilterBytes, 32<<20)
	setDefault(&o.FindingBytes, 16<<20)
	return o
}

func setDefault[T comparable](value *T, def T) {
	var zero T
	if *value == zero {
		*value = def
	}
}
