package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tailrace/internal/auth"
	"tailrace/internal/catalog"
	"tailrace/internal/server"
)

func newKeys(s streams) *cobra.Command {
	cmd := family(&cobra.Command{
		Use:   "keys",
		Short: "Keep access keys",
		Long: `Keep the access keys that requests are signed with. These commands open the data directory, beside a running server or
without one; a running server notices within a second. As soon as there is a key, every request must be signed.`,
		Example: `  tailrace keys create --account 111111111111 --description 'build farm'
  tailrace keys import AKIAEXAMPLE --secret-file secret.txt
  tailrace keys list`,
	})
	cmd.AddCommand(newKeysCreate(s), newKeysImport(s), newKeysList(s),
		newKeysChange("disable", "Refuse a key from now on", (*auth.Keyring).Disable),
		newKeysChange("enable", "Let a disabled key in again", (*auth.Keyring).Enable),
		newKeysChange("delete", "Delete a key", (*auth.Keyring).Delete))
	return cmd
}

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", defaultData(), "data `directory` of the server (TAILRACE_DATA)")
}

// withExisting is withKeyring for commands that make no sense without a data directory: a misspelt one is not made.
func withExisting(ctx context.Context, data string, use func(*auth.Keyring) error) error {
	if _, err := os.Stat(filepath.Join(data, server.CatalogFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is no data directory of a server: name it with --data or TAILRACE_DATA", data)
	}
	return withKeyring(ctx, data, use)
}

// withKeyring opens the keys of a data directory for one command, and makes the directory if it is not there.
func withKeyring(ctx context.Context, data string, use func(*auth.Keyring) error) (err error) {
	cat, keyring, err := server.OpenKeys(ctx, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cat.Close()) }()
	return use(keyring)
}

func newKeysCreate(s streams) *cobra.Command {
	var data, account, description string
	cmd := &cobra.Command{
		Use: "create", Short: "Make a key and print it", Args: exactly(),
		Long:    "Make a key and print it in the form of AWS's environment variables. The secret is not shown again.",
		Example: "  tailrace keys create --account 111111111111 --description 'build farm'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withKeyring(cmd.Context(), data, func(k *auth.Keyring) error {
				key, err := k.Create(cmd.Context(), account, description)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(s.out, "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n", key.AccessKeyID, key.Secret)
				return err
			})
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().StringVar(&account, "account", "", "account of those who use it, twelve digits (default "+auth.DefaultAccount+")")
	cmd.Flags().StringVar(&description, "description", "", "what it is for")
	return cmd
}

func newKeysImport(s streams) *cobra.Command {
	var data, account, description, secret, file string
	cmd := &cobra.Command{
		Use: "import ACCESS_KEY_ID", Short: "Take in a key that clients have already", Args: exactly("ACCESS_KEY_ID"),
		Example: "  tailrace keys import AKIAEXAMPLE --secret-file secret.txt --account 111111111111",
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := readSecret(s, secret, file)
			if err != nil {
				return err
			}
			return withKeyring(cmd.Context(), data, func(k *auth.Keyring) error {
				_, err := k.Import(cmd.Context(), auth.Key{AccessKeyID: args[0], Secret: secret, Account: account}, description)
				if errors.Is(err, catalog.ErrExists) {
					return fmt.Errorf("key %s is there already: delete it first with `tailrace keys delete`", args[0])
				}
				return err
			})
		},
	}
	dataFlag(cmd, &data)
	f := cmd.Flags()
	f.StringVar(&account, "account", "", "account of those who use it, twelve digits (default "+auth.DefaultAccount+")")
	f.StringVar(&description, "description", "", "what it is for")
	f.StringVar(&secret, "secret", "", "the secret; others on this machine can see it while the command runs, so prefer --secret-file")
	f.StringVar(&file, "secret-file", "", "`file` with the secret, - for standard input")
	return cmd
}

// readSecret takes the secret from the flag, the file or standard input, without a line's end.
func readSecret(s streams, secret, file string) (string, error) {
	if (secret == "") == (file == "") {
		return "", badUsage("tailrace keys import: want one of --secret and --secret-file")
	}
	if secret != "" {
		return secret, nil
	}
	var text []byte
	var err error
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(s.in, 1<<10))
	} else {
		text, err = os.ReadFile(file)
	}
	return strings.TrimRight(string(text), "\r\n"), err
}

func newKeysList(s streams) *cobra.Command {
	var data, output string
	cmd := &cobra.Command{
		Use: "list", Short: "List keys, without their secrets", Args: exactly(), Example: "  tailrace keys list",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			return withExisting(cmd.Context(), data, func(k *auth.Keyring) error {
				keys, err := k.List(cmd.Context())
				if err != nil {
					return err
				}
				return printKeys(s, output, keys)
			})
		},
	}
	dataFlag(cmd, &data)
	outputFlag(cmd, &output)
	return cmd
}

// keyLine is a key as JSON shows it.
type keyLine struct {
	AccessKeyID string `json:"accessKeyId"`
	Account     string `json:"account"`
	Created     int64  `json:"created"` // epoch milliseconds
	State       string `json:"state"`
	Description string `json:"description,omitempty"`
}

func printKeys(s streams, form string, keys []auth.KeyInfo) error {
	t := table{heading: []string{"ACCESS KEY ID", "ACCOUNT", "CREATED", "STATE", "DESCRIPTION"}}
	lines := []keyLine{}
	for _, key := range keys {
		t.add(key.AccessKeyID, key.Account, humanTime(key.Created), keyState(key), key.Description)
		lines = append(lines, keyLine{key.AccessKeyID, key.Account, key.Created, keyState(key), key.Description})
	}
	if form == "json" {
		return printValue(s, map[string]any{"keys": lines})
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	return noteNone(s, form, len(keys), "There are no keys: a server on a loopback address lets everybody on this machine in.")
}

func keyState(k auth.KeyInfo) string {
	switch {
	case k.Sealed:
		return "sealed by another key file"
	case k.Disabled:
		return "disabled"
	}
	return "enabled"
}

func newKeysChange(name, short string, change func(*auth.Keyring, context.Context, string) error) *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: name + " ACCESS_KEY_ID", Short: short, Args: exactly("ACCESS_KEY_ID"), Example: "  tailrace keys " + name + " AKIAEXAMPLE",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd.Context(), data, func(k *auth.Keyring) error {
				err := change(k, cmd.Context(), args[0])
				if errors.Is(err, catalog.ErrNotFound) {
					return fmt.Errorf("there is no key %s; `tailrace keys list` shows which there are", args[0])
				}
				return err
			})
		},
	}
	dataFlag(cmd, &data)
	return cmd
}
