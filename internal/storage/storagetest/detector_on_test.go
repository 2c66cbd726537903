//go:build race

package storagetest

// withDetector says that the race detector is on: it multiplies memory and time.
const withDetector = true
