package server

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// debug serves Go's profiles on an address of their own, if there is one. The server that it returns is to be closed.
func (s *Server) debug() (*http.Server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: errorLog(s.config.Logger)}
	if s.config.DebugListen == "" {
		return web, nil
	}
	address, err := net.ResolveTCPAddr("tcp", s.config.DebugListen)
	if err != nil {
		return nil, fmt.Errorf("--debug-listen: %w", err)
	}
	if !address.IP.IsLoopback() {
		return nil, fmt.Errorf("--debug-listen %s: want a loopback address: profiles are for nobody else", s.config.DebugListen)
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--debug-listen: %w", err)
	}
	s.config.Logger.Info("profiles", "address", listener.Addr().String())
	go func() { _ = web.Serve(listener) }() // ends with Close, or tells nobody but those who profile
	return web, nil
}
