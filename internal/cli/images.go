package cli

import (
	"cmp"
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
(listImageLogStreams), with a stream too for its newest 100 events (getImageLogEvents).`,
		Example: `  tailrace images
  tailrace images rocky9
  tailrace images rocky9 3.12.0/1`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			rest := restClient{c}
			switch len(args) {
			case 0:
				err = printImages(cmd.Context(), s, rest, flags.output)
			case 1:
				err = printImageStreams(cmd.Context(), s, rest, flags.output, args[0])
			default:
				err = printImageEvents(cmd.Context(), s, rest, flags.output, args[0], args[1])
			}
			return c.explain(err)
		},
	}
	flags.add(cmd)
	return cmd
}

// restClient calls the ParallelCluster API.
type restClient struct{ *connection }

// restError is an answer that is no success.
type restError struct {
	status  int
	message string
}

func (e *restError) Error() string {
	return fmt.Sprintf("%s (HTTP status %d)", cmp.Or(e.message, http.StatusText(e.status)), e.status)
}

// get returns the members of an answer.
func (c restClient) get(ctx context.Context, path string, query url.Values) (members map[string]json.RawMessage, err error) {
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
		fault := struct{ Message string }{}
		_ = json.Unmarshal(body, &fault) // an answer of somebody else has its status alone
		return nil, &restError{answer.StatusCode, fault.Message}
	}
	return members, json.Unmarshal(body, &members)
}

// list follows nextToken and returns the elements of one member of all pages.
func (c restClient) list(ctx context.Context, path string, query url.Values, member string) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	for {
		page, err := c.get(ctx, path, query)
		if err != nil {
			return nil, err
		}
		var part []json.RawMessage
		if err := json.Unmarshal(page[member], &part); err != nil {
			return nil, fmt.Errorf("answer: %s: %w", member, err)
		}
		all = append(all, part...)
		var next string
		if page["nextToken"] == nil {
			return all, nil
		} else if err := json.Unmarshal(page["nextToken"], &next); err != nil {
			return nil, fmt.Errorf("answer: nextToken: %w", err)
		}
		query.Set("nextToken", next)
	}
}

// printElements prints a list as one JSON document, or hands each element, decoded, to row.
func printElements[T any](s streams, form, member string, all []json.RawMessage, row func(*T) error) error {
	if form == "json" {
		return printValue(s, map[string]any{member: all})
	}
	for _, raw := range all {
		var element T
		if err := json.Unmarshal(raw, &element); err != nil {
			return fmt.Errorf("answer: %s: %w", member, err)
		}
		if err := row(&element); err != nil {
			return err
		}
	}
	return nil
}

func printImages(ctx context.Context, s streams, c restClient, form string) error {
	all := []json.RawMessage{}
	for _, status := range []string{"AVAILABLE", "PENDING", "FAILED"} {
		some, err := c.list(ctx, "images/custom", url.Values{"imageStatus": {status}}, "images")
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	t := table{heading: []string{"IMAGE", "VERSION", "STATUS", "REGION"}}
	err := printElements(s, form, "images", all, func(i *struct{ ImageID, Version, ImageBuildStatus, Region string }) error {
		t.add(i.ImageID, i.Version, i.ImageBuildStatus, i.Region)
		return nil
	})
	if err != nil || form == "json" {
		return err
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	return noteNone(s, form, len(all), "There are no images in region %s: an image is a group named %s<imageId>.", c.region, imagePrefix)
}

func printImageStreams(ctx context.Context, s streams, c restClient, form, id string) error {
	all, err := c.list(ctx, "images/custom/"+url.PathEscape(id)+"/logstreams", url.Values{}, "logStreams")
	if err != nil {
		return err
	}
	t := table{heading: []string{"STREAM", "FIRST EVENT", "LAST EVENT", "LAST INGESTION"}}
	type stream struct{ LogStreamName, FirstEventTimestamp, LastEventTimestamp, LastIngestionTime string }
	err = printElements(s, form, "logStreams", all, func(x *stream) error {
		t.add(x.LogStreamName, humanTime(restTime(x.FirstEventTimestamp)), humanTime(restTime(x.LastEventTimestamp)), humanTime(restTime(x.LastIngestionTime)))
		return nil
	})
	if err != nil || form == "json" {
		return err
	}
	return t.print(s.out)
}

func printImageEvents(ctx context.Context, s streams, c restClient, form, id, stream string) error {
	page, err := c.get(ctx, "images/custom/"+url.PathEscape(id)+"/logstreams/"+url.PathEscape(stream), url.Values{"limit": {"100"}})
	if err != nil {
		return err
	}
	var all []json.RawMessage
	if err := json.Unmarshal(page["events"], &all); err != nil {
		return fmt.Errorf("answer: events: %w", err)
	}
	return printElements(s, form, "events", all, func(e *struct{ Timestamp, Message string }) error {
		_, err := fmt.Fprintf(s.out, "%s  %s\n", eventTime(restTime(e.Timestamp)), strings.TrimRight(e.Message, "\r\n"))
		return err
	})
}
