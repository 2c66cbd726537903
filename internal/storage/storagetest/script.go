package storagetest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tailrace/internal/catalog"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
	"tailrace/internal/storage/compaction"
	"tailrace/internal/vfs"
)

// Script runs an engine script and returns it with the output of each command. A script is a sequence of blocks with an
// empty line between them, each a command with its lines of input, a line "----", and the output:
//
//	append app/web
//	1000 GET /
//	----
//	ok position=1
//
// Four segments of a tier are merged, and 600 bytes of messages make a segment that stays, or one of a group's own, 500 one of a window's own.
//
// Lines that begin with "#" are comments. The commands are the entries of commands.
func Script(t testing.TB, text string) string {
	r := &runner{Store: New(t, storage.Options{
		Manual: true, ReclaimShare: 0.3,
		Compaction: compaction.Options{FanOut: 4, SegmentBytes: 600, OwnBytes: 600, PieceBytes: 500},
	})}
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		input, _, _ := strings.Cut(block+"\n", "----\n")
		out.WriteString(input)
		var lines []string
		for line := range strings.Lines(input) {
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, strings.TrimSuffix(line, "\n"))
			}
		}
		if len(lines) == 0 {
			continue
		}
		result := r.run(lines)
		out.WriteString("----\n" + result)
		if result != "" && !strings.HasSuffix(result, "\n") {
			out.WriteString("\n")
		}
	}
	return out.String()
}

type runner struct {
	*Store
	walk  catalog.StreamQuery
	epoch uint64
}

// args are a command's words: the first, those with "=" by name, and flags.
type args struct {
	target string
	named  map[string]string
	lines  []string
}

func (a args) has(name string) bool { _, ok := a.named[name]; return ok }

func (a args) number(name string, def int64) int64 {
	n, err := strconv.ParseInt(a.named[name], 10, 64)
	if err != nil {
		return def
	}
	return n
}

var commands = map[string]func(*runner, args) string{
	"append":        (*runner).append,       // append GROUP/STREAM: lines "TIME MESSAGE"; fill=N COUNT events of one second each
	"create":        (*runner).create,       // create GROUP/STREAM
	"flush":         (*runner).flush,        // flush
	"crash":         (*runner).crash,        // crash unsynced=lost|kept|torn
	"open":          (*runner).open,         // open after a crash
	"reopen":        (*runner).reopen,       // stop cleanly and open
	"scan":          (*runner).scan,         // scan GROUP[/STREAM] [prefix=] [start=] [end=] [match=] [limit=] [reverse]
	"streams":       (*runner).streams,      // streams GROUP [order=event] [limit=] [descending]: one page
	"next":          (*runner).next,         // next: the page that follows
	"delete-stream": (*runner).deleteStream, // delete-stream GROUP/STREAM
	"delete-group":  (*runner).deleteGroup,  // delete-group GROUP
	"retention":     (*runner).retention,    // retention GROUP days=
	"clock":         (*runner).clock,        // clock DURATION: moves the clock
	"reclaim":       (*runner).reclaim,      // reclaim
	"compact":       (*runner).compact,      // compact: all merges that are due
	"segments":      (*runner).segments,     // segments: the live set
	"files":         (*runner).files,        // files DIR
	"space":         (*runner).space,        // space BYTES: room left on the disk; -1: no bound
	"fault":         (*runner).fault,        // fault OP file=SUFFIX error=io|full: until "fault none"
	"flip":          (*runner).flip,         // flip FILE at=
	"stats":         (*runner).stats,        // stats: damage, head, dirty streams
	"late-commit":   (*runner).lateCommit,   // late-commit on|off: commits happen and answer an error
}

func (r *runner) run(lines []string) string {
	words := strings.Fields(lines[0])
	a := args{named: map[string]string{}, lines: lines[1:]}
	for _, w := range words[1:] {
		name, value, ok := strings.Cut(w, "=")
		if !ok && a.target == "" {
			a.target = w
			continue
		}
		a.named[name] = value
	}
	command := commands[words[0]]
	if command == nil {
		return "unknown command"
	}
	return command(r, a)
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	for _, known := range []error{storage.ErrUnavailable, storage.ErrWalkExpired, catalog.ErrNotFound, catalog.ErrExists, vfs.ErrNoSpace, syscall.EIO} {
		if errors.Is(err, known) {
			return "error: " + known.Error()
		}
	}
	return "error: " + err.Error()
}

