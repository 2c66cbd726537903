package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"tailrace": main}) }

// TestScript runs the program as people do: a script a subcommand. Beside testscript's own commands there are
//
//	start NAME ARGS...      runs tailrace ARGS in the background, with its output in NAME.out and NAME.err
//	until FILE PATTERN      waits until a file has the pattern
//	end NAME [INT]          sends SIGTERM (or SIGINT) and wants exit status 0
//	server [ARGS...]        starts "serve" on a free port and makes it $TAILRACE_ENDPOINT
//	status N COMMAND...     runs a command that must end with exit status N
//	certificate CERT KEY    writes a self-signed certificate for 127.0.0.1
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "until": until, "end": end, "server": server, "status": status, "certificate": certificate,
		},
	})
}

// setup hides the machine's own configuration; the demonstration's build uses the machine's caches.
func setup(env *testscript.Env) error {
	env.Setenv("TZ", "UTC")
	env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/aws-config")
	env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/aws-credentials")
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return err
	}
	caches := strings.Fields(string(out))
	env.Setenv("GOCACHE", caches[0])
	env.Setenv("GOMODCACHE", caches[1])
	env.Setenv("GOPROXY", "off")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // else each process takes a second to end under the race detector
	env.Values[processes{}] = map[string]*process{}
	return nil
}

// processes is the key of a script's background processes.
type processes struct{}

// process is one of them.
type process struct {
	cmd  *exec.Cmd
	done chan error
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARGS...")
	}
	cmd := exec.Command("tailrace", args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(environ(ts), "PWD="+cmd.Dir)
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	defer out.Close()
	fault, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	defer fault.Close()
	cmd.Stdout, cmd.Stderr = out, fault
	ts.Check(cmd.Start())
	p := &process{cmd, make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	ts.Value(processes{}).(map[string]*process)[args[0]] = p
	ts.Defer(func() {
		cmd.Process.Kill()
		<-p.done
	})
}

// environ is the script's environment, as far as programs started here need it.
func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "TZ", "GOCACHE", "GOMODCACHE", "GOPROXY", "GORACE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY", "TAILRACE_ENDPOINT", "TAILRACE_DATA", "TAILRACE_LISTEN", "TAILRACE_LOG_FORMAT",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE PATTERN")
	}
	pattern := regexp.MustCompile("(?m)" + args[1])
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		text := ts.ReadFile(args[0])
		if pattern.MatchString(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s has no %s:\n%s", args[0], args[1], text)
		}
	}
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: end NAME [INT]")
	}
	p := ts.Value(processes{}).(map[string]*process)[args[0]]
	signal := syscall.SIGTERM
	if len(args) == 2 {
		signal = syscall.SIGINT
	}
	ts.Check(p.cmd.Process.Signal(signal))
	select {
	case err := <-p.done:
		p.done <- nil
		if err != nil {
			ts.Fatalf("%s ended with %v\n%s", args[0], err, ts.ReadFile(args[0]+".err"))
		}
	case <-time.After(time.Minute):
		ts.Fatalf("%s does not end\n%s", args[0], ts.ReadFile(args[0]+".err"))
	}
}

var endpoint = regexp.MustCompile(`https?://127\.0\.0\.1:[0-9]+`)

func server(ts *testscript.TestScript, neg bool, args []string) {
	start(ts, neg, append([]string{"server", "serve", "--data", "data", "--listen", "127.0.0.1:0"}, args...))
	until(ts, false, []string{"server.err", "msg=ready"})
	ts.Setenv("TAILRACE_ENDPOINT", endpoint.FindString(ts.ReadFile("server.err")))
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func certificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: certificate CERT KEY")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
}
