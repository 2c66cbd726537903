package service

import (
	"context"
	"strconv"

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

// sequenceTokenSize is the length of a sequence token.
const sequenceTokenSize = 56

// sequenceToken makes a token of PutLogEvents and DescribeLogStreams: digits that begin with 49, from the stream and the
// time of its last batch. No request is ever measured by it (cloudwatch-logs.md §5).
func sequenceToken(stream logs.StreamID, ingestion int64) string {
	token := sequenceDigits(stream, ingestion)
	return string(token[:])
}

func sequenceDigits(stream logs.StreamID, ingestion int64) (token [sequenceTokenSize]byte) {
	copy(token[:], "49")
	putDigits(token[2:22], uint64(stream))
	putDigits(token[22:], uint64(ingestion))
	return token
}

// putDigits fills text with the digits of n and zeros before them.
func putDigits(text []byte, n uint64) {
	var room [20]byte
	digits := strconv.AppendUint(room[:0], n, 10)
	zeros := text[:len(text)-len(digits)]
	for i := range zeros {
		zeros[i] = '0'
	}
	copy(text[len(zeros):], digits)
}
