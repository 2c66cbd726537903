package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

func newStreams(s streams) *cobra.Command {
	var flags clientFlags
	var prefix, order string
	var descending bool
	var limit int
	cmd := &cobra.Command{
		Use: "streams GROUP", Short: "List the streams of a group", Args: exactly("GROUP"),
		Example: `  tailrace streams /app/web
  tailrace streams /app/web --order last-event --desc --limit 10`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in := &api.DescribeLogStreamsRequest{LogGroupName: api.Some(args[0]), Descending: api.Some(descending)}
			if prefix != "" {
				in.LogStreamNamePrefix = api.Some(prefix)
			}
			switch order {
			case "name":
			case "last-event":
				in.OrderBy = api.Some(api.OrderByLastEventTime)
			default:
				return badUsage("--order %q: want name or last-event", order)
			}
			if err := checkLimit(limit); err != nil {
				return err
			}
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			all, err := allStreams(cmd.Context(), c.logs(), in, limit)
			if err != nil {
				return c.explain(err)
			}
			if err := printStreams(s, flags.output, all); err != nil {
				return err
			}
			return noteNone(s, flags.output, len(all), "There are no such streams in %s.", args[0])
		},
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.StringVar(&prefix, "prefix", "", "only streams whose name begins so")
	f.StringVar(&order, "order", "name", "name or last-event")
	f.BoolVar(&descending, "desc", false, "from the last to the first")
	f.IntVar(&limit, "limit", 0, "how many at most; 0: all")
	return cmd
}

func checkLimit(limit int) error {
	if limit < 0 {
		return badUsage("--limit %d: want 0 or more", limit)
	}
	return nil
}

// allStreams follows the pages until there are limit streams (0: all).
func allStreams(ctx context.Context, logs *api.Client, in *api.DescribeLogStreamsRequest, limit int) ([]api.LogStream, error) {
	all := []api.LogStream{}
	for {
		out, err := logs.DescribeLogStreams(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.LogStreams...)
		if limit > 0 && len(all) >= limit {
			return all[:limit], nil
		}
		if in.NextToken = out.NextToken; !out.NextToken.Set {
			return all, nil
		}
	}
}

// printStreams shows sizes where the server tells them: it may answer 0 for all, as AWS does.
func printStreams(s streams, form string, all []api.LogStream) error {
	if form == "json" {
		return printJSON(s, &api.DescribeLogStreamsResponse{LogStreams: all})
	}
	sized := slices.ContainsFunc(all, func(x api.LogStream) bool { return x.StoredBytes.Value > 0 })
	t := table{heading: []string{"STREAM", "FIRST EVENT", "LAST EVENT", "LAST INGESTION"}}
	if sized {
		t.heading = append(t.heading, ">SIZE")
	}
	for i := range all {
		x := &all[i]
		cells := []string{x.LogStreamName.Value, humanTime(x.FirstEventTimestamp.Value), humanTime(x.LastEventTimestamp.Value), humanTime(x.LastIngestionTime.Value)}
		if sized {
			cells = append(cells, humanSize(x.StoredBytes.Value))
		}
		t.add(cells...)
	}
	return t.print(s.out)
}
