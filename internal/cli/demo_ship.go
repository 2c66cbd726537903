package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxDemoFile is how much of a file is shipped, from its end.
const maxDemoFile = 8 << 20

func (d *demo) putter(group, stream string, timeOf func([]byte) int64) *putter {
	return &putter{logs: d.logs, group: group, stream: stream, timeOf: timeOf, progress: newProgress(io.Discard)}
}

// shipFiles makes a stream of each text file that has none yet.
func (d *demo) shipFiles(ctx context.Context) error {
	known, err := d.known(ctx, d.group)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		d.say("Found %s of %s from an earlier run.", plural(int64(len(known)), "stream"), d.group)
	}
	p := newProgress(d.err)
	files, events, size := int64(0), int64(0), int64(0)
	err = filepath.WalkDir(d.files, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // what cannot be read is not shipped
		}
		name, err := filepath.Rel(d.files, path)
		if err != nil || known[name] || strings.ContainsAny(name, ":*") {
			return err
		}
		to, err := d.shipFile(ctx, path, filepath.ToSlash(name))
		if err != nil || to == nil {
			return err
		}
		files, events, size = files+1, events+to.events, size+to.bytes
		p.show("Shipping %s: %s, %s, %s", d.group, plural(files, "file"), plural(events, "event"), humanSize(size))
		return ctx.Err()
	})
	if files > 0 {
		p.done("Shipped %s of %s: %s, %s", plural(files, "file"), d.group, plural(events, "event"), humanSize(size))
	} else if len(known) == 0 {
		d.say("There are no text files in %s that can be read.", d.files)
	}
	return err
}

// shipFile ships one file; nil if it is no text.
func (d *demo) shipFile(ctx context.Context, path, stream string) (*putter, error) {
	text := readText(path)
	if len(text) == 0 {
		return nil, nil
	}
	to := d.putter(d.group, stream, stamps(time.Now()))
	if err := to.create(ctx); err != nil {
		return nil, err
	}
	return to, to.put(ctx, bytes.NewReader(text))
}

// readText reads the end of a file, from a line's beginning on; nothing if the file is no text or cannot be read.
func readText(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	from := max(info.Size()-maxDemoFile, 0)
	text, err := io.ReadAll(io.NewSectionReader(f, from, maxDemoFile))
	if err != nil || bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0 || bytes.HasPrefix(text, []byte("\x1f\x8b")) {
		return nil
	}
	if from > 0 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return text
}

// shipBuild builds and tests Tailrace, verbosely, and ships what is printed while it is printed.
func (d *demo) shipBuild(ctx context.Context) error {
	group := imagePrefix + demoImage
	known, err := d.known(ctx, group)
	if err != nil {
		return err
	}
	if known[demoStream] {
		d.say("Found the image build %s, stream %s, from an earlier run.", demoImage, demoStream)
		return nil
	}
	if !isFile(filepath.Join(d.source, "go.mod")) {
		d.say("There is no source in %s to build: the image build is left out. Run this in Tailrace's repository.", d.source)
		return nil
	}
	to := d.putter(group, demoStream, clock())
	to.progress = newProgress(d.err)
	if err := to.create(ctx); err != nil {
		return err
	}
	outcome := "Built and tested Tailrace"
	for _, args := range [][]string{
		{"go", "version"},
		{"go", "build", "-v", "-x", "-o", os.DevNull, "./cmd/tailrace"},
		{"go", "test", "-v", "-count=1", "./internal/logs/...", "./internal/filterpattern/...", "./internal/auth/..."},
	} {
		failed, err := d.shipCommand(ctx, to, args)
		if err != nil {
			return err
		}
		if failed != nil {
			outcome = fmt.Sprintf("%s: %v, as its log tells", strings.Join(args[:2], " "), failed)
			break
		}
	}
	to.progress.done("%s: %s", outcome, to)
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// shipCommand runs one command and ships its output; that the command fails is the end of the log, not of the demonstration.
func (d *demo) shipCommand(ctx context.Context, to *putter, args []string) (failed, err error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.source
	cmd.WaitDelay = 2 * time.Second // a killed command's children may hold its output open
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	to.progress.done("Running %s", strings.Join(args, " "))
	ended := make(chan error, 1)
	go func() {
		fmt.Fprintf(w, "ExecuteBash: STARTED EXECUTION %s\n", strings.Join(args, " "))
		err := cmd.Run()
		if err != nil {
			fmt.Fprintf(w, "ExecuteBash: FAILED EXECUTION %v\n", err)
		} else {
			fmt.Fprintf(w, "ExecuteBash: FINISHED EXECUTION\n")
		}
		w.Close()
		ended <- err
	}()
	err = to.put(ctx, r)
	r.CloseWithError(err) // a command that goes on printing must not wait for a reader that is gone
	return <-ended, err
}
