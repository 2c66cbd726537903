package crash

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"

	"tailrace/test/servertest"
)

// smallDisk mounts a file system of so many bytes for the test, or skips it where that is not allowed.
func smallDisk(t *testing.T, size int) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", size)); err != nil {
		t.Skipf("NOTICE: a small disk cannot be mounted here (%v); the full disk is tested in memory only", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills the disk under the real binary: writes are refused with ServiceUnavailableException, reads go on, and
// writes resume by themselves when there is room. What was acknowledged is there, what was refused is not, also after a
// kill and a restart.
func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 48<<20)
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 16<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := servertest.Start(t, filepath.Join(disk, "data"), append(tight, "--flush-bytes", "4194304")...)
	c, l := s.Client(servertest.Once), newLedger()
	rng := rand.New(rand.NewPCG(1, 2))
	mustCreate(t, c, l)
	put := func(i int) error {
		b := batch{name: fmt.Sprintf("full-%d", i), group: group, stream: "s", first: time.Now().UnixMilli(), size: 500}
		in := b.request(rng)
		for j := range in.LogEvents {
			in.LogEvents[j].Message = aws.String(fmt.Sprintf("%s#%d %x", b.name, j, incompressible(rng)))
		}
		_, err := c.PutLogEvents(t.Context(), in)
		b.outcome = outcomeOf(err)
		l.put(b)
		return err
	}
	refusals := 0
	for i := 0; refusals < 5; i++ {
		if i == 1000 {
			t.Fatal("the disk never became full")
		}
		if err := put(i); err != nil {
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "ServiceUnavailableException" {
				t.Fatalf("on a full disk: %v", err)
			}
			refusals++
		}
	}
	verify(t, s.Client(), l)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	resumed := false
	for i := 0; i < 100 && !resumed; i++ {
		time.Sleep(100 * time.Millisecond)
		resumed = put(2000+i) == nil
	}
	if !resumed {
		t.Fatal("writes did not resume when there was room")
	}
	verify(t, s.Client(), l)
	s.Kill()
	s = servertest.Start(t, s.Data, tight...)
	verify(t, s.Client(), l)
}

func mustCreate(t *testing.T, c *cloudwatchlogs.Client, l *ledger) {
	t.Helper()
	if _, err := c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	l.created(group, "s", acknowledged)
}

// incompressible are bytes that no segment makes smaller.
func incompressible(rng *rand.Rand) []byte {
	b := make([]byte, 200)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}
