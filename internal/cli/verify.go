package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/audit"
)

func newVerify(s streams) *cobra.Command {
	var data, output string
	cmd := &cobra.Command{
		Use: "verify [DIR]", Short: "Check a whole store for damage and loss",
		Long: `Read everything in a data directory and check that it is whole: the catalog, every byte of every segment, every record of the
write-ahead log, that no event is there twice, and that the statistics of every stream are those of its events.

It works on a store at rest and beside a running server, which it does not disturb: a copy of the catalog and open handles hold a
state still while it is read. Segments that the server removes meanwhile give their space back when the check ends. It repairs
and changes nothing; each problem is printed with what to do about it.

The exit status is 0 if the store is sound, 1 if problems were found, 2 if the check could not be made.`,
		Example: `  tailrace verify /srv/tailrace
  tailrace verify --data /srv/tailrace --json`,
		Args: between(0, 1, "[DIR]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			dir, err := directoryOf(cmd, args, data)
			if err != nil {
				return notRunError{err}
			}
			p := newProgress(s.err)
			p.every = lineEvery
			begun := time.Now()
			report, err := audit.Run(cmd.Context(), dir, audit.Options{Progress: showAudit(p)})
			p.clear()
			if err != nil {
				return notRunError{explainStore(dir, err)}
			}
			return printReport(s, output, dir, &report, time.Since(begun))
		},
	}
	dataFlag(cmd, &data)
	jsonFlag(cmd, &output)
	return cmd
}

func showAudit(p *progress) func(audit.Progress) {
	return func(a audit.Progress) {
		if a.Total == 0 {
			p.show("verify: %s", a.Stage)
			return
		}
		p.show("verify: %s, %s of %s (%d %%)", a.Stage, humanSize(a.Done), humanSize(a.Total), a.Done*100/a.Total)
	}
}

// printReport prints what a check found; errFound if that is anything.
func printReport(s streams, form, dir string, r *audit.Report, took time.Duration) error {
	if form == "json" {
		if r.Problems == nil {
			r.Problems = []audit.Problem{}
		}
		if r.Notes == nil {
			r.Notes = []string{}
		}
		if err := printValue(s, r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Problems {
			fmt.Fprintf(s.out, "%s %s: %s\n  %s\n", p.Kind, p.Object, p.Detail, p.Advice)
		}
		for _, note := range r.Notes {
			fmt.Fprintf(s.out, "note: %s\n", note)
		}
		verdict := "sound"
		if !r.Sound() {
			verdict = plural(int64(r.Count), "problem")
		}
		fmt.Fprintf(s.out, "%s: %s. %s in %s (%s), %s in the log, %s, checked in %s.\n", dir, verdict,
			plural(r.Events, "event"), plural(int64(r.Segments), "segment"), humanSize(r.SegmentBytes),
			plural(r.Records, "record"), plural(r.Streams, "stream"), took.Round(time.Millisecond))
	}
	if !r.Sound() {
		return errFound
	}
	return nil
}
