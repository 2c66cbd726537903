package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tailrace/internal/auth"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/storage"
)

// catalogLife is a data directory with a key, two groups and an event of each in a segment.
func catalogLife(t *testing.T) (data string, key auth.Key) {
	var config Config
	r := start(t, func(c *Config) {
		key = createKey(t, c.Data)
		config = *c
	})
	for _, group := range []string{"app", "db"} {
		write(r, key, group)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	return config.Data, key
}

// write makes a group with an event.
func write(r *running, key auth.Key, group string) {
	r.t.Helper()
	in := fmt.Sprintf(`{"logGroupName":%q}`, group)
	stream := fmt.Sprintf(`{"logGroupName":%q,"logStreamName":"s"}`, group)
	put := fmt.Sprintf(`{"logGroupName":%q,"logStreamName":"s","logEvents":[{"timestamp":%d,"message":"written to %s"}]}`, group, time.Now().UnixMilli(), group)
	for _, call := range []struct{ operation, body string }{{"CreateLogGroup", in}, {"CreateLogStream", stream}, {"PutLogEvents", put}} {
		if a := r.signed(key, call.operation, call.body); a.status != http.StatusOK {
			r.t.Fatalf("%s: %d %s", call.operation, a.status, a.body)
		}
	}
}

// TestDamagedCatalog damages the catalog in many ways. The server starts, lets nobody in who has no key, and has every event
// once, under its names; the damaged file is kept.
func TestDamagedCatalog(t *testing.T) {
	data, key := catalogLife(t)
	whole, err := os.ReadFile(filepath.Join(data, CatalogFile))
	if err != nil {
		t.Fatal(err)
	}
	type damage struct {
		name string
		do   func(b []byte) []byte // nil: the file is gone
		wal  string                // what stands in the log of the database
	}
	damages := []damage{
		{name: "gone"},
		{name: "empty", do: func([]byte) []byte { return nil }},
		{name: "text", do: func([]byte) []byte { return []byte(strings.Repeat("no database\n", 1000)) }},
		{name: "cut to its header", do: func(b []byte) []byte { return b[:100] }},
		{name: "cut in half", do: func(b []byte) []byte { return b[:len(b)/2] }},
		{name: "without its end", do: func(b []byte) []byte { return b[:len(b)-4096] }},
		{name: "schema gone", do: func(b []byte) []byte { clear(b[100:4096]); return b }},
		{name: "text, with a log", do: func([]byte) []byte { return []byte(strings.Repeat("no database\n", 1000)) }, wal: strings.Repeat("no log", 10_000)},
		{name: "a log of nonsense", do: func(b []byte) []byte { return b }, wal: strings.Repeat("no log", 10_000)},
	}
	for page := 4096; page < len(whole); page += 4096 {
		if testing.Short() && page%3 != 0 {
			continue
		}
		damages = append(damages,
			damage{name: fmt.Sprintf("page %d of zeros", page/4096), do: func(b []byte) []byte { clear(b[page : page+4096]); return b }})
	}
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			r := start(t, func(c *Config) {
				if err := os.CopyFS(c.Data, os.DirFS(data)); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(filepath.Join(c.Data, KeyFile), 0o600); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(c.Data, CatalogFile)
				err := os.Remove(file)
				if d.do != nil {
					err = os.WriteFile(file, d.do(bytes.Clone(whole)), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				if d.wal != "" {
					if err := os.WriteFile(file+"-wal", []byte(d.wal), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			})
			if a := r.call("DescribeLogGroups", `{}`); a.status == http.StatusOK {
				t.Errorf("somebody without a key is let in: %s", a.body)
			}
			use := key
			if a := r.signed(use, "DescribeLogGroups", `{}`); a.status != http.StatusOK {
				use = createKey(t, r.config.Data) // keys were lost
				eventually(t, "the new key works", func() bool { return r.signed(use, "DescribeLogGroups", `{}`).status == http.StatusOK })
			}
			for _, group := range []string{"app", "db"} {
				a := r.signed(use, "GetLogEvents", fmt.Sprintf(`{"logGroupName":%q,"logStreamName":"s","startFromHead":true}`, group))
				if n := strings.Count(a.body, "written to "+group); a.status != http.StatusOK || n != 1 || strings.Count(a.body, "written to") != 1 {
					t.Errorf("%s: %d %s", group, a.status, a.body)
				}
			}
			if rebuilt := strings.Contains(r.log.String(), "the catalog was made anew"); rebuilt && d.do != nil {
				kept, _ := filepath.Glob(filepath.Join(r.config.Data, "quarantine", CatalogFile+"-*"))
				if len(kept) == 0 {
					t.Error("the damaged catalog is not kept")
				}
			}
			if a := r.signed(use, "CreateLogStream", `{"logGroupName":"app","logStreamName":"after"}`); a.status != http.StatusOK {
				t.Errorf("create a stream: %d %s", a.status, a.body)
			}
		})
	}
}

// TestCatalogGoneBeforeFlush removes the catalog while the log alone has events: these stay, under other names.
func TestCatalogGoneBeforeFlush(t *testing.T) {
	var key auth.Key
	killed := start(t, func(c *Config) { key = createKey(t, c.Data) })
	write(killed, key, "app")
	r := start(t, func(c *Config) {
		for _, part := range []string{storage.LogDir, storage.SegmentDir} {
			if err := os.CopyFS(filepath.Join(c.Data, part), os.DirFS(filepath.Join(killed.config.Data, part))); err != nil {
				t.Fatal(err)
			}
		}
	})
	key = createKey(t, r.config.Data)
	eventually(t, "the new key works", func() bool { return r.signed(key, "DescribeLogGroups", `{}`).status == http.StatusOK })
	a := r.signed(key, "GetLogEvents", `{"logGroupName":"recovered/group-1","logStreamName":"recovered/stream-1","startFromHead":true}`)
	if strings.Count(a.body, "written to app") != 1 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestOtherKeyFile: keys that the key file does not open let nobody in, and the log says why.
func TestOtherKeyFile(t *testing.T) {
	var key auth.Key
	r := start(t, func(c *Config) {
		key = createKey(t, c.Data)
		if err := os.Remove(filepath.Join(c.Data, KeyFile)); err != nil {
			t.Fatal(err)
		}
	})
	if a := r.signed(key, "DescribeLogGroups", `{}`); a.status == http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if log := r.log.String(); !strings.Contains(log, "access_key="+key.AccessKeyID) {
		t.Errorf("the log does not name the key: %s", log)
	}
}

// TestOldCatalog puts an older state of the catalog in place, as SQLite does when its log is damaged: what was flushed since is
// there, whether the catalog had given the segment its id or not and though the log is cut.
func TestOldCatalog(t *testing.T) {
	data, key := catalogLife(t)
	file := filepath.Join(data, CatalogFile)
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := func(c *Config) { c.Data = data }
	r := start(t, in)
	body := fmt.Sprintf(`{"logGroupName":"app","logStreamName":"s","logEvents":[{"timestamp":%d,"message":"flushed since"}]}`, time.Now().UnixMilli())
	if a := r.signed(key, "PutLogEvents", body); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if err := start(t, in).end(); err != nil { // the log is cut at a start
		t.Fatal(err)
	}
	for name, given := range map[string]int{"of before the segment": 0, "of before its commit": 1} {
		t.Run(name, func(t *testing.T) {
			r := start(t, func(c *Config) {
				if err := os.CopyFS(c.Data, os.DirFS(data)); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(c.Data, CatalogFile)
				if err := errors.Join(os.WriteFile(file, old, 0o600), os.Chmod(filepath.Join(c.Data, KeyFile), 0o600)); err != nil {
					t.Fatal(err)
				}
				cat, err := sqlite.Open(t.Context(), file, sqlite.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for range given {
					if _, err := cat.NextSegment(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if err := cat.Close(); err != nil {
					t.Fatal(err)
				}
			})
			a := r.signed(key, "GetLogEvents", `{"logGroupName":"app","logStreamName":"s","startFromHead":true}`)
			if strings.Count(a.body, "written to app") != 1 || strings.Count(a.body, "flushed since") != 1 {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}
