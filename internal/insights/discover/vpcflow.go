package discover

// flowFields is how many fields a record of a VPC flow log has in the default format, version 2.
const flowFields = 14

var flowNames = [flowFields]string{
	"version", "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort", "protocol", "packets", "bytes", "startTime", "endTime",
	"action", "logStatus",
}

// isFlow tells whether words are such a record. NODATA and SKIPDATA have "-" for what they lack.
func isFlow(words [][]byte) bool {
	if string(words[0]) != "2" || !isNumber(words[10]) || !isNumber(words[11]) {
		return false
	}
	switch string(words[12]) {
	case "ACCEPT", "REJECT", "-":
	default:
		return false
	}
	switch string(words[13]) {
	case "OK", "NODATA", "SKIPDATA":
		return true
	}
	return false
}

func isNumber(word []byte) bool {
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(word) > 0
}
