// Package cli is the command line: a file per subcommand. Clients speak the public API, as every other client does; `keys`
// and the tools for operators (`inspect`, `verify`, `backup`, `restore`) open the data directory itself. Commands print results
// to standard output and everything else to standard error, and end with status 0, 1 (the command could not be done) or 2 (it was
// not understood); `verify` ends with 1 if it found problems and with 2 if it could not be made.
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

func badUsage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs one command line and returns the exit status. An interrupt ends the command in order; a second one ends it
// at once.
func Main(args []string, in io.Reader, out, fault io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot(streams{in, out, fault})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	if errors.Is(err, errFound) {
		return 1 // the command said it all
	}
	fmt.Fprintf(fault, "tailrace: %v\n", err)
	if errors.As(err, new(usageError)) || errors.As(err, new(notRunError)) {
		return 2
	}
	return 1
}

// errFound ends a command that looked for problems and printed those that it found.
var errFound = errors.New("problems were found")

// notRunError marks a check that could not be made, which is not the same as one that found something.
type notRunError struct{ error }

func (e notRunError) Unwrap() error { return e.error }

func newRoot(s streams) *cobra.Command {
	root := family(&cobra.Command{
		Use:   "tailrace",
		Short: "Self-hosted CloudWatch Logs",
		Long: `Tailrace is a self-hosted CloudWatch Logs: unchanged AWS SDKs, agents, the AWS CLI, Terraform and Grafana work against it,
and it answers the log operations of the AWS ParallelCluster v3 API.`,
		Example: `  tailrace demo                          a server with real logs in it, in a minute
  tailrace serve --data /srv/tailrace    a server
  tailrace filter /var/log 'error'       search, as any client does`,
		Version:      version,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	})
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return badUsage("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SetHelpCommand(newHelp())
	root.AddCommand(newServe(s), newDemo(s), newPut(s), newGroups(s), newStreams(s), newEvents(s), newFilter(s), newQuery(s), newImages(s), newKeys(s),
		newInspect(s), newVerify(s), newBackup(s), newRestore(s), newVersion(s))
	return root
}

// family makes a command that only has subcommands: alone it shows them, and with a name that is none of them it fails.
func family(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return cmd.Help()
	}
	return cmd
}

func unknownCommand(cmd *cobra.Command, name string) error {
	hint := fmt.Sprintf("see %s --help", cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s? Or %s", strings.Join(near, " or "), hint)
	}
	return badUsage("there is no command %q; %s", cmd.CommandPath()+" "+name, hint)
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command", Example: "  tailrace help serve",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(about, args[len(args)-1])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// exactly wants these arguments and says which when they are not there.
func exactly(what ...string) cobra.PositionalArgs { return between(len(what), len(what), what...) }

// between wants from least to most arguments; most -1 is no bound.
func between(least, most int, what ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && (len(args) <= most || most < 0) {
			return nil
		}
		path, want := cmd.CommandPath(), strings.Join(what, " ")
		if want == "" {
			want = "no arguments"
		}
		return badUsage("%s: want %s, got %s; see %s --help", path, want, plural(int64(len(args)), "argument"), path)
	}
}

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Example: "  tailrace version", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.out, versionLine())
			return err
		},
	}
}

// versionLine is the release and, where the build is told apart from it, the build.
func versionLine() string {
	if version == release {
		return "tailrace " + release
	}
	return "tailrace " + release + " (" + version + ")"
}
