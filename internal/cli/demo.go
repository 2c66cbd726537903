package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/server"
)

// What the demonstration fills.
const (
	demoGroup   = "/var/log"
	demoImage   = "tailrace"
	imagePrefix = "/aws/imagebuilder/ParallelClusterImage-"
	// maxDemoFile is how much of a file is shipped, from its end.
	maxDemoFile = 8 << 20
)

func newDemo(s streams) *cobra.Command {
	config := server.Default()
	config.Data = "tailrace-demo"
	config.StoredBytes = "exact"
	var source string
	var once bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start a server with real logs in it",
		Long: `Start a server, ship this machine's files under /var/log into it as the streams of one group, and the output of a build and
a test run of Tailrace itself as the log of an image build; list both through the two APIs, search them, and go on serving
until interrupted. What is there from an earlier run is found again.`,
		Example: "  tailrace demo",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config.Logger = slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			d := &demo{streams: s, config: config, source: source, once: once}
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&config.Data, "data", config.Data, "`directory` of everything that is kept")
	cmd.Flags().StringVar(&config.Listen, "listen", config.Listen, "`address` to listen on")
	cmd.Flags().StringVar(&source, "source", ".", "`directory` of Tailrace's source, which is built and tested")
	cmd.Flags().BoolVar(&once, "once", false, "end when everything was shown")
	return cmd
}

// demo is one run of the demonstration.
type demo struct {
	streams
	config server.Config
	source string
	once   bool
	conn   *connection
	logs   *api.Client
}

func (d *demo) run(ctx context.Context) error {
	srv, err := server.Open(ctx, d.config)
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(serving) }()
	d.conn = newConnection(srv.URL(), d.config.Region, anonymous{})
	d.logs = d.conn.logs()
	if err = d.show(ctx, srv, ended); err == nil && !d.once {
		d.say("\nServing at %s until Ctrl-C. In another terminal:", srv.URL())
		d.say("  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=%s", srv.URL())
		d.say("  bin/tailrace filter %s 'error' --limit 10\n  bin/tailrace images %s %s/1", demoGroup, demoImage, release)
		select {
		case <-ctx.Done():
		case err := <-ended:
			return err
		}
	}
	if ctx.Err() != nil {
		err = nil // interrupted: what was going on ended with it
	}
	stop()
	return errors.Join(err, <-ended)
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// show fills the server and prints what it then holds, as a person would ask for it.
func (d *demo) show(ctx context.Context, srv *server.Server, ended <-chan error) error {
	if err := waitReady(ctx, srv.URL(), ended); err != nil {
		return err
	}
	d.say("Tailrace %s keeps everything in %s and answers at %s\n", version, d.config.Data, srv.URL())
	for _, step := range []func(context.Context) error{d.shipFiles, d.shipBuild, d.list, d.search} {
		if err := step(ctx); err != nil {
			return explain(err)
		}
	}
	return nil
}

