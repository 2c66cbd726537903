package service

import (
	"context"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/logs"
)

// CreateLogStream adds an empty stream.
func (s *Service) CreateLogStream(ctx context.Context, in *api.CreateLogStreamRequest) error {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return err
	}
	_, err = s.engine.CreateStream(ctx, catalog.Stream{Group: g.ID, Name: in.LogStreamName, Created: s.millis()})
	return noun{notFound: groupNoun.notFound, exists: streamNoun.exists}.exception("create stream "+in.LogStreamName, err)
}

// DeleteLogStream removes a stream with its events. Deletion protection of its group blocks it.
func (s *Service) DeleteLogStream(ctx context.Context, in *api.DeleteLogStreamRequest) error {
	g, err := s.group(ctx, in.LogGroupName)
	if err != nil {
		return err
	}
	if err := checkDeletable(g); err != nil {
		return err
	}
	stream, err := s.stream(ctx, g, in.LogStreamName)
	if err != nil {
		return err
	}
	return streamNoun.exception("delete stream "+stream.Name, s.engine.DeleteStream(ctx, stream))
}

// stream finds a stream by name, with exact statistics.
func (s *Service) stream(ctx context.Context, g catalog.Group, name string) (catalog.Stream, error) {
	stream, err := s.engine.Stream(ctx, g.ID, name)
	if err != nil {
		return catalog.Stream{}, streamNoun.exception("find stream "+name, err)
	}
	return stream, nil
}

// sequenceToken makes a token of PutLogEvents and DescribeLogStreams: 56 digits that begin with 49, from the stream and the
// time of its last batch. No request is ever measured by it (cloudwatch-logs.md §5).
func sequenceToken(stream logs.StreamID, ingestion int64) string {
	const digits = 56
	token := [digits]byte{'4', '9'}
	for i := 2; i < digits; i++ {
		token[i] = '0'
	}
	putDigits(token[2:22], uint64(stream))
	putDigits(token[22:], uint64(ingestion))
	return string(token[:])
}

// putDigits puts the digits of n at the end of zeros.
func putDigits(zeros []byte, n uint64) {
	for at := len(zeros) - 1; n > 0; at-- {
		zeros[at] = byte('0' + n%10)
		n /= 10
	}
}
