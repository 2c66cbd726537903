package server

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"time"

	"tailrace/internal/api"
	"tailrace/internal/auth"
	"tailrace/internal/awsjson"
	"tailrace/internal/pcluster"
	"tailrace/internal/query"
	"tailrace/internal/service"
	"tailrace/internal/storage"
)

// routes puts everything on one listener: the ParallelCluster API below /v3, the pages of operators, and everything else to
// the JSON API, which answers POST / alone.
func (s *Server) routes(engine *storage.Engine, queries *query.Jobs) http.Handler {
	svc := service.New(service.Config{
		Catalog: s.catalog, Engine: engine, Queries: queries, Now: time.Now, ExactStoredBytes: s.config.StoredBytes == "exact",
		TokenKey:    s.keyring.Derive("page tokens"),
		MaxEventAge: s.config.MaxEventAge, MaxEventLead: s.config.MaxEventLead, QueryMemory: s.config.QueryMemory,
	})
	logs := awsjson.New(awsjson.Config{
		Lookup: lookup(svc), Auth: s.authenticator("logs"), MaxBody: s.config.MaxBody, MaxInFlight: s.config.MaxInFlight, Logger: s.config.Logger, Now: time.Now,
		LongBodies: map[string]int64{"CreateLookupTable": service.LongestTableBody, "UpdateLookupTable": service.LongestTableBody},
		Observe: func(operation, code string, status int, took time.Duration, in, out int) {
			s.metrics.observe("logs", operation, code, status, took, in, out)
		},
	})
	cluster := pcluster.New(pcluster.Config{
		Service: svc, Auth: s.authenticator("execute-api"), Region: s.config.Region, Version: s.config.ParallelClusterVersion,
		Prefix: s.config.Prefix, Logger: s.config.Logger, Now: time.Now, NewRequestID: awsjson.NewRequestID,
		Observe: func(operation string, status int, took time.Duration, in, out int) {
			s.metrics.observe("pcluster", operation, "", status, took, in, out)
		},
	})
	s.metrics.watch(engine, queries)
	metrics := s.metrics.handler()
	return s.guardHost(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/healthz", path == "/readyz":
			status(w, http.StatusOK, "ok")
		case path == "/metrics":
			metrics.ServeHTTP(w, r)
		case cluster.Matches(path):
			cluster.ServeHTTP(w, r)
		case path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			status(w, http.StatusOK, "Tailrace: an endpoint of the CloudWatch Logs API.\nSet AWS_ENDPOINT_URL_CLOUDWATCH_LOGS to this address; see also /healthz, /readyz, /metrics and /v3/.")
		default:
			logs.ServeHTTP(w, r)
		}
	}))
}

// lookup finds operations in the table and binds them to the service.
func lookup(svc api.Service) func(string) (awsjson.Invoke, bool) {
	return func(name string) (awsjson.Invoke, bool) {
		op, ok := api.Operations[name]
		if !ok {
			return nil, false
		}
		return func(ctx context.Context, body, dst []byte) ([]byte, error) { return op.Invoke(ctx, svc, body, dst) }, true
	}
}

func (s *Server) authenticator(service string) *auth.Authenticator {
	return auth.New(auth.Options{
		Keyring: s.keyring, Service: service, Region: s.config.Region, Now: time.Now,
		RequireKeys: !s.local && !s.config.AllowAnonymous,
	})
}

// starting answers while the store is being opened.
func (s *Server) starting() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			status(w, http.StatusOK, "ok")
			return
		}
		w.Header().Set("Retry-After", "1")
		if r.URL.Path == "/readyz" {
			status(w, http.StatusServiceUnavailable, "starting: the store is being opened")
			return
		}
		w.Header()["x-amzn-RequestId"] = []string{awsjson.NewRequestID()}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"__type":"ServiceUnavailableException","message":"The server is starting."}`)
	})
}

func status(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	fmt.Fprintln(w, text)
}

// errorLog takes what net/http has to say, such as failed TLS handshakes.
func errorLog(logger *slog.Logger) *log.Logger {
	return slog.NewLogLogger(logger.Handler(), slog.LevelDebug)
}
