package server

import (
	"log/slog"
	"testing"
)

func TestDebugListensOnLoopbackOnly(t *testing.T) {
	config := Default()
	config.Logger = slog.New(slog.DiscardHandler)
	for address, ok := range map[string]bool{"": true, "127.0.0.1:0": true, "0.0.0.0:0": false, "nowhere": false} {
		config.DebugListen = address
		web, err := (&Server{config: config}).debug()
		if (err == nil) != ok {
			t.Errorf("--debug-listen %q: %v", address, err)
		}
		if err == nil {
			web.Close()
		}
	}
}
