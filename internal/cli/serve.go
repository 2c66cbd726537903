package cli

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"tailrace/internal/server"
)

func newServe(s streams) *cobra.Command {
	config := server.Default()
	var file, level, format string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server until it is told to stop (SIGINT or SIGTERM); it then finishes what it has begun.

Every flag can also be set by an environment variable (--flush-age by TAILRACE_FLUSH_AGE) or in a YAML file of lines
"flag: value" named by --config or TAILRACE_CONFIG. The command line wins over the environment, the environment over the file.

Without keys everybody on this machine is let in and nobody else: the server then listens on loopback addresses only.
Create keys with "tailrace keys create".`,
		Example: `  tailrace serve --data /srv/tailrace
  tailrace serve --data /srv/tailrace --listen 0.0.0.0:4586 --tls-cert cert.pem --tls-key key.pem`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := applySettings(cmd, file); err != nil {
				return usageError{err}
			}
			logger, err := newLogger(s, level, format)
			if err != nil {
				return usageError{err}
			}
			config.Logger = logger
			if err := config.Validate(); err != nil {
				return usageError{err}
			}
			limitMemory(config.FlushBytes)
			srv, err := server.Open(cmd.Context(), config)
			if err != nil {
				return err
			}
			return srv.Run(cmd.Context())
		},
	}
	serveFlags(cmd, &config)
	f := cmd.Flags()
	f.StringVar(&file, "config", "", "YAML `file` of settings")
	f.StringVar(&level, "log-level", "info", "least level that is logged: debug, info, warn or error")
	f.StringVar(&format, "log-format", "text", "form of the log on standard error: text or json")
	return cmd
}

func serveFlags(cmd *cobra.Command, c *server.Config) {
	f := cmd.Flags()
	f.StringVar(&c.Data, "data", c.Data, "`directory` of everything that is kept; made if it is not there")
	f.StringVar(&c.Listen, "listen", c.Listen, "`address` to listen on, host:port")
	f.StringVar(&c.Region, "region", c.Region, "region of requests that name none")
	f.BoolVar(&c.AllowAnonymous, "allow-anonymous", c.AllowAnonymous, "let everybody who can reach the address in, though there are no keys")
	f.StringSliceVar(&c.AllowHosts, "allow-host", nil, "`name` by which clients reach a server without keys, beside addresses and localhost; may stand more than once")
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "PEM `file` of the certificate chain; read again when it changes")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "PEM `file` of the private key")
	f.StringVar(&c.Prefix, "pcluster-prefix", c.Prefix, "`path` below which the ParallelCluster API answers too, beside /v3")
	f.StringVar(&c.ParallelClusterVersion, "pcluster-version", c.ParallelClusterVersion, "version of images and clusters that state none")
	f.StringVar(&c.Sync, "sync", c.Sync, "when an answer is given: always (after the fsync) or interval (up to --sync-interval of answers can be lost)")
	f.DurationVar(&c.SyncInterval, "sync-interval", c.SyncInterval, "time between fsyncs with --sync=interval")
	f.Int64Var(&c.WALFileBytes, "wal-file-bytes", c.WALFileBytes, "size at which a file of the write-ahead log is closed")
	f.Int64Var(&c.FlushBytes, "flush-bytes", c.FlushBytes, "bytes of messages held in memory before they are flushed to a segment")
	f.DurationVar(&c.FlushAge, "flush-age", c.FlushAge, "age at which they are flushed anyway")
	f.IntVar(&c.MergeFanOut, "merge-fan-out", c.MergeFanOut, "segments of a size that are merged into one: fewer mean faster searches and more writing")
	f.DurationVar(&c.ReclaimEvery, "reclaim-every", c.ReclaimEvery, "how often the space of expired and deleted events is given back")
	f.Int64Var(&c.ScrubRate, "scrub-rate", c.ScrubRate, "bytes of segments a second that are read again to look for damage; 0: none")
	f.DurationVar(&c.ScrubEvery, "scrub-every", c.ScrubEvery, "time from the begin of one pass over all segments to that of the next, at least")
	f.IntVar(&c.QuerySlots, "query-slots", c.QuerySlots, "queries of Logs Insights that run at a time; others wait")
	f.Int64Var(&c.QueryMemory, "query-memory", c.QueryMemory, "bytes of rows and groups that one of them may keep")
	f.DurationVar(&c.QueryKeep, "query-keep", c.QueryKeep, "time that results of queries are kept")
	f.StringVar(&c.StoredBytes, "stored-bytes", c.StoredBytes, "storedBytes of streams: aws (0, as AWS answers since 2019) or exact")
	f.Int64Var(&c.MaxBody, "max-body", c.MaxBody, "bytes of a request's body at most, inflated")
	f.Int64Var(&c.MaxInFlight, "max-in-flight", c.MaxInFlight, "bytes of all larger bodies in memory at a time; more requests wait their turn")
	f.DurationVar(&c.MaxEventAge, "max-event-age", c.MaxEventAge, "age beyond which events are rejected as too old")
	f.DurationVar(&c.MaxEventLead, "max-event-lead", c.MaxEventLead, "how far ahead of the clock events may be")
	f.StringVar(&c.DebugListen, "debug-listen", c.DebugListen, "loopback `address` of Go's profiles, /debug/pprof; empty: none")
	f.DurationVar(&c.ReadTimeout, "read-timeout", c.ReadTimeout, "time to receive one request")
	f.DurationVar(&c.ShutdownTimeout, "shutdown-timeout", c.ShutdownTimeout, "time to finish requests when told to stop")
}

func newLogger(s streams, level, format string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level %q: want debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: least}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(s.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(s.err, options)), nil
	}
	return nil, fmt.Errorf("--log-format %q: want text or json", format)
}
