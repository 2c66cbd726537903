package server

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// guardHost protects a server that is open because only this machine reaches it: a web page can give its own name this
// machine's address and then, in the eyes of a browser here, is of the same origin (DNS rebinding). So while there are no
// keys the Host must be an address, a name without a period, one below localhost, or one of the settings'. A server with
// keys takes every name, as does one that lets everybody in.
func (s *Server) guardHost(next http.Handler) http.Handler {
	if !s.local || s.config.AllowAnonymous {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		has, err := s.keyring.HasKeys(r.Context())
		// A catalog that cannot be asked is the authenticator's to answer.
		if err != nil || has || s.isOwnHost(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"__type":"AccessDeniedException","message":%q}`,
			"There are no keys, so only names of this machine are served. Use http://127.0.0.1, name this host with --allow-host, or create a key with `tailrace keys create`.")
	})
}

// isOwnHost tells names that only this machine's owner can give from names of the Internet. SDKs put stream- or streaming-
// before the host of an endpoint.
func (s *Server) isOwnHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	host = strings.TrimPrefix(strings.TrimPrefix(host, "streaming-"), "stream-")
	return !strings.Contains(host, ".") || net.ParseIP(host) != nil || strings.HasSuffix(host, ".localhost") || slices.Contains(s.config.AllowHosts, host)
}
