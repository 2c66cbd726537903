package service

import (
	"context"
	"encoding/binary"
	"strings"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// describeLimit is the page size of the Describe operations if a request names none, and the largest.
const describeLimit = 50

// DescribeLogStreams lists a group's streams by name or by the time of their last event (cloudwatch-logs.md §4).
func (s *Service) DescribeLogStreams(ctx context.Context, in *api.DescribeLogStreamsRequest) (*api.DescribeLogStreamsResponse, error) {
	byTime := in.OrderBy.Value == api.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix.Set {
		return nil, invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	g, err := s.groupByEither(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	q := catalog.StreamQuery{
		Group:      g.ID,
		Prefix:     in.LogStreamNamePrefix.Value,
		Descending: in.Descending.Value,
		Limit:      int(in.Limit.Or(describeLimit)),
	}
	if byTime {
		q.Order = catalog.ByLastEvent
	}
	walk := newWalk("DescribeLogStreams", g.Scope).number(int64(g.ID)).text(q.Prefix).flag(byTime).flag(q.Descending)
	var place streamPlace
	if in.NextToken.Set {
		if place, err = s.openStreamToken(walk, in.NextToken.Value); err != nil {
			return nil, streamNoun.exception("describe streams", err)
		}
		q.After = &place.cursor
	}
	page, err := s.engine.ListStreams(ctx, q, place.epoch)
	if err != nil {
		return nil, streamNoun.exception("describe streams of "+g.Name, err)
	}
	out := &api.DescribeLogStreamsResponse{LogStreams: make([]api.LogStream, len(page.Streams))}
	d := newStreamDescriber(logs.StreamARN(g.Scope, g.Name, ""), page.Streams, s.exactBytes)
	for i := range page.Streams {
		d.describe(&page.Streams[i], &out.LogStreams[i])
	}
	if page.Next != nil {
		next := streamPlace{page.Epoch, *page.Next}
		out.NextToken = api.Some(s.tokens.seal(walk, next.append(nil)))
	}
	return out, nil
}

// streamDescriber writes what DescribeLogStreams shows of the streams of a page. The texts of all are one piece of memory.
type streamDescriber struct {
	arn   string // what comes before the name
	exact bool   // storedBytes are
	texts strings.Builder
}

func newStreamDescriber(arn string, streams []catalog.Stream, exact bool) *streamDescriber {
	d := &streamDescriber{arn: arn, exact: exact}
	size := 0
	for i := range streams {
		size += len(arn) + len(streams[i].Name) + sequenceTokenSize
	}
	d.texts.Grow(size)
	return d
}

// describe fills in out. A stream without events lacks the members that speak of them.
func (d *streamDescriber) describe(stream *catalog.Stream, out *api.LogStream) {
	from := d.texts.Len()
	d.texts.WriteString(d.arn)
	d.texts.WriteString(stream.Name)
	out.Arn = api.Some(d.texts.String()[from:])
	out.CreationTime = api.Some(stream.Created)
	out.LogStreamName = api.Some(stream.Name)
	out.StoredBytes = api.Some(int64(0))
	if stream.Stats.Events == 0 {
		return
	}
	out.FirstEventTimestamp = api.Some(stream.Stats.FirstEvent)
	out.LastEventTimestamp = api.Some(stream.Stats.LastEvent)
	out.LastIngestionTime = api.Some(stream.Stats.LastIngestion)
	token := sequenceDigits(stream.ID, stream.Stats.LastIngestion)
	from = d.texts.Len()
	d.texts.Write(token[:])
	out.UploadSequenceToken = api.Some(d.texts.String()[from:])
	if d.exact {
		out.StoredBytes = api.Some(stream.Stats.Bytes)
	}
}

// streamPlace is the cursor of a listing of streams:
//
//	epoch uvarint | last event varint | name …
type streamPlace struct {
	epoch  uint64
	cursor catalog.StreamCursor
}

func (p streamPlace) append(b []byte) []byte {
	b = binary.AppendUvarint(b, p.epoch)
	b = binary.AppendVarint(b, p.cursor.LastEvent)
	return append(b, p.cursor.Name...)
}

func readStreamPlace(b []byte) (streamPlace, error) {
	epoch, n := binary.Uvarint(b)
	if n <= 0 {
		return streamPlace{}, errToken
	}
	last, m := binary.Varint(b[n:])
	if m <= 0 {
		return streamPlace{}, errToken
	}
	return streamPlace{epoch, catalog.StreamCursor{LastEvent: last, Name: string(b[n+m:])}}, nil
}

func (s *Service) openStreamToken(walk walk, token string) (streamPlace, error) {
	cursor, err := s.tokens.open(walk, token)
	if err != nil {
		return streamPlace{}, err
	}
	return readStreamPlace(cursor)
}
