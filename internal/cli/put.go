package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/logs"
)

// Limits of one PutLogEvents (cloudwatch-logs.md §5).
const (
	maxBatchEvents = 10_000
	maxBatchBytes  = 1 << 20
	maxMessage     = maxBatchBytes - logs.EventOverhead
)

func newPut(s streams) *cobra.Command {
	var flags clientFlags
	var create bool
	cmd := &cobra.Command{
		Use: "put GROUP STREAM [FILE...]", Short: "Write lines as events", Args: between(2, -1, "GROUP", "STREAM", "[FILE...]"),
		Long: `Write each line of the files, or of standard input, as an event with the time at which it was read. Lines of a
pipe are sent at least once a second. Empty lines are left out; a line longer than an event may be is sent in parts.`,
		Example: `  journalctl -f | tailrace put /host/journal web-1 --create
  tailrace put /builds 3.12.0/1 build.log --create`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			p := &putter{logs: c.logs(), group: args[0], stream: args[1], now: time.Now, progress: newProgress(s.err)}
			if create {
				if err := p.create(cmd.Context()); err != nil {
					return explain(err)
				}
			}
			if len(args) == 2 {
				err = p.put(cmd.Context(), s.in)
			}
			for _, name := range args[2:] {
				if err == nil {
					err = p.putFile(cmd.Context(), name)
				}
			}
			p.progress.done("%s", p)
			return explain(err)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&create, "create", false, "create the group and the stream where they are not there")
	return cmd
}

// putter writes lines to one stream.
type putter struct {
	logs          *api.Client
	group, stream string
	now           func() time.Time
	progress      *progress

	batch         []api.InputLogEvent
	size          int
	events, bytes int64
}

func (p *putter) String() string {
	return fmt.Sprintf("%s events, %s in %s of %s", humanCount(p.events), humanSize(p.bytes), p.stream, p.group)
}

// create makes the group and the stream; that they are there already is no error.
func (p *putter) create(ctx context.Context) error {
	exists := func(err error) bool { return errors.As(err, new(*api.ResourceAlreadyExistsException)) }
	if err := p.logs.CreateLogGroup(ctx, &api.CreateLogGroupRequest{LogGroupName: p.group}); err != nil && !exists(err) {
		return err
	}
	err := p.logs.CreateLogStream(ctx, &api.CreateLogStreamRequest{LogGroupName: p.group, LogStreamName: p.stream})
	if exists(err) {
		return nil
	}
	return err
}

func (p *putter) putFile(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return p.put(ctx, f)
}

// put sends every line of r; what was read is sent when the context ends, too.
func (p *putter) put(ctx context.Context, r io.Reader) error {
	lines, ended := make(chan []byte, 1024), make(chan error, 1)
	go func() {
		ended <- readLines(ctx, r, lines)
		close(lines)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return errors.Join(p.flush(context.WithoutCancel(ctx)), <-ended)
			}
			if err := p.add(ctx, line); err != nil {
				return err
			}
		case <-tick.C:
			if err := p.flush(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return p.flush(context.WithoutCancel(ctx))
		}
	}
}

// readLines sends lines without their ends, each in its own memory and none longer than an event may be.
func readLines(ctx context.Context, r io.Reader, lines chan<- []byte) error {
	in := bufio.NewReaderSize(r, maxMessage)
	for {
		line, err := in.ReadSlice('\n')
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			select {
			case lines <- bytes.Clone(line):
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

func (p *putter) add(ctx context.Context, line []byte) error {
	line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	for len(line) > 0 {
		part := line[:min(len(line), maxMessage)]
		line = line[len(part):]
		if len(p.batch) == maxBatchEvents || p.size+len(part)+logs.EventOverhead > maxBatchBytes {
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
		p.batch = append(p.batch, api.InputLogEvent{Timestamp: p.now().UnixMilli(), Message: part})
		p.size += len(part) + logs.EventOverhead
	}
	return nil
}

func (p *putter) flush(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	// The clock may have stepped back; a batch must be in order of time.
	for i := 1; i < len(p.batch); i++ {
		p.batch[i].Timestamp = max(p.batch[i].Timestamp, p.batch[i-1].Timestamp)
	}
	_, err := p.logs.PutLogEvents(ctx, &api.PutLogEventsRequest{LogGroupName: p.group, LogStreamName: p.stream, LogEvents: p.batch})
	if err != nil {
		return err
	}
	p.events += int64(len(p.batch))
	p.bytes += int64(p.size - len(p.batch)*logs.EventOverhead)
	p.batch, p.size = p.batch[:0], 0
	p.progress.show("%s", p)
	return nil
}
