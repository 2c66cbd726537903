package service

import (
	"context"

	"tailrace/internal/api"
	"tailrace/internal/catalog"
	"tailrace/internal/insights/syntax"
)

// expandQuery puts saved queries in the places of their calls: $Name(parameter="value").
func (s *Service) expandQuery(ctx context.Context, language api.QueryLanguage, text string) (*syntax.Expansion, error) {
	if language != api.QueryLanguageCwli {
		return &syntax.Expansion{Text: text}, nil
	}
	return syntax.ExpandSaved(text, func(name string) (*syntax.Saved, error) {
		d, err := s.savedQuery(ctx, name)
		if d == nil || err != nil {
			return nil, definitionNoun.exception("find query definition "+name, err)
		}
		saved := &syntax.Saved{Text: d.Text, Parameters: map[string]*string{}}
		for _, p := range d.Parameters {
			saved.Parameters[p.Name] = p.Default
		}
		return saved, nil
	})
}

// savedQuery finds a saved query of Logs Insights by name, nil if there is none: of several the one that was saved last.
func (s *Service) savedQuery(ctx context.Context, name string) (found *catalog.QueryDefinition, err error) {
	q := catalog.QueryDefinitionQuery{Scope: scopeOf(ctx), Prefix: name, Language: string(api.QueryLanguageCwli), Limit: maxDefinitionPage}
	page, err := s.catalog.ListQueryDefinitions(ctx, q)
	for i := range page {
		if d := &page[i]; d.Name == name && (found == nil || d.Modified > found.Modified) {
			found = d
		}
	}
	return found, err
}
