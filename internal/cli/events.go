package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

// maxEvents is the largest page of events that the API gives.
const maxEvents = 10_000

func newEvents(s streams) *cobra.Command {
	var flags clientFlags
	var when span
	var limit int
	var head, follow bool
	cmd := &cobra.Command{
		Use: "events GROUP STREAM", Short: "Read the events of a stream", Args: exactly("GROUP", "STREAM"),
		Long: "Read the events of a stream, the newest 100 unless told otherwise, in order of time.",
		Example: `  tailrace events /app/web i-1 --since 1h
  tailrace events /app/web i-1 --follow`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 0 {
				return usageError{fmt.Errorf("--limit %d: want 0 or more", limit)}
			}
			if follow && flags.output == "json" {
				return usageError{fmt.Errorf("--follow prints lines as they come: leave out --output json")}
			}
			in := &api.GetLogEventsRequest{LogGroupName: api.Some(args[0]), LogStreamName: args[1]}
			var err error
			if in.StartTime, in.EndTime, err = when.bounds(time.Now()); err != nil {
				return err
			}
			if limit == 0 && !head && !in.StartTime.Set && !in.EndTime.Set {
				limit = 100
			}
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			reader := &eventReader{logs: c.logs(), in: in, limit: limit, head: head || limit == 0}
			return explain(reader.run(cmd.Context(), s, flags.output, follow))
		},
	}
	flags.add(cmd)
	when.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", 0, "how many events at most: the newest, or with --head the oldest; 0: all that --since and --until hold, else 100")
	cmd.Flags().BoolVar(&head, "head", false, "from the oldest on")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what arrives until interrupted")
	return cmd
}

// eventReader reads one stream page by page.
type eventReader struct {
	logs  *api.Client
	in    *api.GetLogEventsRequest
	limit int // 0: all
	head  bool
}

func (r *eventReader) run(ctx context.Context, s streams, form string, follow bool) error {
	read := r.forward
	if !r.head {
		read = r.newest
	}
	all, err := read(ctx)
	if err != nil {
		return err
	}
	if form == "json" {
		return printJSON(s, &api.GetLogEventsResponse{Events: all})
	}
	if err := printEvents(s, all); err != nil || !follow {
		return err
	}
	return r.follow(ctx, s)
}

// forward reads from the oldest event on.
func (r *eventReader) forward(ctx context.Context) ([]api.OutputLogEvent, error) {
	r.in.StartFromHead = api.Some(true)
	var all []api.OutputLogEvent
	for {
		r.in.Limit = api.Some(r.pageLimit(len(all)))
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.Events...)
		ended := out.NextForwardToken == r.in.NextToken || len(out.Events) == 0
		r.in.NextToken = out.NextForwardToken
		if ended || r.limit > 0 && len(all) >= r.limit {
			return all, nil
		}
	}
}

// newest reads the last events, going back page by page, and leaves the token at the end of the stream.
func (r *eventReader) newest(ctx context.Context) ([]api.OutputLogEvent, error) {
	var all []api.OutputLogEvent
	var end api.Opt[string]
	for {
		r.in.Limit = api.Some(r.pageLimit(len(all)))
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if err != nil {
			return nil, err
		}
		if !end.Set {
			end = out.NextForwardToken
		}
		all = append(append([]api.OutputLogEvent(nil), out.Events...), all...)
		r.in.NextToken = out.NextBackwardToken
		if len(out.Events) == 0 || len(all) >= r.limit {
			r.in.NextToken = end
			return all, nil
		}
	}
}

func (r *eventReader) pageLimit(have int) int32 {
	if r.limit == 0 {
		return maxEvents
	}
	return int32(min(r.limit-have, maxEvents))
}

// follow prints what arrives after the token, asking every half second.
func (r *eventReader) follow(ctx context.Context, s streams) error {
	r.in.Limit, r.in.StartFromHead = api.Opt[int32]{}, api.Some(true)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		r.in.NextToken = out.NextForwardToken
		if err := printEvents(s, out.Events); err != nil {
			return err
		}
	}
}

// printEvents prints one event a line: its time, then its message without the line end that some carry.
func printEvents(s streams, all []api.OutputLogEvent) error {
	w := bufio.NewWriter(s.out)
	for i := range all {
		fmt.Fprintf(w, "%s  %s\n", humanTime(all[i].Timestamp), bytes.TrimRight(all[i].Message, "\r\n"))
	}
	return w.Flush()
}
