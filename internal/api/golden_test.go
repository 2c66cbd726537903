package api

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"tailrace/internal/api/wire"
)

// snapshots are the golden requests and responses that the Go SDK's module ships, by the name of their operation or
// exception. The SDK made them from the model; the module is a dependency of the tests.
func snapshots(t *testing.T, dir, suffix string) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs").Output()
	if err != nil {
		t.Fatalf("find the SDK's module: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), dir, "*"+suffix))
	if err != nil || len(files) == 0 {
		t.Fatalf("no snapshots in %s: %v", dir, err)
	}
	snaps := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		snaps[strings.TrimSuffix(filepath.Base(file), suffix)] = string(text)
	}
	return snaps
}

// body is what follows the headers of a snapshot.
func body(t *testing.T, snapshot string) string {
	t.Helper()
	start := strings.Index(snapshot, "{")
	if start < 0 {
		t.Fatalf("no body in %q", snapshot)
	}
	return snapshot[start:]
}

// TestRequestSnapshots reads every golden request and writes it again: not a byte may differ, so nothing was unknown and
// nothing was lost. Their values are not valid.
func TestRequestSnapshots(t *testing.T) {
	snaps := snapshots(t, "request_snapshot", ".request.snap")
	if len(snaps) != len(Operations)-2 { // without the two event streams
		t.Errorf("%d snapshots for %d operations", len(snaps), len(Operations))
	}
	for name, snap := range snaps {
		method, ok := reflect.TypeFor[Service]().MethodByName(name)
		if !ok || Operations[name].Name != name {
			t.Errorf("%s is not in the table", name)
			continue
		}
		if !strings.Contains(snap, "X-Amz-Target: "+TargetPrefix+"."+name+"\n") {
			t.Errorf("%s has another target", name)
		}
		want := body(t, snap)
		got, err := rewrite(method.Type.In(1), want)
		if err != nil || !sameJSON(got, want) {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, want)
		}
	}
}

func TestResponseSnapshots(t *testing.T) {
	snaps := snapshots(t, "response_snapshot", ".response.snap")
	if len(snaps) != len(Operations)-2 {
		t.Errorf("%d snapshots for %d operations", len(snaps), len(Operations))
	}
	for name, snap := range snaps {
		want := body(t, snap)
		if !strings.HasPrefix(snap, "200\n") {
			t.Errorf("%s: %s", name, snap)
		}
		method, _ := reflect.TypeFor[Service]().MethodByName(name)
		if method.Type.NumOut() == 1 {
			// The SDK wrote an empty structure. AWS answers with nothing (cloudwatch-logs.md §1.2).
			if want != "{}" {
				t.Errorf("%s has no output, but the snapshot %s", name, want)
			}
			continue
		}
		got, err := rewrite(method.Type.Out(0), want)
		if err != nil || !sameJSON(got, want) {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, want)
		}
	}
}

func TestErrorSnapshots(t *testing.T) {
	for name, snap := range snapshots(t, "response_snapshot", ".error.snap") {
		e := newException(name)
		if e == nil {
			t.Errorf("no exception %s", name)
			continue
		}
		want := body(t, snap)
		e.decode(wire.NewDecoder([]byte(want)))
		if got := string(e.AppendJSON(nil)); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
		if status, _, _ := strings.Cut(snap, "\n"); status != strconv.Itoa(e.HTTPStatus()) {
			t.Errorf("%s: status %d, want %s", name, e.HTTPStatus(), status)
		}
	}
}

// rewrite reads text as a value of type pointer and writes it again.
func rewrite(pointer reflect.Type, text string) ([]byte, error) {
	v := reflect.New(pointer.Elem()).Interface().(interface {
		decode(*wire.Decoder)
		appendJSON([]byte) []byte
	})
	d := wire.NewDecoder([]byte(text))
	v.decode(d)
	d.End()
	if absent := d.Absent(); len(absent) > 0 {
		return nil, fmt.Errorf("absent: %v", absent)
	}
	return v.appendJSON(nil), d.Err()
}

// sameJSON compares to the byte, except that a double of the snapshots has no fraction where AWS writes one (5.0).
func sameJSON(got []byte, want string) bool {
	for _, end := range []string{",", "}"} {
		got = bytes.ReplaceAll(got, []byte(":1.0"+end), []byte(":1"+end))
	}
	return string(got) == want
}
