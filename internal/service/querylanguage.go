package service

import (
	"fmt"

	"tailrace/internal/api"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/ppl"
	"tailrace/internal/insights/syntax/sql"
)

// maxOtherRows is how many rows a query of PPL or SQL gives at most (cloudwatch-logs.md §15, §16.7).
const maxOtherRows = 10_000

// parseQuery reads a query in its language onto the tree that all of them have.
func parseQuery(language api.QueryLanguage, text string) (q *syntax.Query, err error) {
	switch language {
	case api.QueryLanguageSql:
		q, err = sql.Parse(text)
	case api.QueryLanguagePpl:
		q, err = ppl.Parse(text)
	default:
		return syntax.Parse(text)
	}
	if err != nil {
		return nil, err
	}
	return q, checkRows(text, q)
}

// checkRows refuses a query that asks for more rows than PPL and SQL give.
func checkRows(text string, q *syntax.Query) error {
	var errors syntax.Diagnostics
	for _, stage := range q.Stages {
		if limit, ok := stage.(*syntax.Limit); ok && limit.Count > maxOtherRows {
			errors.Report(limit.Span, "a query of this language gives %d rows at most", maxOtherRows)
		}
	}
	return errors.Err(text)
}

// checkLimit refuses a request for more rows than the language gives.
func checkLimit(language api.QueryLanguage, limit api.Opt[int32]) error {
	if language != api.QueryLanguageCwli && limit.Value > maxOtherRows {
		return invalidParameter(fmt.Sprintf("A query of %s gives %d rows at most.", language, maxOtherRows))
	}
	return nil
}
