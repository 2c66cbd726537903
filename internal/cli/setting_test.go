package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tailrace/internal/server"
)

// settings runs a command with serve's flags and returns the configuration that it ends with.
func settings(t *testing.T, args ...string) (server.Config, error) {
	t.Helper()
	config := server.Default()
	var file string
	cmd := &cobra.Command{Use: "serve", SilenceErrors: true, SilenceUsage: true, RunE: func(cmd *cobra.Command, _ []string) error { return applySettings(cmd, file) }}
	serveFlags(cmd, &config)
	cmd.Flags().StringVar(&file, "config", "", "")
	cmd.SetArgs(args)
	err := cmd.Execute()
	return config, err
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tailrace.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestPrecedence: flag before environment before file before default.
func TestPrecedence(t *testing.T) {
	file := writeFile(t, "region: from-file\nsync: interval\npcluster-prefix: /file\nallow-anonymous: true\nflush-bytes: 2000000\n")
	t.Setenv("TAILRACE_REGION", "from-env")
	t.Setenv("TAILRACE_SYNC", "always")
	t.Setenv("TAILRACE_PCLUSTER_PREFIX", "")
	t.Setenv("TAILRACE_HELP", "true")
	config, err := settings(t, "--config", file, "--region", "from-flag")
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]any{
		"flag over environment and file": {config.Region, "from-flag"},
		"environment over file":          {config.Sync, "always"},
		"an empty variable is none":      {config.Prefix, "/file"},
		"file over default, a truth":     {config.AllowAnonymous, true},
		"file over default, a number":    {config.FlushBytes, int64(2000000)},
		"default":                        {config.Listen, server.Default().Listen},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
}

func TestConfigFromEnvironment(t *testing.T) {
	t.Setenv("TAILRACE_CONFIG", writeFile(t, "region: from-file\n"))
	if config, err := settings(t); err != nil || config.Region != "from-file" {
		t.Errorf("%q %v", config.Region, err)
	}
}

// TestSettingErrors: what is wrong, and where it stands.
func TestSettingErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.yaml")
	for _, c := range []struct {
		file, env string
		want      []string
	}{
		{file: "regoin: x\nlisten-to: y\n", want: []string{`"listen-to" is no setting; see serve --help`, `"regoin" is no setting`}},
		{file: "config: other.yaml\n", want: []string{`"config" is no setting`}},
		{file: "help: true\n", want: []string{`"help" is no setting`}},
		{file: "flush-age: soon\n", want: []string{"tailrace.yaml", `"--flush-age"`, "soon"}},
		{file: "- a list\n", want: []string{"tailrace.yaml", "want lines of the form `flag: value`"}},
		{file: "data: [a, b]\n", want: []string{"tailrace.yaml", "want lines of the form `flag: value`"}},
		{env: "soon", want: []string{"TAILRACE_FLUSH_AGE", `"--flush-age"`, "soon"}},
	} {
		var args []string
		if c.file != "" {
			args = []string{"--config", writeFile(t, c.file)}
		}
		t.Setenv("TAILRACE_FLUSH_AGE", c.env)
		_, err := settings(t, args...)
		if err == nil {
			t.Errorf("%q is taken", c.file+c.env)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %q", c.file+c.env, err, want)
			}
		}
	}
	t.Setenv("TAILRACE_FLUSH_AGE", "")
	if _, err := settings(t, "--config", missing); err == nil || !strings.Contains(err.Error(), "configuration file "+missing+" does not exist") {
		t.Errorf("got %v", err)
	}
}

// TestEmptyFile: nothing set is nothing wrong.
func TestEmptyFile(t *testing.T) {
	config, err := settings(t, "--config", writeFile(t, "# nothing yet\n"))
	if err != nil || config.Region != server.Default().Region {
		t.Errorf("%+v %v", config, err)
	}
}

// TestHelp: every command has an example and explains its flags.
func TestHelp(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for _, line := range strings.Split(cmd.Example, "\n") {
			if !strings.HasPrefix(line, "  ") || !strings.Contains(line, cmd.CommandPath()) {
				t.Errorf("%s: example %q", cmd.CommandPath(), line)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(streams{}))
	if err := unknownCommand(newRoot(streams{}), "stream"); !errors.As(err, new(usageError)) || !strings.Contains(err.Error(), "did you mean streams?") {
		t.Errorf("got %v", err)
	}
}
