package cli

import (
	"os"
	"runtime/debug"
)

// memoryFlushes is the soft limit of the process's memory in heads (--flush-bytes): three of them, caches and the bodies of
// requests are alive at a time, and the rest is what the collector may let lie.
const memoryFlushes = 9

// limitMemory makes the collector work harder when the process takes more than it should, instead of letting garbage grow to the
// size of what is alive. It is a soft limit: what is alive is never refused. Who sets GOMEMLIMIT knows better.
func limitMemory(flushBytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryFlushes * max(flushBytes, 32<<20))
	}
}
