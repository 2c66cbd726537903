package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// markdown is the report as tables, one a part.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Commit %s, %s. %s.\nCorpus %s, %.0f events. Loader and server share the machine; best is the best of the runs, and met says of the median, or of the best\nalone, that the goal is reached.\n",
		r.Commit, r.When, r.Machine, r.Corpus, r.Events)
	if speed := r.Machine.speed(); speed != 0 {
		fmt.Fprintf(&b, "Goals were set on a machine where a core packs %d and unpacks %d MB/s by zstd; this one %.0f and %.0f. So it is %.2f times\nas fast, and \"there\" is what the median would be on that machine.\n",
			goalPackMBs, goalUnpackMBs, r.Machine.PackMBs, r.Machine.UnpackMBs, speed)
	}
	part := ""
	for _, x := range r.Rows {
		if x.Part != part {
			part = x.Part
			fmt.Fprintf(&b, "\n| %s | must | median | best | there | server CPU, ms | met |\n|---|---:|---:|---:|---:|---:|---|\n", part)
		}
		what := x.What
		if x.Unit != "" {
			what += ", " + x.Unit
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", what, number(x.Must), number(x.Median), number(x.Best), number(x.There), number(x.CPUms), x.Met)
	}
	return b.String()
}

// number shows three digits, and nothing for 0.
func number(v float64) string {
	switch {
	case v == 0:
		return ""
	case math.Abs(v) >= 100:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
