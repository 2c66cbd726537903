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

// checkClasses refuses what groups of a class cannot be asked (cloudwatch-logs.md §3, §16.3).
func checkClasses(text *syntax.Expansion, tree *syntax.Query, sources querySources) error {
	infrequent := false
	for _, source := range sources {
		for i := range source.groups {
			g := &source.groups[i]
			if g.Class == classDelivery {
				return checkReadable(*g, "StartQuery")
			}
			infrequent = infrequent || g.Class == classInfrequentAccess
		}
	}
	if !infrequent {
		return nil
	}
	var errors syntax.Diagnostics
	stats := 0
	for _, stage := range tree.Stages {
		switch command := stage.Command(); command {
		case "pattern", "diff", "unmask", "filterIndex":
			errors.Report(stage.Pos(), "%s is not supported for log groups of the class %s", command, classInfrequentAccess)
		case "stats":
			if stats++; stats > maxInfrequentStats {
				errors.Report(stage.Pos(), "more than %d stats commands, which log groups of the class %s do not support", maxInfrequentStats, classInfrequentAccess)
			}
		}
	}
	if err := errors.Err(text.Text); err != nil {
		return malformedQuery(text.Places(err))
	}
	return nil
}
