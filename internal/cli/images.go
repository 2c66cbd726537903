package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func newImages(s streams) *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use: "images [IMAGE_ID [STREAM]]", Short: "List image builds, their log streams, and a stream's events", Args: between(0, 2, "[IMAGE_ID [STREAM]]"),
		Long: `Ask the ParallelCluster API: without arguments for the images, with an image id for the log streams of its builds
(listImageLogStreams), with a stream too for its newest events (getImageLogEvents).`,
		Example: `  tailrace images
  tailrace images rocky9
  tailrace images rocky9 3.12.0/1`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			api := restClient{c}
			switch len(args) {
			case 0:
				return printImages(cmd.Context(), s, api, flags.output)
			case 1:
				return printImageStreams(cmd.Context(), s, api, flags.output, args[0])
			}
			return printImageEvents(cmd.Context(), s, api, flags.output, args[0], args[1])
		},
	}
	flags.add(cmd)
	return cmd
}

// restClient calls the ParallelCluster API.
type restClient struct{ *connection }

// get decodes an answer into out, and returns it as it came.
func (c restClient) get(ctx context.Context, path string, query url.Values, out any) ([]byte, error) {
	query.Set("region", c.region)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.endpoint, "/")+"/v3/"+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := signing{c.connection, "execute-api"}.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		var fault struct{ Message string }
		if json.Unmarshal(body, &fault) != nil || fault.Message == "" {
			return nil, fmt.Errorf("server answered %s", answer.Status)
		}
		return nil, fmt.Errorf("%s (%s)", fault.Message, answer.Status)
	}
	return body, json.Unmarshal(body, out)
}

// pages follows nextToken; page decodes one answer and returns its token.
func (c restClient) pages(ctx context.Context, path string, query url.Values, page func(body []byte) (next string, err error)) error {
	for {
		var raw json.RawMessage
		body, err := c.get(ctx, path, query, &raw)
		if err != nil {
			return err
		}
		next, err := page(body)
		if err != nil || next == "" {
			return err
		}
		query.Set("nextToken", next)
	}
}

func printImages(ctx context.Context, s streams, c restClient, form string) error {
	t := table{heading: []string{"IMAGE", "VERSION", "STATUS", "REGION"}}
	for _, status := range []string{"AVAILABLE", "PENDING", "FAILED"} {
		err := c.pages(ctx, "images/custom", url.Values{"imageStatus": {status}}, func(body []byte) (string, error) {
			var page struct {
				Images    []struct{ ImageID, Version, ImageBuildStatus, Region string }
				NextToken string
			}
			if err := json.Unmarshal(body, &page); err != nil {
				return "", err
			}
			if form == "json" {
				return page.NextToken, writeRaw(s, body)
			}
			for _, i := range page.Images {
				t.add(i.ImageID, i.Version, i.ImageBuildStatus, i.Region)
			}
			return page.NextToken, nil
		})
		if err != nil {
			return err
		}
	}
	if form == "json" {
		return nil
	}
	return t.print(s.out)
}

func printImageStreams(ctx context.Context, s streams, c restClient, form, id string) error {
	t := table{heading: []string{"STREAM", "FIRST EVENT", "LAST EVENT", "LAST INGESTION"}}
	err := c.pages(ctx, "images/custom/"+url.PathEscape(id)+"/logstreams", url.Values{}, func(body []byte) (string, error) {
		var page struct {
			LogStreams []struct{ LogStreamName, FirstEventTimestamp, LastEventTimestamp, LastIngestionTime string }
			NextToken  string
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return "", err
		}
		if form == "json" {
			return page.NextToken, writeRaw(s, body)
		}
		for _, x := range page.LogStreams {
			t.add(x.LogStreamName, localTime(x.FirstEventTimestamp), localTime(x.LastEventTimestamp), localTime(x.LastIngestionTime))
		}
		return page.NextToken, nil
	})
	if err != nil || form == "json" {
		return err
	}
	return t.print(s.out)
}

func printImageEvents(ctx context.Context, s streams, c restClient, form, id, stream string) error {
	var page struct {
		Events []struct{ Timestamp, Message string }
	}
	body, err := c.get(ctx, "images/custom/"+url.PathEscape(id)+"/logstreams/"+url.PathEscape(stream), url.Values{"limit": {"100"}}, &page)
	if err != nil {
		return err
	}
	if form == "json" {
		return writeRaw(s, body)
	}
	for _, e := range page.Events {
		if _, err := fmt.Fprintf(s.out, "%s  %s\n", localTime(e.Timestamp), strings.TrimRight(e.Message, "\r\n")); err != nil {
			return err
		}
	}
	return nil
}

// writeRaw prints an answer as it came, one a line.
func writeRaw(s streams, body []byte) error {
	_, err := fmt.Fprintf(s.out, "%s\n", bytes.TrimSpace(body))
	return err
}
