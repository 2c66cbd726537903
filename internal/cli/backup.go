package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/backup"
)

func newBackup(s streams) *cobra.Command {
	var output string
	var without bool
	cmd := &cobra.Command{
		Use: "backup DIR TARGET", Short: "Back a store up, beside a running server or without one",
		Long: `Copy the data directory DIR to the directory TARGET. A server may go on writing: everything that it acknowledged before the
backup began is in it, and nothing of it is disturbed.

On one file system segments are hard links, which cost no space until the server removes its own names; they share the fate of
the disk, so keep a copy of TARGET elsewhere. A backup into a TARGET that has one already copies only new segments and takes the
old one's place when it is complete; to keep several, give each a TARGET of its own.

The key file, which opens the secrets of access keys, is in the backup unless --without-keyfile leaves it out. What is in
quarantine/ is not. The exit status is 1 if there is no new backup, and also if there is one of a store in which something is
missing or damaged.`,
		Example: `  tailrace backup /srv/tailrace /backup/tailrace`,
		Args:    exactly("DIR", "TARGET"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			p := newProgress(s.err)
			p.every = lineEvery
			r, err := backup.Run(cmd.Context(), backup.Options{
				Dir: args[0], Target: args[1], WithoutKeyFile: without, Program: versionLine(), Now: time.Now, Progress: showBackup(p, "backup"),
			})
			p.clear()
			if err != nil {
				return explainStore(args[0], err)
			}
			return printBackup(s, output, args[1], &r)
		},
	}
	jsonFlag(cmd, &output)
	cmd.Flags().BoolVar(&without, "without-keyfile", false, "leave the key file out; keep a copy of it apart, or the access keys of a restored store are lost")
	return cmd
}

func showBackup(p *progress, what string) func(backup.Progress) {
	return func(b backup.Progress) {
		if b.Total == 0 {
			p.show("%s: %s", what, b.Stage)
			return
		}
		p.show("%s: %s, %s of %s (%d %%)", what, b.Stage, humanSize(b.Done), humanSize(b.Total), b.Done*100/b.Total)
	}
}

// backupLine is what a backup did, as JSON shows it.
type backupLine struct {
	Target      string   `json:"target"`
	Number      int64    `json:"number"`
	Bytes       int64    `json:"bytes"`
	CopiedBytes int64    `json:"copiedBytes"`
	Copied      int      `json:"segmentsCopied"`
	Linked      int      `json:"segmentsLinked"`
	Kept        int      `json:"segmentsKept"`
	Flushed     uint64   `json:"flushed"`
	Last        uint64   `json:"last"`
	Problems    []string `json:"problems"`
}

func printBackup(s streams, form, target string, r *backup.Result) error {
	m := &r.Manifest
	if form == "json" {
		line := backupLine{target, m.Number, m.Bytes(), r.CopiedBytes, r.Copied, r.Linked, r.Kept, m.Flushed, m.Last, append([]string{}, r.Problems...)}
		if err := printValue(s, line); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.out, "Backup %d in %s: %s in %s (%d new, %d of them linked), %s copied.\n", m.Number, target, humanSize(m.Bytes()),
			plural(int64(r.Copied+r.Linked+r.Kept), "segment"), r.Copied+r.Linked, r.Linked, humanSize(r.CopiedBytes))
	}
	if len(r.Problems) == 0 {
		return nil
	}
	for _, p := range r.Problems {
		fmt.Fprintf(s.err, "tailrace: the store is not sound: %s\n", p)
	}
	fmt.Fprintln(s.err, "tailrace: the backup is complete and as good as the store; `tailrace verify` says more")
	return errFound
}
