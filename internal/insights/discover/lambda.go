package discover

import (
	"bytes"
	"math"

	"tailrace/internal/insights/value"
)

const (
	requestID = iota
	recordType
	duration
	billedDuration
	memorySize
	maxMemoryUsed
	initDuration
	traceID
	segmentID
	lambdaFields
)

var lambdaNames = [lambdaFields]string{
	"@requestId", "@type", "@duration", "@billedDuration", "@memorySize", "@maxMemoryUsed", "@initDuration", "@xrayTraceId", "@xraySegmentId",
}

// labels are what stands in front of the values of a platform's line, by field.
var labels = [lambdaFields]string{
	requestID: "RequestId: ", duration: "Duration: ", billedDuration: "Billed Duration: ", memorySize: "Memory Size: ",
	maxMemoryUsed: "Max Memory Used: ", initDuration: "Init Duration: ", traceID: "XRAY TraceId: ", segmentID: "SegmentId: ",
}

// readLambda finds the fields of a line of the platform,
//
//	START RequestId: 8f50… Version: $LATEST
//	END RequestId: 8f50…
//	REPORT RequestId: 8f50…\tDuration: 102.25 ms\tBilled Duration: 103 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB …
//
// or the request id of a line that the runtime wrote for the function.
func readLambda(message []byte, set func(field int, v value.Value)) {
	kind, rest, ok := bytes.Cut(message, []byte(" "))
	if !ok || !bytes.HasPrefix(rest, []byte(labels[requestID])) {
		if id := functionRequest(message); id != nil {
			set(requestID, value.NewText(id))
		}
		return
	}
	switch string(kind) {
	case "START", "END", "REPORT":
	default:
		return
	}
	set(recordType, value.NewText(kind))
	for len(rest) > 0 {
		end := bytes.IndexAny(rest, "\t\n")
		if end < 0 {
			end = len(rest)
		}
		readLabel(rest[:end], set)
		rest = rest[min(end+1, len(rest)):]
	}
}

// readLabel reads one part of a platform's line: a label, a value, and perhaps a unit. Amounts of memory are bytes: a MB of
// Lambda has 1,000,000.
func readLabel(part []byte, set func(int, value.Value)) {
	for field, label := range labels {
		if label == "" || !bytes.HasPrefix(part, []byte(label)) {
			continue
		}
		word, unit, _ := bytes.Cut(part[len(label):], []byte(" "))
		if field != memorySize && field != maxMemoryUsed {
			set(field, value.NewText(word[:len(word):len(word)]))
			return
		}
		n, ok := value.ParseNumber(word)
		if mb, whole := n.Int(); ok && whole && 0 <= mb && mb < math.MaxInt32 && string(bytes.TrimSpace(unit)) == "MB" {
			set(field, value.NewInt(mb*1_000_000))
		}
		return
	}
}

// headBytes is how much of a function's line is looked at.
const headBytes = 100

// functionRequest finds the request id of a line such as
//
//	2023-01-01T00:00:00.000Z\t8f507cfc-…\tINFO\t…      Node.js
//	[INFO]\t2023-01-01T00:00:00.000Z\t8f507cfc-…\t…    Python
//	2023-01-01T00:00:00.000Z 8f507cfc-… Task timed out after 3.00 seconds
func functionRequest(message []byte) []byte {
	head := message[:min(len(message), headBytes)]
	var words [3][]byte
	for i := range words {
		end := bytes.IndexAny(head, "\t ")
		if end < 0 {
			end = len(head)
		}
		words[i] = head[:end:end]
		head = head[min(end+1, len(head)):]
	}
	switch {
	case isTimestamp(words[0]) && isUUID(words[1]):
		return words[1]
	case isTimestamp(words[1]) && isUUID(words[2]):
		return words[2]
	}
	return nil
}

func isUUID(word []byte) bool {
	if len(word) != 36 {
		return false
	}
	for i, c := range word {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
