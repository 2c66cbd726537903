package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tailrace/test/servertest"
)

var block = regexp.MustCompile("(?ms)^```(sh|go)( [a-z0-9 -]+)?\n(.*?)^```$")

// TestReadme runs every command of the README's tour, as it stands there, in one shell: only the address is another. A block
// "sh NAME" is skipped, with a notice, where the machine has no NAME.
func TestReadme(t *testing.T) {
	bash := tool(t, "bash")
	if _, err := servertest.Binary(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(servertest.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, tour, ok := strings.Cut(string(text), "\n## Tour\n")
	if !ok {
		t.Fatal("README.md has no tour")
	}
	tour, _, _ = strings.Cut(tour, "\n## ")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	script := strings.ReplaceAll(tourScript(t, tour), "127.0.0.1:4586", addr)
	cmd := exec.CommandContext(t.Context(), bash, "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(servertest.Root(), "bin")+":"+os.Getenv("PATH"), "ROOT="+servertest.Root(),
		"AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{`/app/services`, `"logStreamName":"3.12.0/1"`, `ExecuteBash: STARTED EXECUTION`, `BUILD_COMPLETE`, `build farm`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the tour does not show %q:\n%s", want, out)
		}
	}
}

// tourScript puts the blocks together; the server started in the background ends with the script.
func tourScript(t *testing.T, tour string) string {
	var b strings.Builder
	b.WriteString("set -euxo pipefail\ntrap 'kill $(jobs -p)' EXIT\n")
	blocks := block.FindAllStringSubmatch(tour, -1)
	if len(blocks) < 5 {
		t.Fatalf("%d blocks in the tour", len(blocks))
	}
	for i, m := range blocks {
		kind, needs, text := m[1], strings.TrimSpace(m[2]), m[3]
		if needs != "" {
			if _, err := exec.LookPath(needs); err != nil {
				t.Logf("NOTICE: %s is not on this machine; its part of the tour is skipped", needs)
				continue
			}
		}
		if kind == "go" {
			text = "cat > main.go <<'END'\n" + text + "END\n(cd $ROOT && go run $OLDPWD/main.go)\n"
		}
		b.WriteString(text)
		if i == 0 {
			b.WriteString("for i in $(seq 100); do curl -fs http://127.0.0.1:4586/readyz && break; sleep 0.1; done\n")
		}
	}
	return b.String()
}
