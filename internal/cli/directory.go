package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tailrace/internal/server"
	"tailrace/internal/snapshot"
	"tailrace/internal/storage"
)

// directoryOf is the data directory that a command is about: its argument or --data, of which it wants one. Neither is the
// server's own default.
func directoryOf(cmd *cobra.Command, args []string, data string) (string, error) {
	given := cmd.Flags().Changed("data")
	if len(args) > 0 && given {
		return "", badUsage("%s: want DIR or --data, got both", cmd.CommandPath())
	}
	dir := data
	if len(args) > 0 {
		dir = args[0]
	}
	for _, name := range []string{storage.CatalogFile, storage.SegmentDir, storage.LogDir} { // one may be what was lost
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: name it as an argument, with --data or TAILRACE_DATA", noDirectory(dir))
}

func noDirectory(dir string) error {
	return fmt.Errorf("%s is no data directory of a server", dir)
}

// explainStore says what to do about errors of opening a store to read it.
func explainStore(dir string, err error) error {
	if errors.Is(err, snapshot.ErrNoStore) {
		return noDirectory(dir)
	}
	return err
}

// jsonFlag is --json, the short form of --output json.
func jsonFlag(cmd *cobra.Command, output *string) {
	outputFlag(cmd, output)
	cmd.Flags().BoolFunc("json", "the same as --output json", func(string) error {
		*output = "json"
		return nil
	})
}

func defaultData() string { return cmp.Or(os.Getenv(environment("data")), server.Default().Data) }
