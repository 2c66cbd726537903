package server

import (
	"net"
	"strings"
	"testing"

	"tailrace/internal/auth"
)

// TestExposure is the one rule: without keys, loopback addresses only, unless somebody asks for more.
func TestExposure(t *testing.T) {
	const refusal = "can be reached from other machines and there are no keys: create one with `tailrace keys create --data "
	const everybody = "level=WARN msg=\"EVERYBODY who can reach this address can read, write and delete"
	const clear = "cross the network in clear text"
	for _, c := range []struct {
		name, listen        string
		key, anonymous, tls bool
		refusal             string
		logged, silent      []string
	}{
		{name: "loopback", listen: "127.0.0.1:0", silent: []string{"level=WARN"}},
		{name: "loopback beyond .1", listen: "127.9.9.9:0", silent: []string{"level=WARN"}},
		{name: "localhost", listen: "localhost:0", silent: []string{"level=WARN"}},
		{name: "loopback with --allow-anonymous", listen: "127.0.0.1:0", anonymous: true, silent: []string{"level=WARN"}},
		{name: "everywhere", listen: "0.0.0.0:0", refusal: refusal},
		{name: "no host is everywhere", listen: ":0", refusal: refusal},
		{name: "everywhere, IPv6", listen: "[::]:0", refusal: refusal},
		{name: "everywhere with a key", listen: "0.0.0.0:0", key: true, logged: []string{clear}, silent: []string{"EVERYBODY", "--allow-anonymous"}},
		{name: "everywhere with a key and TLS", listen: "0.0.0.0:0", key: true, tls: true, silent: []string{"level=WARN"}},
		{name: "everywhere with --allow-anonymous", listen: "0.0.0.0:0", anonymous: true, logged: []string{everybody, clear}},
		{
			name: "everywhere with both", listen: "0.0.0.0:0", key: true, anonymous: true,
			logged: []string{"once the last key is deleted: --allow-anonymous is set"}, silent: []string{"EVERYBODY"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, log := testConfig(t)
			config.Listen, config.AllowAnonymous = c.listen, c.anonymous
			if c.key {
				createKey(t, config.Data)
			}
			if c.tls {
				config.TLSCert, config.TLSKey = writePair(t, t.TempDir(), "1")
			}
			s, err := Open(t.Context(), config)
			if c.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), c.refusal+config.Data) {
					t.Fatalf("got %v, want a refusal with %q", err, c.refusal)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeUnused(t, s)
			for _, text := range c.logged {
				if !strings.Contains(log.String(), text) {
					t.Errorf("%q is not logged:\n%s", text, log)
				}
			}
			for _, text := range c.silent {
				if strings.Contains(log.String(), text) {
					t.Errorf("%q is logged:\n%s", text, log)
				}
			}
		})
	}
}

// closeUnused gives back what Open took without serving a request.
func closeUnused(t *testing.T, s *Server) {
	t.Helper()
	if err := s.close(s.listener.Close()); err != nil {
		t.Error(err)
	}
}

// TestLastKeyDeleted: on loopback a server without keys is open again; where others reach it, it lets nobody in.
func TestLastKeyDeleted(t *testing.T) {
	for _, c := range []struct {
		listen    string
		anonymous bool
		opens     bool
	}{
		{listen: "127.0.0.1:0", opens: true},
		{listen: "0.0.0.0:0"},
		{listen: "0.0.0.0:0", anonymous: true, opens: true},
	} {
		var key auth.Key
		r := start(t, func(config *Config) {
			key = createKey(t, config.Data)
			config.Listen, config.AllowAnonymous = c.listen, c.anonymous
		})
		if got := r.call("DescribeLogGroups", "{}"); got.status != 400 || !strings.Contains(got.body, "MissingAuthenticationTokenException") {
			t.Errorf("%+v: with a key, unsigned: %+v", c, got)
		}
		if got := r.signed(key, "DescribeLogGroups", "{}"); got.status != 200 {
			t.Errorf("%+v: with a key, signed: %+v", c, got)
		}
		changeKeys(t, r.config.Data, func(k *auth.Keyring) error { return k.Delete(t.Context(), key.AccessKeyID) })
		if c.opens {
			eventually(t, "open again", func() bool { return r.call("DescribeLogGroups", "{}").status == 200 })
			continue
		}
		eventually(t, "the deleted key is refused", func() bool { return r.signed(key, "DescribeLogGroups", "{}").status == 400 })
		if got := r.call("DescribeLogGroups", "{}"); got.status != 400 {
			t.Errorf("%+v: strangers are let in after the last key is gone: %+v", c, got)
		}
	}
}

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	config, _ := testConfig(t)
	config.Listen = taken.Addr().String()
	_, err = Open(t.Context(), config)
	if err == nil || !strings.Contains(err.Error(), "another program, perhaps another Tailrace, listens there") {
		t.Errorf("got %v", err)
	}
}
