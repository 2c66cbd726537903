package sqlite

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(otherProcessFile); file != "" {
		os.Exit(otherProcess(file))
	}
	goleak.VerifyTestMain(tests{m})
}

// tests closes what benchmarks share before goroutines are counted.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer closeMany()
	return t.M.Run()
}
