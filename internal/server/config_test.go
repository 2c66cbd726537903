package server

import (
	"strings"
	"testing"
	"time"
)

func TestDefaultIsValid(t *testing.T) {
	config := Default()
	if err := config.Validate(); err != nil {
		t.Error(err)
	}
}

// TestValidate shows each message that a wrong setting gets, in the words of the flags.
func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"--data: want a directory":                                           func(c *Config) { c.Data = "" },
		`--listen "localhost": want host:port`:                               func(c *Config) { c.Listen = "localhost" },
		`--listen "localhost:http": want host:port`:                          func(c *Config) { c.Listen = "localhost:http" },
		`--listen "127.0.0.1:65536": want host:port`:                         func(c *Config) { c.Listen = "127.0.0.1:65536" },
		`--region "US East": want a region such as us-east-1`:                func(c *Config) { c.Region = "US East" },
		`--tls-cert and --tls-key: give both or neither`:                     func(c *Config) { c.TLSCert = "cert.pem" },
		`--pcluster-prefix "prod": want a path such as /prod`:                func(c *Config) { c.Prefix = "prod" },
		`--pcluster-version "3.12": want X.Y.Z`:                              func(c *Config) { c.ParallelClusterVersion = "3.12" },
		`--sync "never": want always or interval`:                            func(c *Config) { c.Sync = "never" },
		`--stored-bytes "some": want aws or exact`:                           func(c *Config) { c.StoredBytes = "some" },
		"--sync-interval 0s: want more than 0":                               func(c *Config) { c.SyncInterval = 0 },
		"--flush-age -1s: want more than 0":                                  func(c *Config) { c.FlushAge = -time.Second },
		"--reclaim-every 0s: want more than 0":                               func(c *Config) { c.ReclaimEvery = 0 },
		"--merge-fan-out 1: want 2 to 32":                                    func(c *Config) { c.MergeFanOut = 1 },
		"--scrub-rate -1: want 0 or more":                                    func(c *Config) { c.ScrubRate = -1 },
		"--scrub-every 0s: want more than 0":                                 func(c *Config) { c.ScrubEvery = 0 },
		"--max-event-age 0s: want more than 0":                               func(c *Config) { c.MaxEventAge = 0 },
		"--max-event-lead -1m0s: want more than 0":                           func(c *Config) { c.MaxEventLead = -time.Minute },
		"--max-in-flight 3: want at least twice --max-body":                  func(c *Config) { c.MaxInFlight = 3 },
		"--read-timeout 0s: want more than 0":                                func(c *Config) { c.ReadTimeout = 0 },
		"--shutdown-timeout 0s: want more than 0":                            func(c *Config) { c.ShutdownTimeout = 0 },
		"--wal-file-bytes 1: want at least 1 MiB":                            func(c *Config) { c.WALFileBytes = 1 },
		"--flush-bytes 0: want at least 1 MiB":                               func(c *Config) { c.FlushBytes = 0 },
		"--query-slots 0: want 1 to 100":                                     func(c *Config) { c.QuerySlots = 0 },
		"--query-memory 9: want at least 1 MiB":                              func(c *Config) { c.QueryMemory = 9 },
		"--query-keep 0s: want more than 0":                                  func(c *Config) { c.QueryKeep = 0 },
		"--max-body 1024: want at least 2 MiB, or a full batch does not fit": func(c *Config) { c.MaxBody = 1 << 10 },
	} {
		config := Default()
		change(&config)
		if err := config.Validate(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// TestValidateTellsAll: one start shows everything that is wrong.
func TestValidateTellsAll(t *testing.T) {
	config := Default()
	config.Data, config.Sync, config.MaxBody = "", "never", 0
	err := config.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three complaints, got %v", err)
	}
}
