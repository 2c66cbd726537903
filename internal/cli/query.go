package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/insights/syntax"
)

// defaultSince is how far back a query looks that does not say.
const defaultSince = "1h"

// queryFlags are what a query is made of, beside its text.
type queryFlags struct {
	client   clientFlags
	when     span
	limit    int32
	language string
	saved    string
	params   []string
	explain  bool
	list     struct{ commands, functions bool }
}

func newQuery(s streams) *cobra.Command {
	var flags queryFlags
	cmd := &cobra.Command{
		Use: "query [GROUP...] QUERY", Short: "Query groups with CloudWatch Logs Insights", Args: between(0, -1, "[GROUP...]", "QUERY"),
		Long: `Query the events of groups with CloudWatch Logs Insights: the language is explained in docs/insights.md, and its commands
and functions are listed by --list-commands and --list-functions. Progress is shown on standard error; an interrupt stops the query
on the server. A query that begins with SOURCE names its groups itself.

In tables and CSV a field that an event lacks is "-" or empty, and @ptr is left out; JSON is the answer of the API.`,
		Example: `  tailrace query /app/web 'stats count(*) by bin(5m)' --since 6h
  tailrace query /app/web /app/db 'filter level = "ERROR" | sort @timestamp desc' --limit 20 -o csv
  tailrace query /app/web 'filter @message like "timeout"' --explain
  tailrace query /app/web --saved errors --param level=ERROR
  tailrace query save errors 'filter level = "{{level}}"' --group /app/web`,
		ValidArgsFunction: flags.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.list.commands || flags.list.functions {
				return flags.printLists(s)
			}
			c, err := flags.connect(cmd.Context(), cmp.Or(flags.client.output, "table"))
			if err != nil {
				return err
			}
			in, err := flags.request(cmd.Context(), c, args, time.Now())
			if err != nil {
				return err
			}
			q := &querier{s: s, logs: c.logs(), in: in, progress: newProgress(s.err)}
			if flags.explain {
				return c.explain(q.explain(cmd.Context()))
			}
			return c.explain(q.run(cmd.Context(), flags.client.output))
		},
	}
	flags.add(cmd)
	cmd.AddCommand(newQuerySave(), newQueryList(s), newQueryDelete())
	return cmd
}

func (q *queryFlags) add(cmd *cobra.Command) {
	q.client.add(cmd)
	q.when.add(cmd)
	f := cmd.Flags()
	f.Lookup("output").Usage = "form of the result: table, json or csv"
	f.Lookup("since").DefValue, q.when.since = defaultSince, defaultSince
	f.Int32Var(&q.limit, "limit", 0, "how many rows at most, if the query does not say; 0: 10,000")
	f.StringVar(&q.language, "language", "", "language of the query: CWLI (the default), PPL or SQL")
	f.StringVar(&q.saved, "saved", "", "run the saved query of this `name`, of its groups or those that are given")
	f.StringArrayVar(&q.params, "param", nil, "`name=value` of a parameter of the saved query; may stand more than once")
	f.BoolVar(&q.explain, "explain", false, "print how the query is executed, and what was read and left out, instead of its rows")
	f.BoolVar(&q.list.commands, "list-commands", false, "print the commands of the language: name, grammar, purpose, with tabs between them")
	f.BoolVar(&q.list.functions, "list-functions", false, "print its functions in the same form")
	cmd.MarkFlagsMutuallyExclusive("saved", "language")
}

// connect is clientFlags.connect for a command that also knows CSV.
func (q *queryFlags) connect(ctx context.Context, output string) (*connection, error) {
	switch output {
	case "csv":
		client := q.client
		client.output = "table"
		return client.connect(ctx)
	case "table", "json":
		return q.client.connect(ctx)
	}
	return nil, badUsage("--output %q: want table, json or csv", output)
}

// request makes the call that starts the query.
func (q *queryFlags) request(ctx context.Context, c *connection, args []string, now time.Time) (*api.StartQueryRequest, error) {
	in := &api.StartQueryRequest{LogGroupIdentifiers: args}
	start, end, err := q.when.bounds(now)
	if err != nil {
		return nil, err
	}
	in.StartTime, in.EndTime = queryTime(start.Value), queryTime(end.Or(now.UnixMilli()))
	if q.limit < 0 {
		return nil, badUsage("--limit %d: want 0 or more", q.limit)
	} else if q.limit > 0 {
		in.Limit = api.Some(q.limit)
	}
	if q.language != "" {
		in.QueryLanguage = api.Some(api.QueryLanguage(strings.ToUpper(q.language)))
	}
	if q.saved != "" {
		return in, q.useSaved(ctx, c, in)
	}
	if len(q.params) > 0 {
		return nil, badUsage("--param: parameters are those of a query that --saved names")
	}
	if len(args) == 0 {
		return nil, badUsage("tailrace query: want [GROUP...] QUERY; see tailrace query --help")
	}
	in.QueryString = args[len(args)-1]
	if in.LogGroupIdentifiers = args[:len(args)-1]; len(in.LogGroupIdentifiers) == 0 {
		in.LogGroupIdentifiers = nil // the query names its groups
		if q.language == "" && !strings.Contains(strings.ToLower(in.QueryString), "source") {
			return nil, badUsage("tailrace query: the query names no group: want [GROUP...] QUERY, or a query that begins with SOURCE; see tailrace query --help")
		}
	}
	return in, nil
}

// leastMillis is the least time that the API takes for milliseconds; below it stand seconds.
const leastMillis = 1e11

func queryTime(ms int64) int64 {
	if ms < leastMillis {
		return ms / 1000
	}
	return ms
}

func (q *queryFlags) printLists(s streams) error {
	var lines []string
	if q.list.commands {
		for _, c := range syntax.Commands() {
			lines = append(lines, c.Name+"\t"+c.Usage+"\t"+c.Doc)
		}
	}
	if q.list.functions {
		for _, f := range syntax.Functions() {
			lines = append(lines, f.Name+"\t"+f.Signature()+"\t"+f.Doc)
		}
	}
	slices.Sort(lines)
	_, err := fmt.Fprintln(s.out, strings.Join(lines, "\n"))
	return err
}

// completionTime is how long a shell waits for the names of groups.
const completionTime = 2 * time.Second

// complete offers the names of groups to the shell.
func (q *queryFlags) complete(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), completionTime)
	defer cancel()
	c, err := q.connect(ctx, "table")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	in := &api.DescribeLogGroupsRequest{}
	if begun != "" {
		in.LogGroupNamePrefix = api.Some(begun)
	}
	out, err := c.logs().DescribeLogGroups(ctx, in)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for i := range out.LogGroups {
		names = append(names, out.LogGroups[i].LogGroupName.Value)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