// waitReady asks until the server has opened its store.
func waitReady(ctx context.Context, url string, ended <-chan error) error {
	for {
		answer, err := http.Get(url + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// shipFiles makes a stream of each text file under /var/log that has none yet.
func (d *demo) shipFiles(ctx context.Context) error {
	known, err := d.known(ctx, demoGroup)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		d.say("Found %d streams of %s from an earlier run.", len(known), demoGroup)
	}
	p := newProgress(d.err)
	shipped, events, bytes := 0, int64(0), int64(0)
	err = filepath.WalkDir(demoGroup, func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(path, demoGroup+"/")
		if err != nil || !entry.Type().IsRegular() || known[name] || strings.ContainsAny(name, ":*") {
			return nil // what cannot be read is not shipped
		}
		text, err := readText(path)
		if err != nil || len(text) == 0 {
			return nil
		}
		to := d.putter(demoGroup, name)
		if err := to.create(ctx); err != nil {
			return err
		}
		if err := to.put(ctx, strings.NewReader(text)); err != nil {
			return err
		}
		shipped, events, bytes = shipped+1, events+to.events, bytes+to.bytes
		p.show("Shipping %s: %d files, %s events, %s", demoGroup, shipped, humanCount(events), humanSize(bytes))
		return ctx.Err()
	})
	if shipped > 0 {
		p.done("Shipped %d files of %s: %s events, %s", shipped, demoGroup, humanCount(events), humanSize(bytes))
	}
	return err
}

func (d *demo) putter(group, stream string) *putter {
	return &putter{logs: d.logs, group: group, stream: stream, now: time.Now, progress: newProgress(io.Discard)}
}

// known are the streams that a group has already, if there is one.
func (d *demo) known(ctx context.Context, group string) (map[string]bool, error) {
	all, err := allStreams(ctx, d.logs, &api.DescribeLogStreamsRequest{LogGroupName: api.Some(group)}, 0)
	if errors.As(err, new(*api.ResourceNotFoundException)) {
		return nil, nil
	}
	names := map[string]bool{}
	for i := range all {
		names[all[i].LogStreamName.Value] = true
	}
	return names, err
}

// readText reads the end of a file, from a line's beginning on; nothing if the file is no text.
func readText(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	from := max(info.Size()-maxDemoFile, 0)
	text, err := io.ReadAll(io.NewSectionReader(f, from, maxDemoFile))
	if err != nil || bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0 || bytes.HasPrefix(text, []byte("\x1f\x8b")) {
		return "", err
	}
	if from > 0 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return string(text), nil
}

// shipBuild builds and tests Tailrace, verbosely, and ships what is printed while it is printed.
func (d *demo) shipBuild(ctx context.Context) error {
	group, stream := imagePrefix+demoImage, release+"/1"
	known, err := d.known(ctx, group)
	if err != nil {
		return err
	}
	if known[stream] {
		d.say("Found the image build %s, stream %s, from an earlier run.", demoImage, stream)
		return nil
	}
	if _, err := os.Stat(filepath.Join(d.source, "go.mod")); err != nil {
		d.say("There is no source in %s to build: the image build is left out. Run this in Tailrace's repository.", d.source)
		return nil
	}
	to := d.putter(group, stream)
	to.progress = newProgress(d.err)
	if err := to.create(ctx); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"go", "version"},
		{"go", "build", "-v", "-x", "-o", os.DevNull, "./cmd/tailrace"},
		{"go", "test", "-v", "-count=1", "./internal/logs/...", "./internal/filterpattern/...", "./internal/auth/..."},
	} {
		if err := d.shipCommand(ctx, to, args); err != nil {
			return err
		}
	}
	to.progress.done("Built and tested Tailrace: %s", to)
	return nil
}

// shipCommand runs one command and ships its output; that it fails is a line of the log, not an error of the demonstration.
func (d *demo) shipCommand(ctx context.Context, to *putter, args []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.source
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	fmt.Fprintf(d.err, "Running %s\n", strings.Join(args, " "))
	go func() {
		fmt.Fprintf(w, "ExecuteBash: STARTED EXECUTION %s\n", strings.Join(args, " "))
		if err := cmd.Run(); err != nil {
			fmt.Fprintf(w, "ExecuteBash: FAILED EXECUTION %v\n", err)
		} else {
			fmt.Fprintf(w, "ExecuteBash: FINISHED EXECUTION\n")
		}
		w.Close()
	}()
	err := to.put(ctx, r)
	r.CloseWithError(err) // a command that goes on printing must not wait for a reader that is gone
	return err
}

// list prints both groups through the two APIs.
func (d *demo) list(ctx context.Context) error {
	d.say("\nDescribeLogStreams of %s, newest first:\n", demoGroup)
	in := &api.DescribeLogStreamsRequest{LogGroupName: api.Some(demoGroup), OrderBy: api.Some(api.OrderByLastEventTime), Descending: api.Some(true)}
	all, err := allStreams(ctx, d.logs, in, 20)
	if err != nil && !errors.As(err, new(*api.ResourceNotFoundException)) {
		return err
	}
	if err := printStreams(d.streams, "table", all); err != nil {
		return err
	}
	d.say("\nlistImages:\n")
	if err := printImages(ctx, d.streams, restClient{d.conn}, "table"); err != nil {
		return err
	}
	known, err := d.known(ctx, imagePrefix+demoImage)
	if err != nil || known == nil {
		return err
	}
	d.say("\nlistImageLogStreams of %s:\n", demoImage)
	return printImageStreams(ctx, d.streams, restClient{d.conn}, "table", demoImage)
}

// search prints what two patterns find.
func (d *demo) search(ctx context.Context) error {
	for _, q := range []struct{ group, pattern string }{
		{demoGroup, `?install ?configure ?error`},
		{imagePrefix + demoImage, `"--- PASS" -"/"`},
	} {
		d.say("\nFilterLogEvents of %s, pattern %s, the first 5:\n", q.group, q.pattern)
		in := &api.FilterLogEventsRequest{LogGroupName: api.Some(q.group), FilterPattern: api.Some(q.pattern)}
		err := filter(ctx, d.streams, d.logs, in, "table", 5)
		if err != nil && !errors.As(err, new(*api.ResourceNotFoundException)) {
			return err
		}
	}
	return nil
}
