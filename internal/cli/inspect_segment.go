package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tailrace/internal/storage"
	"tailrace/internal/storage/segment"
	"tailrace/internal/vfs"
)

func newInspectSegment(s streams) *cobra.Command {
	var data, output string
	var runs, blocks bool
	cmd := &cobra.Command{
		Use: "segment [FILE...]", Short: "Show what segments hold and what their bytes are spent on",
		Long: `Show segments: the files named, or those of a data directory, whether they count (inspect catalog --segments) or not. Only the
end of a file is read and checked; "tailrace verify" reads all of it.

Beside a running server a file may be gone before it is opened: it was expired or compacted. With files named that is an error.`,
		Example: `  tailrace inspect segment --data /srv/tailrace
  tailrace inspect segment /srv/tailrace/segments/0000000000000012.parquet --runs --blocks`,
		Args: between(0, -1, "[FILE...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			files := args
			if len(args) == 0 {
				dir, err := directoryOf(cmd, nil, data)
				if err != nil {
					return err
				}
				if files, err = segmentFiles(dir); err != nil {
					return err
				}
			} else if cmd.Flags().Changed("data") {
				return badUsage("tailrace inspect segment: want FILE or --data, got both")
			}
			return inspectSegments(s, output, files, len(args) > 0, runs, blocks)
		},
	}
	dataFlag(cmd, &data)
	jsonFlag(cmd, &output)
	cmd.Flags().BoolVar(&runs, "runs", false, "show what each holds of each stream")
	cmd.Flags().BoolVar(&blocks, "blocks", false, "show each block with the sizes of its pages")
	return cmd
}

func segmentFiles(dir string) (files []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, storage.SegmentDir))
	for _, e := range entries {
		if _, finished, ours := storage.ParseObject(e.Name()); ours && finished {
			files = append(files, filepath.Join(dir, storage.SegmentDir, e.Name()))
		}
	}
	return files, err
}

// segmentLine is a segment as JSON shows it; times are epoch milliseconds.
type segmentLine struct {
	File         string             `json:"file"`
	Error        string             `json:"error,omitempty"`
	Bytes        int64              `json:"bytes"`
	Version      int                `json:"version,omitempty"`
	Events       int64              `json:"events"`
	Groups       int                `json:"groups"`
	Streams      int                `json:"streams"`
	Blocks       int                `json:"blocks"`
	RowGroups    int                `json:"rowGroups"`
	MessageBytes int64              `json:"messageBytes"`
	Ratio        float64            `json:"ratio"` // bytes of messages / bytes of the file
	First        int64              `json:"firstEvent"`
	Last         int64              `json:"lastEvent"`
	Parts        []segmentPart      `json:"parts,omitempty"`
	RunList      []segmentRun       `json:"runList,omitempty"`
	BlockList    []segmentBlockLine `json:"blockList,omitempty"`
}

// segmentPart is a column or another part of the file.
type segmentPart struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Raw   int64  `json:"rawBytes,omitempty"` // unpacked
}

type segmentRun struct {
	Group  uint64 `json:"group"`
	Stream uint64 `json:"stream"`
	Names  string `json:"name"` // group and stream
	Events int64  `json:"events"`
	Bytes  int64  `json:"messageBytes"`
	First  int64  `json:"firstEvent"`
	Last   int64  `json:"lastEvent"`
}

type segmentBlockLine struct {
	FirstRow int64   `json:"firstRow"`
	Events   int64   `json:"events"`
	First    int64   `json:"firstEvent"` // time of its first row
	Offset   int64   `json:"offset"`
	Messages int64   `json:"messageBytes"`
	Pages    []int64 `json:"pageBytes"` // in the order of the columns in parts
}

func inspectSegments(s streams, form string, files []string, named, runs, blocks bool) error {
	list, broken := []segmentLine{}, 0
	for _, name := range files {
		line, err := inspectSegment(name, runs, blocks)
		switch {
		case errors.Is(err, os.ErrNotExist) && !named:
			continue // compacted since it was listed
		case err != nil:
			broken++
			line.Error = err.Error()
		}
		list = append(list, line)
	}
	if form == "json" {
		if err := printValue(s, map[string]any{"segments": list}); err != nil {
			return err
		}
	} else if err := printSegments(s, list, named); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%s cannot be read; `tailrace verify` checks the others whole", plural(int64(broken), "segment"))
	}
	return nil
}

func inspectSegment(name string, runs, blocks bool) (line segmentLine, err error) {
	line.File = name
	f, err := vfs.OS().Open(name)
	if err != nil {
		return line, err
	}
	defer func() { _ = f.Close() }() // only read
	if line.Bytes, err = f.Size(); err != nil {
		return line, err
	}
	r, err := segment.Open(f, line.Bytes)
	if err != nil {
		return line, err
	}
	meta, layout := r.Meta(), r.Layout()
	line.Version, line.Events, line.Groups, line.Streams = layout.Version, meta.Rows, len(meta.Groups), len(r.All())
	line.Blocks, line.RowGroups = len(layout.Blocks), layout.RowGroups
	for i, g := range meta.Groups {
		line.MessageBytes += g.Bytes
		if i == 0 || g.FirstEvent < line.First {
			line.First = g.FirstEvent
		}
		line.Last = max(line.Last, g.LastEvent)
	}
	line.Ratio = float64(line.MessageBytes) / float64(max(line.Bytes, 1))
	line.Parts = segmentParts(&layout)
	if runs {
		for _, run := range r.All() {
			line.RunList = append(line.RunList, segmentRun{
				uint64(run.Group), uint64(run.Stream.Stream), run.GroupName + " " + run.StreamName, run.Rows, run.Bytes, run.FirstEvent, run.LastEvent,
			})
		}
	}
	if blocks {
		for _, b := range layout.Blocks {
			line.BlockList = append(line.BlockList, segmentBlockLine{b.FirstRow, b.Rows, b.First.Timestamp, b.Offset, b.Messages, b.Bytes})
		}
	}
	return line, nil
}

