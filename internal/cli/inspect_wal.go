package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"tailrace/internal/storage"
	"tailrace/internal/storage/head"
	"tailrace/internal/storage/wal"
	"tailrace/internal/vfs"
)

func newInspectWAL(s streams) *cobra.Command {
	var data, output string
	var records bool
	cmd := &cobra.Command{
		Use: "wal [DIR]", Short: "Show the files and records of the write-ahead log",
		Long: `Show the files of the write-ahead log and, with --records, each record: one batch of events of one stream. "inspect catalog
--streams" tells which group and stream an id is.

Beside a running server the last file may end in a batch that is being written ("torn": a start would cut it off), and a file
may be gone before it is opened, because its records are in segments by now.`,
		Example: `  tailrace inspect wal /srv/tailrace
  tailrace inspect wal /srv/tailrace --records --json`,
		Args: between(0, 1, "[DIR]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			dir, err := directoryOf(cmd, args, data)
			if err != nil {
				return err
			}
			return inspectWAL(s, output, filepath.Join(dir, storage.LogDir), records)
		},
	}
	dataFlag(cmd, &data)
	jsonFlag(cmd, &output)
	cmd.Flags().BoolVar(&records, "records", false, "show each record")
	return cmd
}

// walFile is a file of the log as JSON shows it.
type walFile struct {
	File    string     `json:"file"`
	Bytes   int64      `json:"bytes"`
	First   uint64     `json:"first"`
	Last    uint64     `json:"last"`
	Records int64      `json:"records"`
	End     int64      `json:"end"` // offset behind the last record
	State   string     `json:"state"`
	Torn    int64      `json:"tornBytes"`
	Refused int64      `json:"refusedBytes"`
	Missing uint64     `json:"missingRecords"` // before this file
	Damage  *walDamage `json:"damage,omitempty"`
}

type walDamage struct {
	Offset int64  `json:"offset"`
	Bytes  int64  `json:"bytes"`
	Lost   uint64 `json:"lostRecords"`
	Error  string `json:"error,omitempty"`
}

// walRecord is a record as JSON shows it.
type walRecord struct {
	Sequence  uint64 `json:"sequence"`
	File      string `json:"file"`
	Offset    int64  `json:"offset"`
	Bytes     int    `json:"bytes"` // of the payload
	Group     uint64 `json:"group"`
	Stream    uint64 `json:"stream"`
	Events    int    `json:"events"`
	First     int64  `json:"firstEvent"` // epoch milliseconds
	Last      int64  `json:"lastEvent"`
	Ingestion int64  `json:"ingestion"`
	Messages  int64  `json:"messageBytes"`
	Error     string `json:"error,omitempty"`
}

func inspectWAL(s streams, form, dir string, records bool) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("there is no log: %w", err)
	}
	view, err := wal.OpenView(vfs.OS(), dir)
	if err != nil {
		return err
	}
	defer func() { _ = view.Close() }() // only read
	list := []walRecord{}
	t := table{heading: []string{">SEQUENCE", "FILE", ">OFFSET", ">BYTES", ">GROUP", ">STREAM", ">EVENTS", "FIRST EVENT", "LAST EVENT", "INGESTION"}}
	states, err := view.Walk(func(r wal.Record) error {
		if !records {
			return nil
		}
		line := recordLine(&r)
		if form == "json" {
			list = append(list, line)
			return nil
		}
		if line.Error != "" {
			t.add(fmt.Sprint(r.Sequence), r.File, fmt.Sprint(r.Offset), fmt.Sprint(len(r.Payload)), "", "", "", line.Error, "", "")
			return nil
		}
		t.add(fmt.Sprint(r.Sequence), r.File, fmt.Sprint(r.Offset), fmt.Sprint(len(r.Payload)), fmt.Sprint(line.Group), fmt.Sprint(line.Stream),
			fmt.Sprint(line.Events), eventTime(line.First), eventTime(line.Last), eventTime(line.Ingestion))
		return nil
	})
	if err != nil {
		return err
	}
	files := walFiles(states)
	if form == "json" {
		all := map[string]any{"files": files}
		if records {
			all["records"] = list
		}
		return printValue(s, all)
	}
	if records {
		if err := t.print(s.out); err != nil {
			return err
		}
		fmt.Fprintln(s.out)
	}
	return printWALFiles(s, files)
}

func recordLine(r *wal.Record) walRecord {
	line := walRecord{Sequence: r.Sequence, File: r.File, Offset: r.Offset, Bytes: len(r.Payload)}
	run, err := head.Decode(r.Payload)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	line.Group, line.Stream, line.Events = uint64(run.Group), uint64(run.Stream), run.Count
	line.First, line.Last, line.Ingestion, line.Messages = run.First, run.Last, run.Ingestion, run.Bytes
	return line
}

func walFiles(states []wal.FileState) []walFile {
	files := []walFile{}
	for i := range states {
		st := &states[i]
		f := walFile{
			File: st.Name, Bytes: st.Bytes, First: st.First, Last: st.Last, Records: st.Records, End: st.End,
			Torn: st.Torn, Refused: st.Refused, Missing: st.Missing, State: walState(st),
		}
		if d := st.Damage; d != nil {
			f.Damage = &walDamage{Offset: d.Offset, Bytes: d.Bytes, Lost: d.Lost}
			if d.Err != nil {
				f.Damage.Error = d.Err.Error()
			}
		}
		files = append(files, f)
	}
	return files
}

// walState is how a file stands, in a word.
func walState(st *wal.FileState) string {
	switch {
	case st.Damage != nil:
		return "damaged"
	case st.Missing > 0:
		return "records missing before it"
	case st.Begun:
		return "begun, never used"
	case st.Torn > 0:
		return "torn"
	}
	return "sound"
}

func printWALFiles(s streams, files []walFile) error {
	t := table{heading: []string{"FILE", ">SIZE", ">FIRST", ">LAST", ">RECORDS", "STATE"}}
	var bytes, count int64
	for i := range files {
		f := &files[i]
		state := f.State
		switch {
		case f.Damage != nil:
			state = fmt.Sprintf("damaged: %d bytes from byte %d on, %d records lost", f.Damage.Bytes, f.Damage.Offset, f.Damage.Lost)
			if f.Damage.Error != "" {
				state += " (" + f.Damage.Error + ")"
			}
		case f.Missing > 0:
			state = fmt.Sprintf("%d records missing before it", f.Missing)
		case f.Torn > 0:
			state = fmt.Sprintf("torn: %d bytes behind byte %d", f.Torn, f.End)
		case f.Refused > 0:
			state = fmt.Sprintf("sound; %d refused bytes behind byte %d", f.Refused, f.End)
		}
		t.add(f.File, humanSize(f.Bytes), strconv.FormatUint(f.First, 10), strconv.FormatUint(f.Last, 10), humanCount(f.Records), state)
		bytes += f.Bytes
		count += f.Records
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s, %s, %s.\n", plural(int64(len(files)), "file"), plural(count, "record"), humanSize(bytes))
	return err
}
