package syntax

import (
	"fmt"
	"iter"
	"strings"
)

// Nearest finds the name that a word is most likely meant to be; "" if none is near.
func Nearest(word string, names iter.Seq[string]) string {
	word = strings.ToLower(word)
	best, least := "", 1+min(2, len(word)/3)
	for name := range names {
		if abs(len(name)-len(word)) >= least {
			continue
		}
		if d := distance(word, strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// distance counts bytes to insert, leave out, replace or swap with their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func didYouMean(name, format string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(format, `"`+name+`"`)
}
