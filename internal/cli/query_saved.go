package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

// useSaved makes a request run a saved query: its call is the text, which the server expands.
func (q *queryFlags) useSaved(ctx context.Context, c *connection, in *api.StartQueryRequest) error {
	d, err := findSaved(ctx, c.logs(), q.saved)
	if err != nil {
		return c.explain(err)
	}
	var params []string
	for _, param := range q.params {
		name, value, ok := strings.Cut(param, "=")
		if !ok || name == "" {
			return badUsage("--param %q: want name=value", param)
		}
		params = append(params, quoteName(name)+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)+`"`)
	}
	in.QueryString = "$" + quoteName(q.saved) + "(" + strings.Join(params, ", ") + ")"
	if d.QueryLanguage.Or(api.QueryLanguageCwli) != api.QueryLanguageCwli {
		in.QueryString, in.QueryLanguage = d.QueryString.Value, d.QueryLanguage // no other language has calls
	}
	if len(in.LogGroupIdentifiers) == 0 {
		in.LogGroupIdentifiers = d.LogGroupNames
	}
	return nil
}

func quoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// savedQueries calls use with each saved query whose name begins so.
func savedQueries(ctx context.Context, logs *api.Client, prefix string, use func(*api.QueryDefinition)) error {
	in := &api.DescribeQueryDefinitionsRequest{}
	if prefix != "" {
		in.QueryDefinitionNamePrefix = api.Some(prefix)
	}
	for {
		out, err := logs.DescribeQueryDefinitions(ctx, in)
		if err != nil {
			return err
		}
		for i := range out.QueryDefinitions {
			use(&out.QueryDefinitions[i])
		}
		if in.NextToken = out.NextToken; !out.NextToken.Set {
			return nil
		}
	}
}

// findSaved finds a saved query by name: of several the one that was saved last.
func findSaved(ctx context.Context, logs *api.Client, name string) (found *api.QueryDefinition, err error) {
	err = savedQueries(ctx, logs, name, func(d *api.QueryDefinition) {
		if d.Name.Value == name && (found == nil || d.LastModified.Value > found.LastModified.Value) {
			found = d
		}
	})
	if err == nil && found == nil {
		err = fmt.Errorf("there is no saved query %q: `tailrace query list` lists them", name)
	}
	return found, err
}

func newQuerySave() *cobra.Command {
	var flags clientFlags
	var language string
	in := &api.PutQueryDefinitionRequest{}
	var params []string
	cmd := &cobra.Command{
		Use: "save NAME QUERY", Short: "Save a query under a name, in the place of an older one", Args: exactly("NAME", "QUERY"),
		Long: `Save a query under a name, in the place of an older one. {{level}} in it is a parameter, which --param gives a usual value or, without
one, requires of those who run it. Other queries call it as a command: $NAME(level="ERROR").`,
		Example: "  tailrace query save errors 'filter level = \"{{level}}\" | sort @timestamp desc' --group /app/web --param level=ERROR",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			in.Name, in.QueryString = args[0], args[1]
			if language != "" {
				in.QueryLanguage = api.Some(api.QueryLanguage(strings.ToUpper(language)))
			}
			for _, param := range params {
				name, value, usual := strings.Cut(param, "=")
				p := api.QueryParameter{Name: name}
				if usual {
					p.DefaultValue = api.Some(value)
				}
				in.Parameters = append(in.Parameters, p)
			}
			return c.explain(saveQuery(cmd.Context(), c.logs(), in))
		},
	}
	flags.add(cmd)
	cmd.Flags().StringArrayVar(&in.LogGroupNames, "group", nil, "`group` that it queries, if those who run it do not say; may stand more than once")
	cmd.Flags().StringVar(&language, "language", "", "language of the query: CWLI (the default), PPL or SQL")
	cmd.Flags().StringArrayVar(&params, "param", nil, "`name` of a parameter, or name=value with its usual value; may stand more than once")
	return cmd
}

func saveQuery(ctx context.Context, logs *api.Client, in *api.PutQueryDefinitionRequest) error {
	err := savedQueries(ctx, logs, in.Name, func(d *api.QueryDefinition) {
		if d.Name.Value == in.Name {
			in.QueryDefinitionID = d.QueryDefinitionID
		}
	})
	if err != nil {
		return err
	}
	_, err = logs.PutQueryDefinition(ctx, in)
	return err
}

func newQueryList(s streams) *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use: "list [PREFIX]", Short: "List saved queries", Args: between(0, 1, "[PREFIX]"), Example: "  tailrace query list",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			all := &api.DescribeQueryDefinitionsResponse{QueryDefinitions: []api.QueryDefinition{}}
			err = savedQueries(cmd.Context(), c.logs(), append(args, "")[0], func(d *api.QueryDefinition) {
				all.QueryDefinitions = append(all.QueryDefinitions, *d)
			})
			if err != nil {
				return c.explain(err)
			}
			if flags.output == "json" {
				return printJSON(s, all)
			}
			return printSaved(s, all.QueryDefinitions)
		},
	}
	flags.add(cmd)
	return cmd
}

func printSaved(s streams, list []api.QueryDefinition) error {
	t := table{heading: []string{"NAME", "MODIFIED", "GROUPS", "QUERY"}}
	for i := range list {
		d := &list[i]
		t.add(d.Name.Value, humanTime(d.LastModified.Value), strings.Join(d.LogGroupNames, " "), oneLine.Replace(d.QueryString.Value))
	}
	if width := terminalWidth(s.out); width > 0 {
		t.narrow(width)
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	return noteNone(s, "table", len(list), "There are no saved queries.")
}

func newQueryDelete() *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Delete a saved query", Args: exactly("NAME"), Example: "  tailrace query delete errors",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			d, err := findSaved(cmd.Context(), c.logs(), args[0])
			if err == nil {
				_, err = c.logs().DeleteQueryDefinition(cmd.Context(), &api.DeleteQueryDefinitionRequest{QueryDefinitionID: d.QueryDefinitionID.Value})
			}
			return c.explain(err)
		},
	}
	flags.add(cmd)
	return cmd
}
