package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"tailrace/internal/api"
	"tailrace/internal/logs"
)

// Bounds of one PutLogEvents (cloudwatch-logs.md §5).
const (
	maxBatchEvents = 10_000
	maxBatchBytes  = 1 << 20
	maxBatchSpan   = 24 * time.Hour
	maxMessage     = maxBatchBytes - logs.EventOverhead
)

// linesAhead is how many lines are read ahead of what is sent; a line takes up to maxMessage bytes.
const linesAhead = 64

// putter writes lines to one stream.
type putter struct {
	logs          *api.Client
	group, stream string
	timeOf        func(line []byte) int64 // epoch milliseconds
	progress      *progress

	batch         []api.InputLogEvent
	size          int
	events, bytes int64 // accepted
	rejected      int64
}

func (p *putter) String() string {
	return fmt.Sprintf("%s, %s, to %s of %s", plural(p.events, "event"), humanSize(p.bytes), p.stream, p.group)
}

// clock gives lines the time at which they are read; it never goes back.
func clock() func([]byte) int64 {
	var last int64
	return func([]byte) int64 {
		last = max(last, time.Now().UnixMilli())
		return last
	}
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

// put sends every line of r; what was read is sent when the context ends, too.
func (p *putter) put(ctx context.Context, r io.Reader) error {
	lines, ended := make(chan []byte, linesAhead), make(chan error, 1)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		ended <- readLines(reading, r, lines)
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
			return p.rest(context.WithoutCancel(ctx), lines)
		}
	}
}

// rest sends what was read before an interrupt.
func (p *putter) rest(ctx context.Context, lines <-chan []byte) error {
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return p.flush(ctx)
			}
			if err := p.add(ctx, line); err != nil {
				return err
			}
		default:
			return p.flush(ctx)
		}
	}
}

// readLines sends lines without their ends, each in its own memory. A line longer than an event may be comes in parts, which
// end between characters.
func readLines(ctx context.Context, r io.Reader, lines chan<- []byte) error {
	in := bufio.NewReaderSize(r, maxMessage)
	var begun []byte // the first bytes of a character that a part ended in
	for {
		part, err := in.ReadSlice('\n')
		part = append(begun, part...)
		begun = nil
		if errors.Is(err, bufio.ErrBufferFull) {
			whole := wholeCharacters(part)
			part, begun = part[:whole:whole], part[whole:]
		} else {
			part = bytes.TrimRight(part, "\r\n")
		}
		if len(part) > 0 {
			select {
			case lines <- part:
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

// wholeCharacters is the length of text without a last character that is not whole.
func wholeCharacters(text []byte) int {
	for i := len(text) - 1; i >= max(len(text)-utf8.UTFMax, 0); i-- {
		if utf8.RuneStart(text[i]) {
			if utf8.FullRune(text[i:]) {
				break
			}
			return i
		}
	}
	return len(text)
}

func (p *putter) add(ctx context.Context, line []byte) error {
	at := p.timeOf(line)
	line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
	for len(line) > 0 {
		part := line
		if len(part) > maxMessage {
			part = part[:wholeCharacters(part[:maxMessage])]
		}
		line = line[len(part):]
		if len(p.batch) == maxBatchEvents || p.size+len(part)+logs.EventOverhead > maxBatchBytes {
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
		p.batch = append(p.batch, api.InputLogEvent{Timestamp: at, Message: part})
		p.size += len(part) + logs.EventOverhead
	}
	return nil
}

// flush sends the batch in order of time, in parts that span no more time than one call may.
func (p *putter) flush(ctx context.Context) error {
	slices.SortStableFunc(p.batch, func(a, b api.InputLogEvent) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	for rest := p.batch; len(rest) > 0; {
		end := rest[0].Timestamp + maxBatchSpan.Milliseconds()
		n := 1
		for n < len(rest) && rest[n].Timestamp < end {
			n++
		}
		if err := p.send(ctx, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	p.batch, p.size = p.batch[:0], 0
	return nil
}

func (p *putter) send(ctx context.Context, events []api.InputLogEvent) error {
	out, err := p.logs.PutLogEvents(ctx, &api.PutLogEventsRequest{LogGroupName: p.group, LogStreamName: p.stream, LogEvents: events})
	if err != nil {
		return err
	}
	accepted := events
	if info := out.RejectedLogEventsInfo; info != nil {
		to := info.TooNewLogEventStartIndex.Or(int32(len(events)))
		from := min(max(info.TooOldLogEventEndIndex.Value, info.ExpiredLogEventEndIndex.Value), to)
		accepted = events[from:to]
	}
	p.events += int64(len(accepted))
	p.rejected += int64(len(events) - len(accepted))
	for i := range accepted {
		p.bytes += int64(len(accepted[i].Message))
	}
	p.progress.show("%s", p)
	return nil
}
