//go:build !(linux || darwin || freebsd || netbsd || openbsd)

package cli

import "io"

// terminalWidth is 0: nobody knows.
func terminalWidth(io.Writer) int { return 0 }
