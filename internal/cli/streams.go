package cli

import (
	"context"
	"fmt"

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
				return usageError{fmt.Errorf("--order %q: want name or last-event", order)}
			}
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			all, err := allStreams(cmd.Context(), c.logs(), in, limit)
			if err != nil {
				return explain(err)
			}
			return printStreams(s, flags.output, all)
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

// allStreams follows the pages until there are limit streams (0: all).
func allStreams(ctx context.Context, logs *api.Client, in *api.DescribeLogStreamsRequest, limit int) ([]api.LogStream, error) {
	var all []api.LogStream
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

func printStreams(s streams, form string, all []api.LogStream) error {
	if form == "json" {
		return printJSON(s, &api.DescribeLogStreamsResponse{LogStreams: all})
	}
	t := table{heading: []string{"STREAM", "FIRST EVENT", "LAST EVENT", "LAST INGESTION"}}
	for i := range all {
		x := &all[i]
		t.add(x.LogStreamName.Value, humanTime(x.FirstEventTimestamp.Value), humanTime(x.LastEventTimestamp.Value), humanTime(x.LastIngestionTime.Value))
	}
	return t.print(s.out)
}
