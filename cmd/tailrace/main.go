// Command tailrace is a self-hosted CloudWatch Logs: server, demonstration and clients in one binary. `tailrace help` lists
// what it does.
package main

import (
	"os"

	"tailrace/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
