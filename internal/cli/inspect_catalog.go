package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tailrace/internal/catalog"
	"tailrace/internal/catalog/sqlcat"
	"tailrace/internal/catalog/sqlite"
	"tailrace/internal/logs"
	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
)

func newInspectCatalog(s streams) *cobra.Command {
	var data, output string
	var withStreams, withSegments bool
	cmd := &cobra.Command{
		Use: "catalog [DIR]", Short: "Show groups, live segments and counters",
		Long: `Show what the catalog has: groups with the sums of their streams, the segments that count, and its counters: the last ids given
to streams and segments, and the position of the write-ahead log up to which events are in segments ("flushed").

What is shown is a copy that is made in the directory for temporary files (TMPDIR). Beside a running server the statistics of
streams are those of the last flush, up to five minutes old; the server itself answers with the newest.`,
		Example: `  tailrace inspect catalog /srv/tailrace
  tailrace inspect catalog /srv/tailrace --streams --segments --json`,
		Args: between(0, 1, "[DIR]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			dir, err := directoryOf(cmd, args, data)
			if err != nil {
				return err
			}
			view, err := readCatalog(cmd.Context(), dir, withStreams)
			if err != nil {
				return err
			}
			return view.print(s, output, withSegments)
		},
	}
	dataFlag(cmd, &data)
	jsonFlag(cmd, &output)
	cmd.Flags().BoolVar(&withStreams, "streams", false, "show each stream")
	cmd.Flags().BoolVar(&withSegments, "segments", false, "show each live segment")
	return cmd
}

// catalogView is what is shown of a catalog; times are epoch milliseconds.
type catalogView struct {
	Flushed  uint64            `json:"flushed"`
	Counters map[string]uint64 `json:"counters"`
	Dropped  int               `json:"droppedStreams"` // deleted, and events of theirs may lie in segments
	Groups   []catalogGroup    `json:"groups"`
	Streams  []catalogStream   `json:"streams,omitempty"`
	Segments []catalogSegment  `json:"segments"`

	counters []sqlcat.Counter
}

