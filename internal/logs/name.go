package logs

import (
	"strings"
	"unicode/utf8"
)

// MaxNameLength is the longest name of a group or stream, in characters.
const MaxNameLength = 512

// ValidGroupName tells whether name has the form of a log group's: 1 to 512 of letters, digits and ".-_/#", not
// starting with "aws/" (cloudwatch-logs.md §2).
func ValidGroupName(name string) bool {
	if name == "" || len(name) > MaxNameLength || strings.HasPrefix(name, "aws/") {
		return false
	}
	for i := range len(name) {
		if !groupNameByte(name[i]) {
			return false
		}
	}
	return true
}

func groupNameByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte(".-_/#", c) >= 0
}

// ValidStreamName tells whether name has the form of a log stream's: 1 to 512 characters without ":" and "*".
func ValidStreamName(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= MaxNameLength && !strings.ContainsAny(name, ":*")
}