func (r *runner) append(a args) string {
	group, stream, _ := strings.Cut(a.target, "/")
	var events []logs.Event
	for _, line := range a.lines {
		when, message, _ := strings.Cut(line, " ")
		ms, err := strconv.ParseInt(when, 10, 64)
		if err != nil {
			return "error: " + err.Error()
		}
		events = append(events, logs.Event{Timestamp: ms, Message: []byte(message)})
	}
	for i := range a.number("fill", 0) {
		events = append(events, logs.Event{Timestamp: a.number("from", 0) + 1000*i, Message: fmt.Appendf(nil, "event %d of %s", i, stream)})
	}
	id, err := r.Append(group, stream, events...)
	if err != nil {
		return outcome(err)
	}
	return fmt.Sprintf("ok position=%d", id.Request)
}

func (r *runner) create(a args) string {
	group, stream, _ := strings.Cut(a.target, "/")
	_, err := r.Stream(group, stream)
	return outcome(err)
}

func (r *runner) flush(args) string { return outcome(r.Engine.Flush(context.Background())) }

func (r *runner) crash(a args) string {
	fates := map[string]vfs.Fate{"lost": vfs.Lost, "kept": vfs.Kept, "torn": vfs.Torn}
	r.Crash(vfs.Crash{Unsynced: fates[a.named["unsynced"]], Seed: uint64(a.number("seed", 1))})
	return ""
}

func (r *runner) open(args) string {
	if err := r.TryOpen(); err != nil {
		return outcome(err)
	}
	return r.recovered()
}

func (r *runner) reopen(args) string {
	if err := r.Reopen(); err != nil {
		return outcome(err) + "\n" + r.recovered()
	}
	return r.recovered()
}

func (r *runner) recovered() string {
	rec := r.Engine.Stats().Recovery
	return fmt.Sprintf("replayed events=%d forgotten=%d orphans=%d lost=%d", rec.Events, rec.Forgotten, rec.Orphans, rec.WAL.Lost)
}

func (r *runner) scan(a args) string {
	group, stream, one := strings.Cut(a.target, "/")
	q := storage.Query{
		Range:        logs.TimeRange{Start: a.number("start", 0), End: a.number("end", logs.AllTime.End)},
		StreamPrefix: a.named["prefix"], Reverse: a.has("reverse"), Limit: int(a.number("limit", 0)),
	}
	if one {
		s, err := r.Engine.Stream(context.Background(), r.Group(group).ID, stream)
		if err != nil {
			return outcome(err)
		}
		q.Streams = []logs.StreamID{s.ID}
	}
	if match := a.named["match"]; match != "" {
		q.Match = func(message []byte) bool { return strings.Contains(string(message), match) }
	}
	events, err := r.Scan(group, q)
	if a.has("count") {
		return fmt.Sprintf("%d events %s", len(events), outcome(err))
	}
	var out strings.Builder
	for _, e := range events {
		if !one {
			out.WriteString(e.Stream + " ")
		}
		fmt.Fprintf(&out, "%d %s\n", e.ID.Timestamp, e.Message)
	}
	if err != nil {
		out.WriteString(outcome(err))
	}
	return out.String()
}

func (r *runner) streams(a args) string {
	r.walk = catalog.StreamQuery{Group: r.Group(a.target).ID, Prefix: a.named["prefix"], Descending: a.has("descending"), Limit: int(a.number("limit", 50))}
	if a.named["order"] == "event" {
		r.walk.Order = catalog.ByLastEvent
	}
	r.epoch = 0
	return r.next(a)
}