func segmentParts(l *segment.Layout) []segmentPart {
	var parts []segmentPart
	for _, c := range l.Columns {
		parts = append(parts, segmentPart{c.Name, c.Bytes, c.Raw})
	}
	return append(parts, segmentPart{"names and ids", l.Keys, 0}, segmentPart{"page index", l.PageIndex, 0},
		segmentPart{"directory", l.Directory, 0}, segmentPart{"footer", l.Footer, 0})
}

// printSegments prints a table of segments, and of those that were named each in full.
func printSegments(s streams, list []segmentLine, named bool) error {
	t := table{heading: []string{"FILE", ">SIZE", ">MESSAGES", ">RATIO", ">EVENTS", ">GROUPS", ">STREAMS", ">BLOCKS", "FIRST EVENT", "LAST EVENT"}}
	sum := segmentLine{}
	for i := range list {
		l := &list[i]
		if l.Error != "" {
			t.add(filepath.Base(l.File), humanSize(l.Bytes), "", "", "", "", "", "", l.Error, "")
			continue
		}
		t.add(filepath.Base(l.File), humanSize(l.Bytes), humanSize(l.MessageBytes), fmt.Sprintf("%.1f", l.Ratio), humanCount(l.Events),
			fmt.Sprint(l.Groups), humanCount(int64(l.Streams)), humanCount(int64(l.Blocks)), eventTime(l.First), eventTime(l.Last))
		sum.Bytes += l.Bytes
		sum.MessageBytes += l.MessageBytes
		sum.Events += l.Events
		sum.Parts = addParts(sum.Parts, l.Parts)
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	if !named || len(list) != 1 {
		fmt.Fprintf(s.out, "%s, %s, %s of messages in %s.\n", plural(int64(len(list)), "segment"), plural(sum.Events, "event"), humanSize(sum.MessageBytes), humanSize(sum.Bytes))
	}
	if err := printParts(s, sum.Parts, sum.Bytes); err != nil {
		return err
	}
	for i := range list {
		if err := printSegmentLists(s, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func addParts(sum, parts []segmentPart) []segmentPart {
	if sum == nil {
		sum = make([]segmentPart, len(parts))
	}
	for i, p := range parts {
		sum[i].Name = p.Name
		sum[i].Bytes += p.Bytes
		sum[i].Raw += p.Raw
	}
	return sum
}

func printParts(s streams, parts []segmentPart, whole int64) error {
	if len(parts) == 0 {
		return nil
	}
	t := table{heading: []string{"PART", ">SIZE", ">SHARE", ">UNPACKED"}}
	for _, p := range parts {
		raw := ""
		if p.Raw > 0 {
			raw = humanSize(p.Raw)
		}
		t.add(p.Name, humanSize(p.Bytes), fmt.Sprintf("%.1f %%", 100*float64(p.Bytes)/float64(max(whole, 1))), raw)
	}
	fmt.Fprintln(s.out)
	return t.print(s.out)
}

// printSegmentLists prints the runs and blocks of a segment, if they were asked for.
func printSegmentLists(s streams, l *segmentLine) error {
	if len(l.RunList) > 0 {
		t := table{heading: []string{">GROUP", ">STREAM", "NAME", ">EVENTS", ">MESSAGES", "FIRST EVENT", "LAST EVENT"}}
		for _, r := range l.RunList {
			t.add(fmt.Sprint(r.Group), fmt.Sprint(r.Stream), r.Names, humanCount(r.Events), humanSize(r.Bytes), eventTime(r.First), eventTime(r.Last))
		}
		fmt.Fprintf(s.out, "\nRuns of %s\n", filepath.Base(l.File))
		if err := t.print(s.out); err != nil {
			return err
		}
	}
	if len(l.BlockList) == 0 {
		return nil
	}
	t := table{heading: []string{">ROW", ">EVENTS", "FIRST EVENT", ">OFFSET", ">MESSAGES"}}
	for _, p := range l.Parts[:len(l.BlockList[0].Pages)] {
		t.heading = append(t.heading, ">"+strings.ToUpper(p.Name))
	}
	for _, b := range l.BlockList {
		cells := []string{fmt.Sprint(b.FirstRow), fmt.Sprint(b.Events), eventTime(b.First), fmt.Sprint(b.Offset), fmt.Sprint(b.Messages)}
		for _, n := range b.Pages {
			cells = append(cells, fmt.Sprint(n))
		}
		t.add(cells...)
	}
	fmt.Fprintf(s.out, "\nBlocks of %s, in bytes\n", filepath.Base(l.File))
	return t.print(s.out)
}
