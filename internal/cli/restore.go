package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/backup"
)

func newRestore(s streams) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "restore SOURCE DIR", Short: "Make a store of a backup",
		Long: `Make a data directory of the last complete backup in SOURCE, in DIR, which must be empty or not there. Every file of the backup
is checked first. The restored store is opened once and then checked as "tailrace verify" does it; after that a server can be
started on it. Until then no server starts on DIR, and after an error DIR is empty again.

A backup without the key file needs it put into DIR before the server is started, or its access keys cannot be used.
The exit status is 1 if nothing was restored, and also if the backup was of a store in which something is missing or damaged.`,
		Example: `  tailrace restore /backup/tailrace /srv/tailrace`,
		Args:    exactly("SOURCE", "DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			logger, err := newLogger(s, "warn", "text")
			if err != nil {
				return err
			}
			p := newProgress(s.err)
			p.every = lineEvery
			begun := time.Now()
			r, err := backup.Restore(cmd.Context(), backup.RestoreOptions{
				Source: args[0], Dir: args[1], Progress: showBackup(p, "restore"), Logger: logger,
			})
			p.clear()
			if err != nil {
				return err
			}
			if output != "json" {
				fmt.Fprintf(s.out, "Restored backup %d of %s, %s; the log had %s.\n", r.Manifest.Number, humanTime(r.Manifest.Begun.UnixMilli()),
					humanSize(r.Manifest.Bytes()), plural(r.Recovery.Events, "event"))
			}
			return printReport(s, output, args[1], &r.Report, time.Since(begun))
		},
	}
	jsonFlag(cmd, &output)
	return cmd
}
