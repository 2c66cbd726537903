package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

func newPut(s streams) *cobra.Command {
	var flags clientFlags
	var create bool
	cmd := &cobra.Command{
		Use: "put GROUP STREAM [FILE...]", Short: "Write lines as events", Args: between(2, -1, "GROUP", "STREAM", "[FILE...]"),
		Long: `Write each line of the files, or of standard input (also -), as an event with the time at which it was read. Lines of a
pipe are sent at least once a second. Empty lines are left out, bytes that are no UTF-8 are replaced by U+FFFD, and a line
longer than an event may be is sent in parts.`,
		Example: `  journalctl -f | tailrace put /host/journal web-1 --create
  tailrace put /builds 3.12.0/1 build.log --create`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			p := &putter{logs: c.logs(), group: args[0], stream: args[1], timeOf: clock(), progress: newProgress(s.err)}
			err = p.run(cmd.Context(), s, create, args[2:])
			if p.events > 0 || err == nil {
				p.progress.done("Wrote %s", p)
			}
			if !create && errors.As(err, new(*api.ResourceNotFoundException)) {
				return fmt.Errorf("%w\nWith --create, the group and the stream are made", err)
			}
			return c.explain(err)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&create, "create", false, "create the group and the stream where they are not there")
	return cmd
}

// run writes the files one after the other; none is standard input.
func (p *putter) run(ctx context.Context, s streams, create bool, files []string) error {
	if create {
		if err := p.create(ctx); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		if name == "-" {
			if err := p.put(ctx, s.in); err != nil {
				return err
			}
		} else if err := p.putFile(ctx, name); err != nil {
			return err
		}
	}
	if p.rejected > 0 {
		return fmt.Errorf("the server rejected %s: too old or too new for its clock, or older than the group keeps events", plural(p.rejected, "event"))
	}
	return nil
}

func (p *putter) putFile(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return p.put(ctx, f)
}
