package segment

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// eventColumn numbers the columns whose pages are the blocks, in the order of the directory and of the file.
type eventColumn int

const (
	colMessage eventColumn = iota
	colTimestamp
	colIngestion
	colRequest
	colIndex
	eventColumns
)

// keyColumn numbers the columns that are constant through a run: for other readers only.
type keyColumn int

const (
	colAccount keyColumn = iota
	colRegion
	colGroupName
	colStreamName
	colGroupID
	colStreamID
	keyColumns
)

const allColumns = int(eventColumns) + int(keyColumns)

// schemaField describes one column of the Parquet schema. Its field id is its place in schema plus one, for ever.
type schemaField struct {
	name    string
	typ     format.Type
	logical format.LogicalTypeValue // nil for bytes
	old     deprecated.ConvertedType
	event   eventColumn // or -1
	key     keyColumn   // or -1
}

var (
	millis  = &format.TimestampType{IsAdjustedToUTC: true, Unit: format.TimeUnit{Value: &format.MilliSeconds{}}}
	text    = &format.StringType{}
	uint64s = &format.IntType{BitWidth: 64}
	uint16s = &format.IntType{BitWidth: 16}
)

var schema = [allColumns]schemaField{
	{"account", format.ByteArray, text, deprecated.UTF8, -1, colAccount},
	{"region", format.ByteArray, text, deprecated.UTF8, -1, colRegion},
	{"group_name", format.ByteArray, text, deprecated.UTF8, -1, colGroupName},
	{"stream_name", format.ByteArray, text, deprecated.UTF8, -1, colStreamName},
	{"timestamp", format.Int64, millis, deprecated.TimestampMillis, colTimestamp, -1},
	{"ingestion", format.Int64, millis, deprecated.TimestampMillis, colIngestion, -1},
	{"message", format.ByteArray, text, deprecated.UTF8, colMessage, -1},
	{"request", format.Int64, uint64s, deprecated.Uint64, colRequest, -1},
	{"index", format.Int32, uint16s, deprecated.Uint16, colIndex, -1},
	{"group_id", format.Int64, uint64s, deprecated.Uint64, -1, colGroupID},
	{"stream_id", format.Int64, uint64s, deprecated.Uint64, -1, colStreamID},
}

// messagePlace is the place of messages in schema; the names stand at 0 to 3.
const messagePlace = 6

// sortedBy are the columns of the order of rows, as places in schema.
var sortedBy = [...]int32{9, 10, 4, 5, 7, 8}

// fileOrder are the places in schema in the order in which a row group has the columns.
var fileOrder = [allColumns]int{6, 4, 5, 7, 8, 0, 1, 2, 3, 9, 10}

// schemaElements is the schema as the footer has it. Where notText is true strings are annotated as mere bytes: readers
// refuse strings that are not UTF-8.
func schemaElements(notText [allColumns]bool) []format.SchemaElement {
	elements := make([]format.SchemaElement, 1, 1+allColumns)
	elements[0] = format.SchemaElement{Name: "event", NumChildren: thrift.New(int32(allColumns))}
	for i, c := range schema {
		e := format.SchemaElement{
			Name:           c.name,
			Type:           thrift.New(c.typ),
			RepetitionType: thrift.New(format.Required),
			FieldID:        int32(i + 1),
		}
		if !notText[i] {
			e.LogicalType.Value = c.logical
			e.ConvertedType = thrift.New(c.old)
		}
		elements = append(elements, e)
	}
	return elements
}
