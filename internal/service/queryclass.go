package service

import (
	"tailrace/internal/api"
	"tailrace/internal/insights/syntax"
)

const (
	classInfrequentAccess = string(api.LogGroupClassInfrequentAccess)
	// maxInfrequentStats is how many stats commands a query of such groups may have.
	maxInfrequentStats = 2
)

// checkClasses refuses what groups of a class cannot be asked, by the query or one inside of it (cloudwatch-logs.md §3, §16.3).
func checkClasses(text *syntax.Expansion, tree *syntax.Query, sources querySources) error {
	infrequent := map[*syntax.Source]bool{}
	for source, read := range sources {
		for i := range read.groups {
			g := &read.groups[i]
			if g.Class == classDelivery {
				return checkReadable(*g, "StartQuery")
			}
			infrequent[source] = infrequent[source] || g.Class == classInfrequentAccess
		}
	}
	var errors syntax.Diagnostics
	checkInfrequent(tree, nil, infrequent, &errors)
	if err := errors.Err(text.Text); err != nil {
		return malformedQuery(text.Places(err))
	}
	return nil
}

// checkInfrequent reports what the groups of a query cannot be asked: those of its SOURCE, or of the query around it.
func checkInfrequent(q *syntax.Query, around *syntax.Source, infrequent map[*syntax.Source]bool, errors *syntax.Diagnostics) {
	source := around
	if q.Source != nil && q.Source.Selects() {
		source = q.Source
	}
	stats := 0
	for _, stage := range q.Stages {
		for _, inner := range syntax.Inner(stage) {
			checkInfrequent(inner, source, infrequent, errors)
		}
		if !infrequent[source] {
			continue
		}
		switch command := stage.Command(); command {
		case "pattern", "diff", "logcompare", "unmask", "filterIndex":
			errors.Report(stage.Pos(), "%s is not supported for log groups of the class %s", command, classInfrequentAccess)
		case "stats":
			if stats++; stats > maxInfrequentStats {
				errors.Report(stage.Pos(), "more than %d stats commands, which log groups of the class %s do not support", maxInfrequentStats, classInfrequentAccess)
			}
		}
	}
}
