package service

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/column"
	"tailrace/internal/insights/value"
	"tailrace/internal/logs"
	"tailrace/internal/storage"
)

// maxRecordFields is how many fields are discovered in one event (cloudwatch-logs.md §16.2).
const maxRecordFields = 200

var recordNoun = noun{notFound: "The specified log record does not exist."}

var errPointer = errors.New("log record pointer is not valid")

// recordPointer is what @ptr says of an event: base64url( group u64 | stream u64 | event id ), without padding. Whose group that is
// must be asked of who follows it.
type recordPointer struct {
	group  logs.GroupID
	stream logs.StreamID
	id     logs.EventID
}

func (p recordPointer) String() string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 16+idSize), uint64(p.group))
	b = binary.BigEndian.AppendUint64(b, uint64(p.stream))
	return base64.RawURLEncoding.EncodeToString(appendID(b, p.id))
}

func parsePointer(text string) (p recordPointer, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 16+idSize {
		return p, errPointer
	}
	p.group, p.stream = logs.GroupID(binary.BigEndian.Uint64(b)), logs.StreamID(binary.BigEndian.Uint64(b[8:]))
	if p.id, err = readID(b[16:]); err != nil {
		return p, errPointer
	}
	return p, nil
}

// GetLogRecord returns the event that the @ptr of a query's row points to, with all its fields as texts.
func (s *Service) GetLogRecord(ctx context.Context, in *api.GetLogRecordRequest) (*api.GetLogRecordResponse, error) {
	p, err := parsePointer(in.LogRecordPointer)
	if err != nil {
		return nil, invalidParameter("The specified logRecordPointer is invalid.")
	}
	g, err := s.catalog.GroupByID(ctx, p.group)
	if err == nil && g.Scope != scopeOf(ctx) {
		err = catalog.ErrNotFound
	}
	if err != nil {
		return nil, recordNoun.exception("get log record", err)
	}
	q := storage.Query{
		Group: g.ID, Streams: []logs.StreamID{p.stream}, Limit: 1,
		Range: logs.TimeRange{Start: max(p.id.Timestamp, expiry(g, s.millis())), End: p.id.Timestamp + 1},
	}
	q.After, _ = p.id.Previous() // the first and last id need no bound
	q.Before, _ = p.id.Next()
	scan := s.engine.Scan(ctx, q)
	defer scan.Close()
	if !scan.Next() {
		if err := scan.Err(); err != nil {
			return nil, recordNoun.exception("get log record", err)
		}
		return nil, recordNoun.missing()
	}
	return &api.GetLogRecordResponse{LogRecord: recordOf(g, scan.Batch(), in.LogRecordPointer)}, nil
}

// recordOf is all that queries can show of the first event of a batch.
func recordOf(g catalog.Group, b *column.Batch, pointer string) map[string]string {
	record := map[string]string{
		"@timestamp": strconv.FormatInt(b.ID[0].Timestamp, 10), "@ingestionTime": strconv.FormatInt(b.ID[0].Ingestion, 10),
		"@message": string(b.Message[0]), "@logStream": b.StreamName[0], "@log": g.Scope.Account + ":" + g.Name, "@ptr": pointer,
	}
	newFieldReader(g, maxRecordFields).read(b.Message[0], func(name string, v value.Value) {
		record[name] = v.String()
	})
	return record
}
