package pcluster

import (
	"errors"
	"strings"

	"tailrace/internal/api"
)

// What CloudWatch Logs' messages begin with where a group or a stream is missing: upstream tells the two apart by them.
const (
	missingGroup  = "The specified log group"
	missingStream = "The specified log stream"
)

// noSequenceToken is the uploadSequenceToken of a stream without events: clients require a string, and nothing reads it.
var noSequenceToken = "49" + strings.Repeat("0", 54)

// listStreams is one page of a group's streams by name, mapped. prefix may be empty; noGroup is the answer if there is no such group.
func (h *Handler) listStreams(r *request, group, prefix string, noGroup error) (any, error) {
	in := &api.DescribeLogStreamsRequest{LogGroupName: api.Some(group)}
	if prefix != "" {
		in.LogStreamNamePrefix = api.Some(prefix)
	}
	if r.nextToken != "" {
		in.NextToken = api.Some(r.nextToken)
	}
	out, err := h.Service.DescribeLogStreams(r.ctx, in)
	if r.tokenFromBody && errors.As(err, new(*api.InvalidParameterException)) {
		in.NextToken = api.Opt[string]{}
		out, err = h.Service.DescribeLogStreams(r.ctx, in)
	}
	if err != nil {
		return nil, r.absent(err, noGroup)
	}
	page := &logStreams{LogStreams: make([]logStream, len(out.LogStreams)), NextToken: out.NextToken.Value}
	for i := range out.LogStreams {
		page.LogStreams[i] = mapStream(&out.LogStreams[i])
	}
	return page, nil
}

// mapStream fills the members that CloudWatch Logs omits for a stream without events with its creation time.
func mapStream(s *api.LogStream) logStream {
	created := s.CreationTime.Value
	return logStream{
		LogStreamName:       s.LogStreamName.Value,
		CreationTime:        formatTime(created),
		FirstEventTimestamp: formatTime(s.FirstEventTimestamp.Or(created)),
		LastEventTimestamp:  formatTime(s.LastEventTimestamp.Or(created)),
		LastIngestionTime:   formatTime(s.LastIngestionTime.Or(created)),
		UploadSequenceToken: s.UploadSequenceToken.Or(noSequenceToken),
		LogStreamArn:        s.Arn.Value,
	}
}

// getEvents is one page of a stream's events, in order of time whatever the direction; noGroup as for listStreams.
func (h *Handler) getEvents(r *request, group string, noGroup error) (any, error) {
	in := &api.GetLogEventsRequest{LogGroupName: api.Some(group), LogStreamName: r.stream, StartFromHead: api.Some(r.startFromHead)}
	if r.limit > 0 {
		in.Limit = api.Some(int32(r.limit))
	}
	if r.start != nil {
		in.StartTime = api.Some(max(*r.start, 0))
	}
	if r.end != nil {
		in.EndTime = api.Some(max(*r.end, 0))
	}
	if r.nextToken != "" {
		in.NextToken = api.Some(r.nextToken)
	}
	out, err := h.Service.GetLogEvents(r.ctx, in)
	if r.tokenFromBody && errors.As(err, new(*api.InvalidParameterException)) {
		in.NextToken = api.Opt[string]{}
		out, err = h.Service.GetLogEvents(r.ctx, in)
	}
	if err != nil {
		return nil, r.absent(err, noGroup)
	}
	page := &logEvents{Events: make([]logEvent, len(out.Events)), NextToken: out.NextForwardToken.Value, PrevToken: out.NextBackwardToken.Value}
	for i := range out.Events {
		e := &out.Events[i]
		page.Events[i] = logEvent{Timestamp: formatTime(e.Timestamp), Message: string(e.Message)}
	}
	return page, nil
}

// absent words what does not exist as upstream does: the group as noGroup, the stream by its name. Other errors stay.
func (r *request) absent(err, noGroup error) error {
	switch {
	case missing(err, missingGroup):
		return noGroup
	case missing(err, missingStream):
		return notFound("The specified log stream %s does not exist.", r.stream)
	}
	return err
}

// missing tells whether err says that what begins with the text does not exist.
func missing(err error, text string) bool {
	e, ok := errors.AsType[exception](err)
	return ok && strings.HasPrefix(exceptionMessage(e), text)
}