func (r *runner) next(args) string {
	page, err := r.Engine.ListStreams(context.Background(), r.walk, r.epoch)
	if err != nil {
		return outcome(err)
	}
	var out strings.Builder
	for _, s := range page.Streams {
		fmt.Fprintf(&out, "%s events=%d bytes=%d first=%d last=%d\n", s.Name, s.Stats.Events, s.Stats.Bytes, s.Stats.FirstEvent, s.Stats.LastEvent)
	}
	if page.Next == nil {
		return out.String() + "end"
	}
	r.walk.After, r.epoch = page.Next, page.Epoch
	return out.String() + "more"
}

func (r *runner) deleteStream(a args) string {
	group, stream, _ := strings.Cut(a.target, "/")
	return outcome(r.DeleteStream(group, stream))
}

func (r *runner) deleteGroup(a args) string { return outcome(r.DeleteGroup(a.target)) }

func (r *runner) retention(a args) string {
	return outcome(r.Catalog.SetRetention(context.Background(), r.Group(a.target).ID, int32(a.number("days", 0))))
}

func (r *runner) clock(a args) string {
	d, err := time.ParseDuration(a.target)
	r.Time = r.Time.Add(d)
	return outcome(err)
}

func (r *runner) reclaim(args) string {
	before := r.Engine.Stats()
	err := r.Engine.Reclaim(context.Background())
	after := r.Engine.Stats()
	dropped, _ := r.Catalog.DroppedStreams(context.Background())
	return fmt.Sprintf("%s rewritten=%d removed=%d dropped-streams=%d", outcome(err), after.Rewrites-before.Rewrites, after.Removals-before.Removals, len(dropped))
}

func (r *runner) compact(args) string {
	before := r.Engine.Stats()
	err := r.Engine.Compact(context.Background())
	after := r.Engine.Stats()
	return fmt.Sprintf("%s merges=%d segments=%d", outcome(err), after.Merges-before.Merges, after.Segments)
}

func (r *runner) segments(args) string {
	live, flushed, err := r.Catalog.LiveSegments(context.Background())
	if err != nil {
		return outcome(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "flushed=%d\n", flushed)
	for _, s := range live {
		fmt.Fprintf(&out, "%s", s.Object)
		for _, g := range s.Groups {
			fmt.Fprintf(&out, " [rows=%d bytes=%d %d..%d]", g.Rows, g.Bytes, g.FirstEvent, g.LastEvent)
		}
		out.WriteString("\n")
	}
	return out.String()
}

func (r *runner) files(a args) string { return strings.Join(r.Files(a.target), "\n") }

func (r *runner) space(a args) string {
	n, err := strconv.ParseInt(a.target, 10, 64)
	if n >= 0 {
		n += r.Disk.Used()
	}
	r.Disk.SetSpace(n)
	return outcome(err)
}

func (r *runner) fault(a args) string {
	if a.target == "none" {
		r.Power.SetFault(nil)
		return ""
	}
	cause := error(syscall.EIO)
	if a.named["error"] == "full" {
		cause = vfs.ErrNoSpace
	}
	r.Power.SetFault(func(op vfs.Op) error {
		if op.Kind.String() == a.target && strings.HasSuffix(op.Name, a.named["file"]) {
			return &pathError{op.Name, cause}
		}
		return nil
	})
	return ""
}

type pathError struct {
	name  string
	cause error
}

func (e *pathError) Error() string { return path.Base(e.name) + ": " + e.cause.Error() }
func (e *pathError) Unwrap() error { return e.cause }

func (r *runner) flip(a args) string {
	r.Flip(a.target, a.number("at", 0))
	return ""
}

func (r *runner) stats(args) string {
	s := r.Engine.Stats()
	return fmt.Sprintf("head events=%d segments=%d dirty=%d damaged=%d walks=%d group-bytes=%d", s.HeadEvents, s.Segments, s.DirtyStreams, s.DamageCount, s.Walks, r.groupBytes())
}

func (r *runner) groupBytes() (sum int64) {
	for _, g := range r.groups {
		sum += r.Engine.GroupBytes(g.ID)
	}
	return sum
}

func (r *runner) lateCommit(a args) string {
	r.Late(nil)
	if a.target == "on" {
		r.Late(syscall.EIO)
	}
	return ""
}
