package syntax

import (
	"slices"
	"strings"
)

// Command says what a command is: pages and completion are made from it.
type Command struct {
	Name    string
	Aliases []string // other names with the same grammar
	New     bool     // in the guide since 2026 only
	Usage   string   // its grammar, for people
	Doc     string   // one line
	Example string   // a query that uses it
}

// Commands are all commands, by name. The slice is the caller's.
func Commands() []Command { return slices.Clone(commands) }

// CommandByName finds a command by its name or alias, in any case of letters.
func CommandByName(name string) (*Command, bool) {
	i, ok := commandIndex[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	return &commands[i], true
}

var commandIndex = indexNames(commands, func(c Command) (string, []string) { return c.Name, c.Aliases })

func indexNames[T any](entries []T, names func(T) (string, []string)) map[string]int {
	index := make(map[string]int, 2*len(entries))
	for i, entry := range entries {
		name, aliases := names(entry)
		index[strings.ToLower(name)] = i
		for _, alias := range aliases {
			index[strings.ToLower(alias)] = i
		}
	}
	return index
}

// SOURCE is no command: it stands in front of them.
var commands = []Command{
	{
		Name: "accum", New: true, Usage: "accum FIELD [as NAME]",
		Doc:     "Adds a numeric field up from row to row.",
		Example: "fields @timestamp, bytes | accum bytes as totalBytes",
	},
	{
		Name: "addtotals", New: true, Usage: "addtotals [fieldname=NAME] [row=true|false] [col=true|false] [FIELD, ...]",
		Doc:     "Adds a column with the sum of each row, a row with the sum of each column, or both.",
		Example: "stats sum(ok) as good, sum(failed) as bad by service | addtotals fieldname=all good, bad",
	},
	{
		Name: "anomaly", Usage: "anomaly",
		Doc:     "Marks what is unusual among the patterns of a pattern command before it.",
		Example: "fields @timestamp, @message | pattern @message | anomaly",
	},
	{
		Name: "appendcols", New: true, Usage: "appendcols [override=true|false] [max=N] (QUERY)",
		Doc:     "Adds the columns of another query, row by row.",
		Example: `stats count(*) as cnt by svc | appendcols override=true (SOURCE "lg" | stats avg(latency) as avgLat by svc)`,
	},
	{
		Name: "autoregress", New: true, Usage: "autoregress FIELD [as NAME] [p=N[-M]]",
		Doc:     "Copies the values that a field had N to M rows before.",
		Example: "fields @timestamp, bytes | autoregress bytes p=1-4",
	},
	{
		Name: "cidrlookup", New: true, Usage: "cidrlookup TABLE FIELD [as COLUMN] OUTPUT|OUTPUTNEW COLUMN [as NAME], ...",
		Doc:     "Adds columns of the row of a lookup table whose network contains an address.",
		Example: "fields @timestamp, srcAddr | cidrlookup net_table srcAddr OUTPUT region, owner, datacenter",
	},
	{
		Name: "countFrequent", Aliases: []string{"count_frequent"}, New: true, Usage: "countFrequent FIELD, ...",
		Doc:     "Counts each combination of values, most frequent first, in the column _approxcount.",
		Example: "fields method, status | countFrequent method, status",
	},
	{
		Name: "dedup", Usage: "dedup FIELD, ...",
		Doc:     "Keeps the first row of each combination of values; only limit may follow.",
		Example: "fields @timestamp, server, severity, message | sort @timestamp desc | dedup server, severity",
	},
	{
		Name: "diff", Usage: "diff [previousDay|previousWeek|previousMonth]",
		Doc:     "Compares the patterns of the range of time with those of an earlier range of the same length.",
		Example: "pattern @message | diff previousWeek",
	},
	{
		Name: "display", Usage: "display EXPR [as NAME], ...",
		Doc:     "Says which columns are shown; the last display counts.",
		Example: `parse @message "[*] *" as level, text | filter level = "ERROR" | display text`,
	},
	{
		Name: "estimate", New: true, Usage: "estimate",
		Doc:     "Answers with the bytes that the query would read, without running it; comes last.",
		Example: "fields @timestamp, @message | filter @message like /error/ | estimate",
	},
	{
		Name: "expand", New: true, Usage: "expand FIELD",
		Doc:     "Makes a row of each element of a field that is a JSON array.",
		Example: "expand items | stats count(*) by items, host",
	},
	{
		Name: "fields", Usage: "fields EXPR [as NAME], ...",
		Doc:     "Shows fields and adds computed ones; several fields commands add up.",
		Example: "fields @timestamp, strlen(@message) as length | sort length desc | limit 20",
	},
	{
		Name: "filldown", New: true, Usage: "filldown [FIELD|FIELD* ...]",
		Doc:     "Fills missing values with the last one before them.",
		Example: "fields @timestamp, host, cpu_user, cpu_system | filldown host cpu*",
	},
	{
		Name: "fillmissing", New: true, Usage: "fillmissing [with VALUE for FIELD, ...]",
		Doc:     "Adds rows for the bins of a stats by bin() that had no events.",
		Example: "stats avg(latency) as avg_latency by bin(1m) | fillmissing with 0 for avg_latency",
	},
	{
		Name: "filter", Aliases: []string{"where"}, Usage: "filter CONDITION",
		Doc:     "Keeps what satisfies a condition.",
		Example: `filter @message like /Exception/ and status >= 500`,
	},
	{
		Name: "filterIndex", Usage: "filterIndex FIELD = VALUE | filterIndex FIELD in [VALUE, ...]",
		Doc:     "Keeps events with a value, of groups that have an index on the field.",
		Example: `fields @timestamp, @message | filterIndex IPaddress in ["198.51.100.0", "198.51.100.1"] | limit 20`,
	},
	{
		Name: "join", Usage: "join [type=inner|left] left=L right=R where L.FIELD=R.FIELD (SOURCE ...)",
		Doc:     "Adds events of another group that have the same key.",
		Example: `filter status >= 500 | join type=inner left=api right=lambda where api.requestId=lambda.requestId (SOURCE "/aws/lambda/f") | fields api.requestId, lambda.duration`,
	},
	{
		Name: "json", New: true, Usage: `json field=FIELD "PATH" as NAME`,
		Doc:     "Takes one value out of an object.",
		Example: `json field=requestContext "identity.sourceIp" as caller_ip | stats count(*) by caller_ip`,
	},
	{
		Name: "limit", Aliases: []string{"head"}, Usage: "limit [any] N",
		Doc:     "Keeps the first N rows; with any, the N that are found first.",
		Example: "fields @timestamp, @message | sort @timestamp desc | limit 25",
	},
	{
		Name: "logcompare", New: true, Usage: "logcompare timeshift PERIOD",
		Doc:     "Compares with the range of time that lies a period before.",
		Example: "logcompare timeshift 7d",
	},
	{
		Name: "lookup", Usage: "lookup TABLE COLUMN [as FIELD], ... OUTPUT|OUTPUTNEW COLUMN [as NAME], ...",
		Doc:     "Adds columns of the row of a lookup table that has the same key.",
		Example: `lookup user_data id as user_id OUTPUT name, department | filter department = "Engineering"`,
	},
	{
		Name: "outlier", New: true, Usage: "outlier [action=remove|transform] [param=N] [uselower=true|false] [mark=true|false] FIELD ...",
		Doc:     "Removes or clamps values far outside of the quartiles.",
		Example: "fields @timestamp, cpu, memory | outlier action=remove param=3.0 uselower=true mark=true cpu memory",
	},
	{
		Name: "parse", Usage: `parse [FIELD] "GLOB" as NAME, ... | parse [FIELD] /REGEX/ [as NAME, ...] [multi] | parse [FIELD] logfmt as NAME | parse [FIELD] csv as NAME, ...`,
		Doc:     "Takes fields out of a text.",
		Example: `parse @message "user=*, method:*, latency := *" as @user, @method, @latency | stats avg(@latency) by @method, @user`,
	},
	{
		Name: "pattern", Usage: "pattern EXPR",
		Doc:     "Groups texts by their shape and counts them.",
		Example: "filter @message like /ERROR/ | pattern @message | sort @sampleCount desc",
	},
	{
		Name: "relevantfields", New: true, Usage: "relevantfields [FIELD, ...] where CONDITION",
		Doc:     "Ranks fields by how differently they are distributed where a condition holds.",
		Example: "relevantfields Controller, Path, Service where Time > 400",
	},
	{
		Name: "search", Usage: `search "TEXT" | search /REGEX/`,
		Doc:     "Keeps events whose message contains a text.",
		Example: `search "Exception"`,
	},
	{
		Name: "sessionize", New: true, Usage: "sessionize FIELD, ... [maxspan PERIOD] [as NAME]",
		Doc:     "Numbers sessions: events of the same values without a longer pause.",
		Example: "fields @timestamp, userId, deviceId | sessionize userId, deviceId maxspan 1h as my_session",
	},
	{
		Name: "sort", Aliases: []string{"order"}, Usage: "sort EXPR [asc|desc], ...",
		Doc:     "Orders rows; order by is the same.",
		Example: "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred desc | limit 15",
	},
	{
		Name: "stats", Usage: "stats AGGREGATE [as NAME], ... [by EXPR [as NAME], ... [offset PERIOD]]",
		Doc:     "Aggregates, over everything or by groups; up to ten in a query.",
		Example: "stats count(*) as exceptionCount by bin(1h) | sort exceptionCount desc",
	},
	{
		Name: "tail", Usage: "tail N",
		Doc:     "Keeps the last N rows.",
		Example: "fields @timestamp, @message | sort @timestamp asc | tail 10",
	},
	{
		Name: "unmask", Usage: "unmask FIELD, ...",
		Doc:     "Shows what data protection hides; needs the permission logs:Unmask.",
		Example: "fields @timestamp, @message | unmask @message",
	},
	{
		Name: "unnest", Usage: "unnest FIELD into NAME",
		Doc:     "Makes a row of each element of a list.",
		Example: `fields jsonParse(@message) as js | unnest js.accounts into account | filter account.type = "internal"`,
	},
}
