package discover

// queryFields is how many fields a record of Route 53's public query log has.
const queryFields = 10

var queryNames = [queryFields]string{
	"version", "queryTimestamp", "hostZoneId", "queryName", "queryType", "responseCode", "protocol", "edgeLocation", "resolverIp",
	"ednsClientSubnet",
}

// isQuery tells whether words are such a record.
func isQuery(words [][]byte) bool {
	if string(words[0]) != "1.0" || !isTimestamp(words[1]) || words[2][0] != 'Z' {
		return false
	}
	protocol := string(words[6])
	return protocol == "UDP" || protocol == "TCP"
}

// isTimestamp tells whether a word begins like 2017-12-13T08:16:02 and ends with Z.
func isTimestamp(word []byte) bool {
	const shape = "0000-00-00T00:00:00"
	if len(word) <= len(shape) || word[len(word)-1] != 'Z' {
		return false
	}
	for i := range shape {
		if c := word[i]; shape[i] == '0' && (c < '0' || c > '9') || shape[i] != '0' && c != shape[i] {
			return false
		}
	}
	return true
}
