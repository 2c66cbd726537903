package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/filterpattern"
)

func newFilter(s streams) *cobra.Command {
	var flags clientFlags
	var when span
	var limit int
	var prefix string
	var names []string
	cmd := &cobra.Command{
		Use: "filter GROUP [PATTERN]", Short: "Search the events of a group", Args: between(1, 2, "GROUP", "[PATTERN]"),
		Long: `Search the events of a group with a filter pattern of CloudWatch Logs, in order of time over all streams:

  ERROR timeout            both terms, anywhere in the message
  ?ERROR ?WARN             one of them
  ERROR -Exiting           the one without the other
  "connection reset"       a phrase
  %status=5[0-9]{2}%       a regular expression
  { $.status >= 500 }      a field of a JSON message
  [ip, user, ..., status=5*, size]   a field of a message of words`,
		Example: `  tailrace filter /app/web '{ $.status = 500 }' --since 1h`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in := &api.FilterLogEventsRequest{LogGroupName: api.Some(args[0]), LogStreamNames: names}
			if len(args) == 2 {
				in.FilterPattern = api.Some(args[1])
			}
			if prefix != "" {
				in.LogStreamNamePrefix = api.Some(prefix)
			}
			if err := checkLimit(limit); err != nil {
				return err
			}
			var err error
			if in.StartTime, in.EndTime, err = when.bounds(time.Now()); err != nil {
				return err
			}
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			n, err := filter(cmd.Context(), s, c.logs(), in, flags.output, limit)
			if err != nil {
				return c.explain(pointOutPattern(in.FilterPattern.Value, err))
			}
			return noteNone(s, flags.output, n, "No event matches.")
		},
	}
	flags.add(cmd)
	when.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", 0, "how many events at most; 0: all")
	cmd.Flags().StringVar(&prefix, "stream-prefix", "", "only streams whose name begins so")
	cmd.Flags().StringArrayVar(&names, "stream", nil, "only this stream; may stand more than once")
	return cmd
}

// pointOutPattern adds what is wrong with a pattern to the API's answer, which is the same for all.
func pointOutPattern(text string, err error) error {
	_, wrong := filterpattern.Parse(text)
	why, ok := errors.AsType[*filterpattern.SyntaxError](wrong)
	if !ok || !errors.As(err, new(*api.InvalidParameterException)) {
		return err
	}
	at := utf8.RuneCountInString(text[:why.Offset])
	return fmt.Errorf("%w: %s\n%s", err, why.Reason, mark(text, at, at+1))
}

// filter prints pages as they come and returns how many events there were; JSON is one document and waits for the last.
func filter(ctx context.Context, s streams, logs *api.Client, in *api.FilterLogEventsRequest, form string, limit int) (n int, err error) {
	all := &api.FilterLogEventsResponse{Events: []api.FilteredLogEvent{}}
	for {
		if limit > 0 {
			in.Limit = api.Some(int32(min(limit-n, maxEvents)))
		}
		out, err := logs.FilterLogEvents(ctx, in)
		if err != nil {
			return n, err
		}
		n += len(out.Events)
		if form == "json" {
			all.Events = append(all.Events, out.Events...)
		} else if err := printFiltered(s, out.Events); err != nil {
			return n, err
		}
		if in.NextToken = out.NextToken; !out.NextToken.Set || limit > 0 && n >= limit {
			break
		}
	}
	if form == "json" {
		return n, printJSON(s, all)
	}
	return n, nil
}

func printFiltered(s streams, events []api.FilteredLogEvent) error {
	w := bufio.NewWriter(s.out)
	for i := range events {
		e := &events[i]
		fmt.Fprintf(w, "%s  %s  %s\n", eventTime(e.Timestamp), e.LogStreamName, bytes.TrimRight(e.Message, "\r\n"))
	}
	return w.Flush()
}
