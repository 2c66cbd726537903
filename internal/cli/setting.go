package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// environment is the name of the variable that sets a flag: --flush-age is TAILRACE_FLUSH_AGE.
func environment(flag string) string {
	return "TAILRACE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// notSettings are flags that neither the environment nor the file can set; --config has its variable all the same.
var notSettings = map[string]bool{"config": true, "help": true}

// applySettings gives every flag that the command line leaves out the value of its environment variable or else of the
// configuration file: a YAML map from flag names to values. An empty variable is none. A name in the file that is no
// setting is an error, as is a value that the flag does not take.
func applySettings(cmd *cobra.Command, file string) error {
	file = cmp.Or(file, os.Getenv(environment("config")))
	values, err := readSettings(cmd, file)
	if err != nil {
		return err
	}
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || notSettings[f.Name] {
			return
		}
		source, value := environment(f.Name), os.Getenv(environment(f.Name))
		if value == "" {
			var ok bool
			if value, ok = values[f.Name]; !ok {
				return
			}
			source = "configuration file " + file
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", source, err))
		}
	})
	return errors.Join(errs...)
}

func readSettings(cmd *cobra.Command, file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("configuration file %s does not exist", file)
	} else if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	var values map[string]string
	if err := yaml.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("configuration file %s: %w; want lines of the form `flag: value`", file, err)
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if cmd.Flags().Lookup(name) == nil || notSettings[name] {
			errs = append(errs, fmt.Errorf("configuration file %s: %q is no setting; see %s --help", file, name, cmd.CommandPath()))
		}
	}
	return values, errors.Join(errs...)
}
