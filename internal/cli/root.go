// Package cli is the command line: a file per subcommand. Clients speak the public API, as every other client does; only
// `keys` opens the data directory itself. Commands print results to standard output and everything else to standard
// error, and end with status 0, 1 (the command could not be done) or 2 (it was not understood).
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// release is the version of the source; version tells the build apart and is set by the linker.
const release = "0.1.0"

var version = release

// streams are what a command reads from and prints to.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// usageError marks a command line that was not understood.
type usageError struct{ error }

// Main runs one command line and returns the exit status.
func Main(args []string, in io.Reader, out, fault io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(streams{in, out, fault})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(fault, "tailrace: %v\n", err)
		return 2
	}
	fmt.Fprintf(fault, "tailrace: %v\n", err)
	return 1
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "tailrace",
		Short: "Self-hosted CloudWatch Logs",
		Long: `Tailrace is a self-hosted CloudWatch Logs: unchanged AWS SDKs, agents, the AWS CLI, Terraform and Grafana work against it,
and it answers the log operations of the AWS ParallelCluster v3 API.`,
		Example: `  tailrace demo                          a server with real logs in it, in a minute
  tailrace serve --data /srv/tailrace    a server
  tailrace filter /var/log 'error'       search, as any client does`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see tailrace %s --help", err, cmd.Name())}
	})
	root.AddCommand(newServe(s), newDemo(s), newPut(s), newGroups(s), newStreams(s), newEvents(s), newFilter(s), newImages(s), newKeys(s), newVersion(s))
	return root
}

// exactly wants n arguments and says which when they are not there.
func exactly(what ...string) cobra.PositionalArgs { return between(len(what), len(what), what...) }

// between wants from least to most arguments.
func between(least, most int, what ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most && most >= 0 {
			return usageError{fmt.Errorf("%s: want %s; see tailrace %s --help", cmd.Name(), strings.Join(what, " "), cmd.Name())}
		}
		return nil
	}
}

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Example: "  tailrace version", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.out, "tailrace", release, version)
			return err
		},
	}
}
