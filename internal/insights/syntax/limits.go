package syntax

// What a query may have. MaxLength and MaxStats are Amazon's (cloudwatch-logs.md §15, §16.3); the others keep a query from
// costing more than its text is worth.
const (
	MaxLength = 10_000  // characters of a query
	MaxStats  = 10      // stats commands
	MaxLimit  = 100_000 // of limit, head, tail and appendcols max

	maxDepth        = 100 // parentheses, calls and signs in one another
	maxStages       = 250
	maxErrors       = 10
	maxIndexDigits  = 6
	maxPeriodDigits = 9
	maxCaseBranches = 10 // §16.5
)
