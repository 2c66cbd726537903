package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
	"tailrace/internal/server"
)

// What the demonstration fills beside the group of the machine's logs.
const (
	demoImage   = "tailrace"
	demoStream  = release + "/1"
	imagePrefix = "/aws/imagebuilder/ParallelClusterImage-"
	// demoRows is how much of a long listing is shown.
	demoRows = 20
)

func newDemo(s streams) *cobra.Command {
	d := &demo{streams: s, config: server.Default()}
	d.config.Data = "tailrace-demo"
	d.config.StoredBytes = "exact"
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Start a server with real logs in it",
		Long: `Start a server, ship this machine's files under /var/log into it as the streams of one group, and the output of a build and
a test run of Tailrace itself as the log of an image build; list both through the two APIs, search them, and go on serving
until interrupted. What is there from an earlier run is found again.`,
		Example: "  tailrace demo",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.config.Logger = slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			return d.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&d.config.Data, "data", d.config.Data, "`directory` of everything that is kept")
	f.StringVar(&d.config.Listen, "listen", d.config.Listen, "`address` to listen on")
	f.StringVar(&d.files, "logs", "/var/log", "`directory` of the files that are shipped, to a group of its name")
	f.StringVar(&d.source, "source", ".", "`directory` of Tailrace's source, which is built and tested")
	f.BoolVar(&d.once, "once", false, "end when everything was shown")
	return cmd
}

// demo is one run of the demonstration.
type demo struct {
	streams
	config        server.Config
	files, source string
	once          bool
	group         string // of the files
	conn          *connection
	logs          *api.Client
}

func (d *demo) run(ctx context.Context) error {
	files, err := filepath.Abs(d.files)
	if err != nil {
		return err
	}
	d.group = filepath.ToSlash(files)
	srv, err := server.Open(ctx, d.config)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		err := srv.Run(ctx)
		stop()
		ended <- err
	}()
	d.conn = newConnection(srv.URL(), d.config.Region, anonymous{})
	d.logs = d.conn.logs()
	if err = d.conn.explain(d.show(ctx)); err == nil && !d.once {
		d.invite()
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		err = nil // interrupted, or the server's own error tells why
	}
	stop()
	if err = errors.Join(err, <-ended); err == nil {
		d.say("\nStopped. %s keeps everything: the next run finds it again.", d.config.Data)
	}
	return err
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

func (d *demo) invite() {
	d.say("\nServing at %s until Ctrl-C. In another terminal:\n", d.conn.endpoint)
	d.say("  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=%s", d.conn.endpoint)
	d.say("  bin/tailrace filter %s error --limit 10", d.group)
	d.say("  bin/tailrace query %s 'stats count(*) by @logStream' --since 14d", d.group)
	d.say("  bin/tailrace images %s %s", demoImage, demoStream)
}

// show fills the server and prints what it then holds, as a person would ask for it.
func (d *demo) show(ctx context.Context) error {
	if err := d.waitReady(ctx); err != nil {
		return err
	}
	d.say("Tailrace %s keeps everything in %s and answers at %s\n", version, d.config.Data, d.conn.endpoint)
	for _, step := range []func(context.Context) error{d.shipFiles, d.shipBuild, d.list, d.search, d.query} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// waitReady asks until the server has opened its store; a server that ends ends ctx.
func (d *demo) waitReady(ctx context.Context) error {
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.conn.endpoint+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := d.conn.http.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// list prints both groups through the two APIs.
func (d *demo) list(ctx context.Context) error {
	d.say("\nDescribeLogStreams of %s, newest first:\n", d.group)
	in := &api.DescribeLogStreamsRequest{LogGroupName: api.Some(d.group), OrderBy: api.Some(api.OrderByLastEventTime), Descending: api.Some(true)}
	all, err := allStreams(ctx, d.logs, in, 0)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err := printStreams(d.streams, "table", all[:min(len(all), demoRows)]); err != nil {
		return err
	}
	if len(all) > demoRows {
		d.say("… and %s", plural(int64(len(all)-demoRows), "more stream"))
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
		{d.group, `?install ?configure ?error`},
		{imagePrefix + demoImage, `"--- PASS" -"/"`},
	} {
		in := &api.FilterLogEventsRequest{LogGroupName: api.Some(q.group), FilterPattern: api.Some(q.pattern)}
		d.say("\nFilterLogEvents of %s, pattern %s, the first 5:\n", q.group, q.pattern)
		if n, err := filter(ctx, d.streams, d.logs, in, "table", 5); err != nil && !isNotFound(err) {
			return err
		} else if n == 0 {
			d.say("(none)")
		}
	}
	return nil
}

// demoQuery counts what the lines are about.
const demoQuery = `parse @message /(?i)(?<kind>error|warn|install|configure|upgrade|remove)/ | filter ispresent(kind) | stats count(*) as lines by tolower(kind) as kind | sort lines desc | limit 5`

// query prints the rows of a query over the groups that there are.
func (d *demo) query(ctx context.Context) error {
	var groups []string
	for _, name := range []string{d.group, imagePrefix + demoImage} {
		if known, err := d.known(ctx, name); err != nil {
			return err
		} else if known != nil {
			groups = append(groups, name)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	d.say("\nStartQuery over %s:\n\n  %s\n", strings.Join(groups, " and "), strings.ReplaceAll(demoQuery, " | ", "\n  | "))
	q := &querier{s: d.streams, logs: d.logs, progress: newProgress(io.Discard), in: &api.StartQueryRequest{
		LogGroupIdentifiers: groups, EndTime: time.Now().Unix(), QueryString: demoQuery,
	}}
	out, err := q.answer(ctx, 0)
	if err != nil {
		return err
	}
	if err := printRows(d.out, out.Results); err != nil {
		return err
	}
	d.say("\n%s", lookedAt(out.Statistics))
	return ended(out)
}

// known are the streams that a group has already; nil if there is no such group.
func (d *demo) known(ctx context.Context, group string) (map[string]bool, error) {
	all, err := allStreams(ctx, d.logs, &api.DescribeLogStreamsRequest{LogGroupName: api.Some(group)}, 0)
	if isNotFound(err) {
		return nil, nil
	}
	names := map[string]bool{}
	for i := range all {
		names[all[i].LogStreamName.Value] = true
	}
	return names, err
}

func isNotFound(err error) bool { return errors.As(err, new(*api.ResourceNotFoundException)) }
