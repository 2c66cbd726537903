package cli

import "github.com/spf13/cobra"

func newInspect(s streams) *cobra.Command {
	cmd := family(&cobra.Command{
		Use:   "inspect",
		Short: "Look into the files of a store",
		Long: `Show what the files of a store hold. These commands only read: they repair nothing and make no file. They work on a store at
rest and beside a running server, of which they see the state of the moment.`,
		Example: `  tailrace inspect wal /srv/tailrace
  tailrace inspect segment --data /srv/tailrace
  tailrace inspect catalog /srv/tailrace`,
	})
	cmd.AddCommand(newInspectWAL(s), newInspectSegment(s), newInspectCatalog(s))
	return cmd
}
