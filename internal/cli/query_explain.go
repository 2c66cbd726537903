package cli

import (
	"context"
	"fmt"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/insights/plan"
	"tailrace/internal/insights/syntax"
	"tailrace/internal/insights/syntax/ppl"
	"tailrace/internal/insights/syntax/sql"
)

// explain prints the plan of the query, runs it, and prints what was read and left out. The API has no words for plans: this program
// makes it as a server of its version does.
func (q *querier) explain(ctx context.Context) error {
	planned, planErr := q.plan(ctx)
	begun := time.Now()
	all, err := q.answer(ctx, 1)
	if err != nil {
		return err
	}
	took := time.Since(begun)
	if planErr != nil {
		return fmt.Errorf("the server runs this query, but this program, %s, has no plan for it: %w", versionLine(), planErr)
	}
	fmt.Fprintf(q.s.out, "%s\n", planned)
	x := all.Statistics
	if x == nil {
		x = &api.QueryStatistics{}
	}
	t := table{heading: []string{"", ">EVENTS", ">MESSAGES"}}
	t.add("scanned", humanCount(int64(x.RecordsScanned.Value)), humanSize(int64(x.BytesScanned.Value)))
	t.add("skipped", humanCount(int64(x.EstimatedRecordsSkipped.Value)), humanSize(int64(x.EstimatedBytesSkipped.Value)))
	t.add("matched", humanCount(int64(x.RecordsMatched.Value)))
	if err := t.print(q.s.out); err != nil {
		return err
	}
	fmt.Fprintf(q.s.out, "in %s, %s\n", plural(int64(x.LogGroupsScanned.Value), "group"), took.Round(time.Millisecond))
	return ended(all)
}

// plan is the query's plan as text.
func (q *querier) plan(ctx context.Context) (string, error) {
	text, err := q.expanded(ctx)
	if err != nil {
		return "", err
	}
	parse := syntax.Parse
	switch q.in.QueryLanguage.Value {
	case api.QueryLanguagePpl:
		parse = ppl.Parse
	case api.QueryLanguageSql:
		parse = sql.Parse
	}
	tree, err := parse(text)
	if err != nil {
		return "", err
	}
	limit := 10_000
	if q.in.Limit.Set {
		limit = int(q.in.Limit.Value)
	}
	p, err := plan.Build(text, tree, plan.Env{Now: time.Now().UnixMilli(), Start: q.in.StartTime, End: q.in.EndTime, Limit: limit, Table: q.table(ctx)})
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

// expanded is the text of the query with saved ones in the places of their calls.
func (q *querier) expanded(ctx context.Context) (string, error) {
	if q.in.QueryLanguage.Or(api.QueryLanguageCwli) != api.QueryLanguageCwli {
		return q.in.QueryString, nil
	}
	e, err := syntax.ExpandSaved(q.in.QueryString, func(name string) (*syntax.Saved, error) {
		d, err := findSaved(ctx, q.logs, name)
		if err != nil {
			return nil, err
		}
		saved := &syntax.Saved{Text: d.QueryString.Value, Parameters: map[string]*string{}}
		for _, p := range d.Parameters {
			if saved.Parameters[p.Name] = nil; p.DefaultValue.Set {
				saved.Parameters[p.Name] = &p.DefaultValue.Value
			}
		}
		return saved, nil
	})
	if err != nil {
		return "", err
	}
	return e.Text, nil
}

// table gives the plan the account's lookup tables.
func (q *querier) table(ctx context.Context) func(string) (*plan.Table, error) {
	return func(name string) (*plan.Table, error) {
		in := &api.DescribeLookupTablesRequest{LookupTableNamePrefix: api.Some(name)}
		out, err := q.logs.DescribeLookupTables(ctx, in)
		if err != nil {
			return nil, err
		}
		for i := range out.LookupTables {
			if t := &out.LookupTables[i]; t.LookupTableName.Value == name { // the first with the prefix, if it is there
				got, err := q.logs.GetLookupTable(ctx, &api.GetLookupTableRequest{LookupTableArn: t.LookupTableArn.Value})
				if err != nil {
					return nil, err
				}
				return plan.ParseTable([]byte(got.TableBody.Value))
			}
		}
		return nil, fmt.Errorf("the lookup table '%s' does not exist", name)
	}
}
