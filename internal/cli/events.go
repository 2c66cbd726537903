package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
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
			if err := checkLimit(limit); err != nil {
				return err
			}
			if follow && (flags.output == "json" || when.until != "") {
				return badUsage("--follow prints lines as they come, for ever: leave out --output json and --until")
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
			return c.explain(reader.run(cmd.Context(), s, flags.output, follow))
		},
	}
	flags.add(cmd)
	when.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", 0, "how many events at most: the newest, or with --head the oldest; 0: all that --since and --until hold, else 100")
	cmd.Flags().BoolVar(&head, "head", false, "from the oldest on")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what arrives until interrupted")
	return cmd
}

// eventReader reads one stream page by page. The next page is the request's token away.
type eventReader struct {
	logs  *api.Client
	in    *api.GetLogEventsRequest
	limit int // 0: all
	head  bool
}

// run prints pages as they come; JSON is one document and waits for the last.
func (r *eventReader) run(ctx context.Context, s streams, form string, follow bool) error {
	all := &api.GetLogEventsResponse{Events: []api.OutputLogEvent{}}
	use := func(page []api.OutputLogEvent) error { return printEvents(s, page) }
	if form == "json" {
		use = func(page []api.OutputLogEvent) error {
			all.Events = append(all.Events, page...)
			return nil
		}
	}
	read := r.forward
	if !r.head {
		read = r.newest
	}
	if err := read(ctx, use); err != nil {
		return err
	}
	if form == "json" {
		return printJSON(s, all)
	}
	if !follow {
		return nil
	}
	return r.follow(ctx, use)
}

// forward reads from the oldest event on, to the end or the limit.
func (r *eventReader) forward(ctx context.Context, use func([]api.OutputLogEvent) error) error {
	r.in.StartFromHead = api.Some(true)
	for n := 0; r.limit == 0 || n < r.limit; {
		r.in.Limit = api.Some(r.pageLimit(n))
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if err != nil {
			return err
		}
		if err := use(out.Events); err != nil {
			return err
		}
		n += len(out.Events)
		ended := out.NextForwardToken == r.in.NextToken
		if r.in.NextToken = out.NextForwardToken; ended {
			break
		}
	}
	return nil
}

// newest reads the last events, going back page by page, and leaves the token at the end of the stream.
func (r *eventReader) newest(ctx context.Context, use func([]api.OutputLogEvent) error) error {
	var pages [][]api.OutputLogEvent
	var end api.Opt[string]
	for n := 0; n < r.limit; {
		r.in.Limit = api.Some(r.pageLimit(n))
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if err != nil {
			return err
		}
		if !end.Set {
			end = out.NextForwardToken
		}
		pages, n = append(pages, out.Events), n+len(out.Events)
		began := out.NextBackwardToken == r.in.NextToken
		if r.in.NextToken = out.NextBackwardToken; began {
			break
		}
	}
	r.in.NextToken = end
	for _, page := range slices.Backward(pages) {
		if err := use(page); err != nil {
			return err
		}
	}
	return nil
}

func (r *eventReader) pageLimit(have int) int32 {
	if r.limit == 0 {
		return maxEvents
	}
	return int32(min(r.limit-have, maxEvents))
}

// follow goes on after the token, asking every half second, and at once while there is more.
func (r *eventReader) follow(ctx context.Context, use func([]api.OutputLogEvent) error) error {
	r.in.Limit, r.in.StartFromHead = api.Opt[int32]{}, api.Some(true)
	for {
		out, err := r.logs.GetLogEvents(ctx, r.in)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // interrupted: that is how following ends
		} else if err != nil {
			return err
		}
		r.in.NextToken = out.NextForwardToken
		if err := use(out.Events); err != nil {
			return err
		}
		if len(out.Events) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// printEvents prints one event a line: its time, then its message without the line end that some carry.
func printEvents(s streams, all []api.OutputLogEvent) error {
	w := bufio.NewWriter(s.out)
	for i := range all {
		fmt.Fprintf(w, "%s  %s\n", eventTime(all[i].Timestamp), bytes.TrimRight(all[i].Message, "\r\n"))
	}
	return w.Flush()
}