type catalogGroup struct {
	ID        uint64 `json:"id"`
	Name      string `json:"name"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Class     string `json:"class"`
	Retention int32  `json:"retentionDays"`
	Created   int64  `json:"created"`
	Streams   int64  `json:"streams"`
	Events    int64  `json:"events"` // ever given
	Bytes     int64  `json:"messageBytes"`
	First     int64  `json:"firstEvent"`
	Last      int64  `json:"lastEvent"`
}

type catalogStream struct {
	ID            uint64 `json:"id"`
	Group         uint64 `json:"group"`
	Name          string `json:"name"`
	Created       int64  `json:"created"`
	Events        int64  `json:"events"`
	Bytes         int64  `json:"messageBytes"`
	First         int64  `json:"firstEvent"`
	Last          int64  `json:"lastEvent"`
	LastIngestion int64  `json:"lastIngestion"`
	Sequence      uint64 `json:"sequence"`
}

type catalogSegment struct {
	ID     uint64 `json:"id"`
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	Groups int    `json:"groups"`
	Events int64  `json:"events"`
	First  int64  `json:"firstEvent"`
	Last   int64  `json:"lastEvent"`
}

// readCatalog reads a copy of a store's catalog.
func readCatalog(ctx context.Context, dir string, withStreams bool) (v catalogView, err error) {
	if err := snapshot.Find(dir); err != nil {
		return v, explainStore(dir, err)
	}
	scratch, err := os.MkdirTemp("", "tailrace-catalog-")
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	copied := filepath.Join(scratch, storage.CatalogFile)
	if err := sqlite.Copy(ctx, filepath.Join(dir, storage.CatalogFile), copied); err != nil {
		return v, err
	}
	c, err := sqlite.Open(ctx, copied, sqlite.Options{})
	if d, ok := errors.AsType[*sqlite.DamagedError](err); ok {
		return v, &sqlite.DamagedError{File: filepath.Join(dir, storage.CatalogFile), Err: d.Err} // not the copy
	} else if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return v, v.read(ctx, c, withStreams)
}

func (v *catalogView) read(ctx context.Context, c *sqlite.Catalog, withStreams bool) error {
	var err error
	if v.counters, err = c.Counters(ctx); err != nil {
		return err
	}
	v.Counters = map[string]uint64{}
	for _, n := range v.counters {
		v.Counters[n.Name] = n.Value
	}
	dropped, err := c.DroppedStreams(ctx)
	if err != nil {
		return err
	}
	v.Dropped = len(dropped)
	live, flushed, err := c.LiveSegments(ctx)
	if err != nil {
		return err
	}
	v.Flushed = flushed
	v.Segments = []catalogSegment{}
	for i := range live {
		v.Segments = append(v.Segments, segmentOf(&live[i]))
	}
	groups, err := c.AllGroups(ctx)
	if err != nil {
		return err
	}
	sums, err := c.StreamSums(ctx)
	if err != nil {
		return err
	}
	v.Groups = []catalogGroup{}
	for i := range groups {
		g := &groups[i]
		sum := sums[g.ID]
		v.Groups = append(v.Groups, catalogGroup{
			uint64(g.ID), g.Name, g.Scope.Account, g.Scope.Region, g.Class, g.RetentionDays, g.Created, sum.Streams, sum.Events, sum.Bytes, sum.FirstEvent, sum.LastEvent,
		})
		if withStreams {
			if err := v.readStreams(ctx, c, g.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func segmentOf(s *catalog.Segment) catalogSegment {
	out := catalogSegment{ID: uint64(s.ID), File: s.Object, Bytes: s.Size, Groups: len(s.Groups)}
	for i, g := range s.Groups {
		out.Events += g.Rows
		if i == 0 || g.FirstEvent < out.First {
			out.First = g.FirstEvent
		}
		out.Last = max(out.Last, g.LastEvent)
	}
	return out
}

func (v *catalogView) readStreams(ctx context.Context, c *sqlite.Catalog, group logs.GroupID) error {
	const page = 1000
	q := catalog.StreamQuery{Group: group, Limit: page}
	for {
		list, err := c.ListStreams(ctx, q)
		if err != nil {
			return err
		}
		for i := range list {
			s, st := &list[i], &list[i].Stats
			v.Streams = append(v.Streams, catalogStream{
				uint64(s.ID), uint64(s.Group), s.Name, s.Created, st.Events, st.Bytes, st.FirstEvent, st.LastEvent, st.LastIngestion, st.Sequence,
			})
		}
		if len(list) < page {
			return nil
		}
		q.After = &catalog.StreamCursor{Name: list[len(list)-1].Name}
	}
}

func (v *catalogView) print(s streams, form string, withSegments bool) error {
	if form == "json" {
		return printValue(s, v)
	}
	t := table{heading: []string{">ID", "GROUP", "ACCOUNT", "REGION", ">RETENTION", ">STREAMS", ">EVENTS", ">MESSAGES", "FIRST EVENT", "LAST EVENT"}}
	for i := range v.Groups {
		g := &v.Groups[i]
		t.add(fmt.Sprint(g.ID), g.Name, g.Account, g.Region, humanRetention(int64(g.Retention)), humanCount(g.Streams), humanCount(g.Events), humanSize(g.Bytes), humanTime(g.First), humanTime(g.Last))
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	if err := v.printLists(s, withSegments); err != nil {
		return err
	}
	var events, bytes int64
	for i := range v.Segments {
		events += v.Segments[i].Events
		bytes += v.Segments[i].Bytes
	}
	fmt.Fprintf(s.out, "\n%s with %s in %s. Flushed up to record %d.\n", plural(int64(len(v.Segments)), "live segment"), plural(events, "event"), humanSize(bytes), v.Flushed)
	for _, c := range v.counters {
		if c.Name != "flushed" {
			fmt.Fprintf(s.out, "Last id of a %s: %d\n", c.Name, c.Value)
		}
	}
	if v.Dropped > 0 {
		fmt.Fprintf(s.out, "Deleted streams whose events may still take space: %d\n", v.Dropped)
	}
	return nil
}

func (v *catalogView) printLists(s streams, withSegments bool) error {
	if len(v.Streams) > 0 {
		t := table{heading: []string{">GROUP", ">ID", "STREAM", ">EVENTS", ">MESSAGES", "FIRST EVENT", "LAST EVENT", "LAST INGESTION", ">SEQUENCE"}}
		for i := range v.Streams {
			st := &v.Streams[i]
			t.add(fmt.Sprint(st.Group), fmt.Sprint(st.ID), st.Name, humanCount(st.Events), humanSize(st.Bytes), humanTime(st.First), humanTime(st.Last),
				humanTime(st.LastIngestion), fmt.Sprint(st.Sequence))
		}
		fmt.Fprintln(s.out)
		if err := t.print(s.out); err != nil {
			return err
		}
	}
	if !withSegments {
		return nil
	}
	t := table{heading: []string{">ID", "FILE", ">SIZE", ">EVENTS", ">GROUPS", "FIRST EVENT", "LAST EVENT"}}
	for i := range v.Segments {
		g := &v.Segments[i]
		t.add(fmt.Sprint(g.ID), g.File, humanSize(g.Bytes), humanCount(g.Events), fmt.Sprint(g.Groups), humanTime(g.First), humanTime(g.Last))
	}
	fmt.Fprintln(s.out)
	return t.print(s.out)
}
