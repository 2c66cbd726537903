package syntax

// functions are cloudwatch-logs.md §16.5. median is in Grafana's editor only.
var functions = []Function{
	{
		Name: "abs", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number"),
		Doc:    "The absolute value.", Example: "fields abs(delta) as size",
	},
	{
		Name: "ceil", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number"),
		Doc:    "The smallest whole number that is not less.", Example: "fields ceil(latency)",
	},
	{
		Name: "floor", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number"),
		Doc:    "The largest whole number that is not greater.", Example: "fields floor(latency)",
	},
	{
		Name: "greatest", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number, more number*"),
		Doc:    "The largest of its arguments.", Example: "fields greatest(readMs, writeMs) as slowest",
	},
	{
		Name: "least", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number, more number*"),
		Doc:    "The smallest of its arguments.", Example: "fields least(readMs, writeMs) as fastest",
	},
	{
		Name: "log", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number"),
		Doc:    "The natural logarithm.", Example: "fields log(bytes)",
	},
	{
		Name: "sqrt", Group: GroupNumeric, Result: KindNumber,
		Params: args("a number"),
		Doc:    "The square root.", Example: "fields sqrt(area)",
	},
	{
		Name: "round", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("a number, decimals number?"),
		Doc:    "The nearest whole number, or number with so many decimals.", Example: "fields round(latency, 2) as ms",
	},
	{
		Name: "haversine", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("lat1 number, lon1 number, lat2 number, lon2 number"),
		Doc:    "The distance in kilometres between two places given in degrees.", Example: "fields haversine(lat1, lon1, lat2, lon2) as km",
	},
	{
		Name: "toNumber", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("text any"),
		Doc:    "The number that a text is.", Example: "fields toNumber(code)",
	},
	{
		Name: "toInt", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "A whole number of 32 bits.", Example: "fields toInt(code)",
	},
	{
		Name: "toLong", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "A whole number of 64 bits.", Example: "fields toLong(bytes)",
	},
	{
		Name: "toDouble", Group: GroupNumeric, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "A floating-point number.", Example: "fields toDouble(ratio)",
	},
	{
		Name: "bin", Group: GroupDatetime, Result: KindTime,
		Params: args("period period"),
		Doc:    "@timestamp, cut down to a multiple of a period.", Example: "stats count(*) by bin(5m)",
	},
	{
		Name: "datefloor", Group: GroupDatetime, Result: KindTime,
		Params: args("time timestamp, period period"),
		Doc:    "A time, cut down to a multiple of a period.", Example: "stats count(*) by datefloor(@timestamp, 1h)",
	},
	{
		Name: "dateceil", Group: GroupDatetime, Result: KindTime,
		Params: args("time timestamp, period period"),
		Doc:    "A time, raised to a multiple of a period.", Example: "stats count(*) by dateceil(@timestamp, 1h)",
	},
	{
		Name: "fromMillis", Group: GroupDatetime, Result: KindTime,
		Params: args("millis number"),
		Doc:    "The time so many milliseconds after 1970.", Example: "fields fromMillis(startedAt) as started",
	},
	{
		Name: "toMillis", Group: GroupDatetime, Result: KindNumber,
		Params: args("time timestamp"),
		Doc:    "The milliseconds from 1970 to a time.", Example: "fields toMillis(@timestamp)",
	},
	{
		Name: "now", Group: GroupDatetime, Result: KindNumber,
		Doc: "The seconds from 1970 to the start of the query.", Example: "filter toMillis(@timestamp) >= now() * 1000 - 7200000",
	},
	{
		Name: "parseDate", Group: GroupDatetime, New: true, Result: KindNumber,
		Params: args("text string, format string, zone string?"),
		Doc:    "The milliseconds of a date in a format of Java's DateTimeFormatter.", Example: `fields parseDate(day, "yyyy-MM-dd", "UTC") as epoch`,
	},
	{
		Name: "formatDate", Aliases: []string{"strftime"}, Group: GroupDatetime, New: true, Result: KindString,
		Params: args("time any, format string, zone string?"),
		Doc:    "A time in a format of strftime.", Example: `fields formatDate(@timestamp, "%Y-%m-%d", "UTC") as day`,
	},
	{
		Name: "queryStartTime", Group: GroupDatetime, New: true, Result: KindNumber,
		Doc: "The milliseconds at which the range of the query starts.", Example: "fields toMillis(@timestamp) - queryStartTime() as sinceStart",
	},
	{
		Name: "queryEndTime", Group: GroupDatetime, New: true, Result: KindNumber,
		Doc: "The milliseconds at which the range of the query ends.", Example: "fields queryEndTime() - toMillis(@timestamp) as beforeEnd",
	},
	{
		Name: "queryTimeRange", Group: GroupDatetime, New: true, Result: KindNumber,
		Doc: "The length of the range of the query in milliseconds.", Example: "stats count(*) / queryTimeRange() * 1000 as perSecond",
	},
	{
		Name: "ispresent", Group: GroupGeneral, Result: KindBoolean,
		Params: args("field any"),
		Doc:    "Whether a field has a value.", Example: "filter ispresent(errorCode)",
	},
	{
		Name: "coalesce", Group: GroupGeneral, Result: KindAny,
		Params: args("value any, more any*"),
		Doc:    "The first of its arguments that has a value.", Example: `fields coalesce(userId, clientIp, "unknown") as who`,
	},
	{
		Name: "case", Group: GroupGeneral, New: true, Result: KindAny,
		Params: args("condition boolean, value any, more any*"),
		Doc:    "The value behind the first condition that holds; a last value without condition is for all else.", Example: `fields case(status >= 500, "server", status >= 400, "client", "ok") as class`,
	},
	{
		Name: "if", Group: GroupGeneral, Result: KindAny,
		Params: args("condition boolean, then any, else any"),
		Doc:    "One of two values, by a condition.", Example: `fields if(status >= 400, "failed", "ok") as outcome`,
	},
	{
		Name: "isNumeric", Group: GroupGeneral, New: true, Result: KindBoolean,
		Params: args("field any"),
		Doc:    "Whether a value is a number.", Example: "filter isNumeric(@duration)",
	},
	{
		Name: "messageSize", Group: GroupGeneral, New: true, Result: KindNumber,
		Params: args("text any"),
		Doc:    "The bytes of a text.", Example: "fields messageSize(@message) as size",
	},
	{
		Name: "jsonParse", Group: GroupJSON, Result: KindMap,
		Params: args("text any"),
		Doc:    "The map or list that a text is, in JSON.", Example: "fields jsonParse(@message) as js | filter js.status = 500",
	},
	{
		Name: "jsonStringify", Group: GroupJSON, Result: KindString,
		Params: args("value any"),
		Doc:    "A map or list as JSON.", Example: "fields jsonParse(@message) as js | fields jsonStringify(js.user) as user",
	},
	{
		Name: "jsonArraySize", Group: GroupJSON, New: true, Result: KindNumber,
		Params: args("text any"),
		Doc:    "The number of elements of a JSON array.", Example: "fields jsonArraySize(items) as n",
	},
	{
		Name: "jsonArrayContains", Group: GroupJSON, New: true, Result: KindBoolean,
		Params: args("text any, value any"),
		Doc:    "Whether a JSON array has an element.", Example: `filter jsonArrayContains(roles, "admin")`,
	},
	{
		Name: "isValidIp", Group: GroupIP, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether a text is an IPv4 or IPv6 address.", Example: "filter isValidIp(client)",
	},
	{
		Name: "isValidIpV4", Group: GroupIP, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether a text is an IPv4 address.", Example: "filter isValidIpV4(client)",
	},
	{
		Name: "isValidIpV6", Group: GroupIP, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether a text is an IPv6 address.", Example: "filter isValidIpV6(client)",
	},
	{
		Name: "isIpInSubnet", Group: GroupIP, Result: KindBoolean,
		Params: args("text string, subnet string"),
		Doc:    "Whether an address lies in a network.", Example: `filter isIpInSubnet(srcAddr, "2001:db8::/32")`,
	},
	{
		Name: "isIpv4InSubnet", Group: GroupIP, Result: KindBoolean,
		Params: args("text string, subnet string"),
		Doc:    "Whether an IPv4 address lies in a network.", Example: `filter isIpv4InSubnet(srcAddr, "192.0.2.0/24")`,
	},
	{
		Name: "isIpv6InSubnet", Group: GroupIP, Result: KindBoolean,
		Params: args("text string, subnet string"),
		Doc:    "Whether an IPv6 address lies in a network.", Example: `filter isIpv6InSubnet(srcAddr, "2001:db8::/32")`,
	},
	{
		Name: "ipv4ToNumber", Group: GroupIP, New: true, Result: KindNumber,
		Params: args("text string"),
		Doc:    "An IPv4 address as a number.", Example: "fields ipv4ToNumber(srcAddr)",
	},
	{
		Name: "isPrivateIP", Group: GroupIP, New: true, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether an address is in a private range.", Example: "filter isPrivateIP(srcAddr)",
	},
	{
		Name: "isPublicIP", Group: GroupIP, New: true, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether an address is routed in public.", Example: "filter isPublicIP(dstAddr)",
	},
	{
		Name: "isReservedIP", Group: GroupIP, New: true, Result: KindBoolean,
		Params: args("text string"),
		Doc:    "Whether an address is in a reserved range.", Example: "filter isReservedIP(dstAddr)",
	},
	{
		Name: "isempty", Group: GroupString, Result: KindNumber,
		Params: args("text any"),
		Doc:    "Whether a value is missing or an empty text.", Example: "filter isempty(userAgent)",
	},
	{
		Name: "isblank", Group: GroupString, Result: KindNumber,
		Params: args("text any"),
		Doc:    "Whether a value is missing, empty or only white space.", Example: "filter isblank(userAgent)",
	},
	{
		Name: "concat", Group: GroupString, Result: KindString,
		Params: args("text string, more string*"),
		Doc:    "The texts one behind the other.", Example: `fields concat(host, ":", port) as address`,
	},
	{
		Name: "ltrim", Group: GroupString, Result: KindString,
		Params: args("text string, chars string?"),
		Doc:    "The text without white space, or without some characters, at the left.", Example: "fields ltrim(@message)",
	},
	{
		Name: "rtrim", Group: GroupString, Result: KindString,
		Params: args("text string, chars string?"),
		Doc:    "The text without white space, or without some characters, at the right.", Example: "fields rtrim(@message)",
	},
	{
		Name: "trim", Group: GroupString, Result: KindString,
		Params: args("text string, chars string?"),
		Doc:    "The text without white space, or without some characters, at both ends.", Example: "fields trim(@message)",
	},
	{
		Name: "strlen", Group: GroupString, Result: KindNumber,
		Params: args("text string"),
		Doc:    "The code points of a text.", Example: "stats avg(strlen(@message)) as length",
	},
	{
		Name: "toupper", Group: GroupString, Result: KindString,
		Params: args("text string"),
		Doc:    "The text in upper case.", Example: "fields toupper(level)",
	},
	{
		Name: "tolower", Group: GroupString, Result: KindString,
		Params: args("text string"),
		Doc:    "The text in lower case.", Example: "stats count(*) by tolower(level)",
	},
	{
		Name: "substr", Group: GroupString, Result: KindString,
		Params: args("text string, start number, length number?"),
		Doc:    "The part of a text from a position, counted from 0.", Example: "fields substr(requestId, 0, 8) as short",
	},
	{
		Name: "replace", Group: GroupString, Result: KindString,
		Params: args("text string, find string, with string"),
		Doc:    "The text with each occurrence of another replaced.", Example: `fields replace(logGroup, "smoke_test", "Smoke")`,
	},
	{
		Name: "regexReplace", Group: GroupString, New: true, Result: KindString,
		Params: args("text string, regex pattern, with string"),
		Doc:    "The text with each match of a regular expression replaced.", Example: `fields regexReplace(path, "[0-9]+", "N") as shape`,
	},
	{
		Name: "strcontains", Group: GroupString, Result: KindNumber,
		Params: args("text string, find string, caseInsensitive boolean?"),
		Doc:    "1 if a text contains another, else 0.", Example: `filter strcontains(@message, "timeout") = 1`,
	},
	{
		Name: "startsWith", Group: GroupString, New: true, Result: KindNumber,
		Params: args("text string, find string"),
		Doc:    "1 if a text starts with another, else 0.", Example: `filter startsWith(path, "/api/") = 1`,
	},
	{
		Name: "endsWith", Group: GroupString, New: true, Result: KindNumber,
		Params: args("text string, find string"),
		Doc:    "1 if a text ends with another, else 0.", Example: `filter endsWith(path, ".js") = 1`,
	},
	{
		Name: "urlencode", Group: GroupString, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The text, escaped for URLs.", Example: "fields urlencode(path)",
	},
	{
		Name: "urldecode", Group: GroupString, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The text without the escapes of URLs.", Example: "fields urldecode(path)",
	},
	{
		Name: "base64encode", Group: GroupString, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The text in base 64.", Example: "fields base64encode(token)",
	},
	{
		Name: "base64decode", Group: GroupString, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The text that is in base 64.", Example: "fields base64decode(payload)",
	},
	{
		Name: "split", Group: GroupString, New: true, Result: KindList,
		Params: args("text string, delimiter string"),
		Doc:    "The parts of a text between delimiters.", Example: `fields split(path, "/") as parts | fields parts[1] as service`,
	},
	{
		Name: "hexToAscii", Group: GroupString, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The text that hexadecimal digits stand for.", Example: `fields hexToAscii("48656c6c6f") as text`,
	},
	{
		Name: "hexToDec", Group: GroupString, New: true, Result: KindNumber,
		Params: args("text string"),
		Doc:    "The number that hexadecimal digits stand for.", Example: `fields hexToDec("0xff") as dec`,
	},
	{
		Name: "decToHex", Group: GroupString, New: true, Result: KindString,
		Params: args("number number"),
		Doc:    "A whole number in hexadecimal digits.", Example: "fields decToHex(255) as hex",
	},
	{
		Name: "md5", Group: GroupHash, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The MD5 hash in hexadecimal digits.", Example: "fields md5(@message)",
	},
	{
		Name: "sha256", Group: GroupHash, New: true, Result: KindString,
		Params: args("text string"),
		Doc:    "The SHA-256 hash in hexadecimal digits.", Example: "stats count(*) by sha256(userId)",
	},
	{
		Name: "count", Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any?"),
		Doc:    "The number of rows, or of rows with a value.", Example: "stats count(*) as n, count(errorCode) as failed by bin(1h)",
	},
	{
		Name: "count_distinct", Aliases: []string{"countDistinct"}, Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The number of different values.", Example: "stats count_distinct(userId) as users by bin(1d)",
	},
	{
		Name: "sum", Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The sum.", Example: "stats sum(bytes) by srcAddr",
	},
	{
		Name: "avg", Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The mean of the numbers.", Example: "stats avg(@duration) by bin(5m)",
	},
	{
		Name: "min", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The smallest value.", Example: "stats min(@duration) by @logStream",
	},
	{
		Name: "max", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The largest value.", Example: "stats max(@memorySize / 1000 / 1000) as memoryMB",
	},
	{
		Name: "pct", Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any, percent count"),
		Doc:    "The value below which a percentage of the values lies.", Example: "stats pct(@duration, 95) as p95 by bin(5m)",
	},
	{
		Name: "median", Group: GroupAggregate, Aggregate: true, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The middle value, as pct of 50.", Example: "stats median(@duration) by bin(5m)",
	},
	{
		Name: "stddev", Group: GroupAggregate, Aggregate: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The standard deviation.", Example: "stats stddev(@duration) by bin(5m)",
	},
	{
		Name: "variance", Group: GroupAggregate, Aggregate: true, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The variance of the population.", Example: "stats variance(responseTime) as rt_var by service",
	},
	{
		Name: "values", Aliases: []string{"COLLECT_VALUES"}, Group: GroupAggregate, Aggregate: true, New: true, Result: KindList,
		Params: args("value any"),
		Doc:    "The different values.", Example: "stats values(status) as statuses by service",
	},
	{
		Name: "topk", Group: GroupAggregate, Aggregate: true, New: true, Result: KindList,
		Params: args("k count, value any"),
		Doc:    "The k most frequent values; without by and alone.", Example: "stats topk(3, status)",
	},
	{
		Name: "rate", Group: GroupAggregate, Aggregate: true, New: true, Result: KindNumber,
		Params: args("value any, interval period"),
		Doc:    "The change of a number per interval.", Example: "stats rate(requests, 1m) by bin(5m)",
	},
	{
		Name: "countOverTime", Group: GroupAggregate, Aggregate: true, New: true, Result: KindNumber,
		Params: args("value any?"),
		Doc:    "The number of rows in each bin.", Example: "stats countOverTime(status) by bin(5m)",
	},
	{
		Name: "sumOverTime", Group: GroupAggregate, Aggregate: true, New: true, Result: KindNumber,
		Params: args("value any"),
		Doc:    "The sum in each bin.", Example: "stats sumOverTime(bytes) by bin(5m)",
	},
	{
		Name: "histogram", Group: GroupAggregate, Aggregate: true, New: true, Result: KindMap,
		Params: args("value any, buckets count"),
		Doc:    "The numbers of values in ranges of equal width.", Example: "stats histogram(@duration, 10) by service",
	},
	{
		Name: "earliest", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The value of the earliest event.", Example: "stats earliest(status) by requestId",
	},
	{
		Name: "latest", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The value of the latest event.", Example: "stats latest(status) by requestId",
	},
	{
		Name: "sortsFirst", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The value that sorts first.", Example: "stats sortsFirst(version) by host",
	},
	{
		Name: "sortsLast", Group: GroupAggregate, Aggregate: true, Result: KindAny,
		Params: args("value any"),
		Doc:    "The value that sorts last.", Example: "stats sortsLast(version) by host",
	},
}
