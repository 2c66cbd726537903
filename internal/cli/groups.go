package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tailrace/internal/api"
)

func newGroups(s streams) *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use:   "groups [PREFIX]",
		Short: "List log groups, create or delete one",
		Example: `  tailrace groups /aws/imagebuilder/
  tailrace groups create /app/web --retention 30
  tailrace groups delete /app/web`,
		Args: between(0, 1, "[PREFIX]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			groups, err := allGroups(cmd.Context(), c.logs(), append(args, "")[0])
			if err != nil {
				return c.explain(err)
			}
			if err := printGroups(s, flags.output, groups); err != nil {
				return err
			}
			return noteNone(s, flags.output, len(groups), "There are no such groups in region %s.", c.region)
		},
	}
	flags.add(cmd)
	cmd.AddCommand(newGroupsCreate(), newGroupsDelete())
	return cmd
}

func allGroups(ctx context.Context, logs *api.Client, prefix string) ([]api.LogGroup, error) {
	in := &api.DescribeLogGroupsRequest{}
	if prefix != "" {
		in.LogGroupNamePrefix = api.Some(prefix)
	}
	all := []api.LogGroup{}
	for {
		out, err := logs.DescribeLogGroups(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.LogGroups...)
		if in.NextToken = out.NextToken; !out.NextToken.Set {
			return all, nil
		}
	}
}

func printGroups(s streams, form string, groups []api.LogGroup) error {
	if form == "json" {
		return printJSON(s, &api.DescribeLogGroupsResponse{LogGroups: groups})
	}
	t := table{heading: []string{"GROUP", "CREATED", ">RETENTION", ">STORED"}}
	for i := range groups {
		g := &groups[i]
		t.add(g.LogGroupName.Value, humanTime(g.CreationTime.Value), humanRetention(int64(g.RetentionInDays.Value)), humanSize(g.StoredBytes.Value))
	}
	return t.print(s.out)
}

func newGroupsCreate() *cobra.Command {
	var flags clientFlags
	var retention int32
	cmd := &cobra.Command{
		Use: "create GROUP", Short: "Create a log group", Args: exactly("GROUP"),
		Example: "  tailrace groups create /app/web --retention 30",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			return c.explain(createGroup(cmd.Context(), c.logs(), args[0], retention))
		},
	}
	flags.add(cmd)
	cmd.Flags().Int32Var(&retention, "retention", 0, "`days` that events are kept; 0: for ever")
	return cmd
}

func createGroup(ctx context.Context, logs *api.Client, name string, retention int32) error {
	err := logs.CreateLogGroup(ctx, &api.CreateLogGroupRequest{LogGroupName: name})
	if err != nil || retention == 0 {
		return err
	}
	if err := logs.PutRetentionPolicy(ctx, &api.PutRetentionPolicyRequest{LogGroupName: name, RetentionInDays: retention}); err != nil {
		return fmt.Errorf("the group is there now, but keeps its events for ever: %w", err)
	}
	return nil
}

func newGroupsDelete() *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use: "delete GROUP", Short: "Delete a log group with its streams and events", Args: exactly("GROUP"),
		Example: "  tailrace groups delete /app/web",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := flags.connect(cmd.Context())
			if err != nil {
				return err
			}
			return c.explain(c.logs().DeleteLogGroup(cmd.Context(), &api.DeleteLogGroupRequest{LogGroupName: args[0]}))
		},
	}
	flags.add(cmd)
	return cmd
}
