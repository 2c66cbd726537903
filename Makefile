# Tailrace. `make help` lists what there is; the two that matter are demo and test.
export CGO_ENABLED ?= 0
GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X tailrace/internal/cli.version=$(VERSION)
FUZZTIME ?= 10s
ROUNDS   ?= 20
TOOL     := $(GO) tool -modfile=tools/go.mod

.PHONY: help build demo test unit race fuzz crash e2e bench bench-rooms lint fmt generate tidy check clean
help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the binary: bin/tailrace, static
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/tailrace ./cmd/tailrace

demo: build ## start the server, ship real logs into it, list and search them
	./bin/tailrace demo

test: build ## everything that must hold: unit, race, fuzz seeds, real clients, kill -9
	$(GO) vet ./...
	$(MAKE) --no-print-directory unit race e2e crash

unit: ## tests of every package, against memory and real files
	$(GO) test $$($(GO) list ./... | grep -v -e /test/e2e -e /test/crash)

race: ## the same for the packages that own goroutines, with the race detector (needs a C compiler; skipped without one)
	@if command -v $${CC:-gcc} >/dev/null 2>&1; then \
	  CGO_ENABLED=1 $(GO) test -race -short ./internal/...; \
	else echo "race: skipped, no C compiler on this machine"; fi

fuzz: ## every fuzz target for FUZZTIME each
	@set -e; for p in $$($(GO) list ./internal/...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "fuzz $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$p; done; done

e2e: build ## real clients over the wire: Go SDK, AWS CLI and boto3 where the machine has them
	$(GO) test -count=1 ./test/e2e/...

crash: build ## kill -9 the binary under load, ROUNDS times, and compare with the ledger of acknowledged events
	ROUNDS=$(ROUNDS) $(GO) test -count=1 -timeout 20m ./test/crash/...

bench: ## one table of this commit on this machine, with goals: bin/bench/report.md
	./test/bench/run

bench-rooms: ## benchmarks of the packages, for benchstat
	$(GO) test -run '^$$' -bench . -benchmem ./internal/...

lint: ## linters, pinned in tools/go.mod
	$(TOOL) golangci-lint run ./...

fmt: ## gofumpt over everything
	$(TOOL) golangci-lint fmt ./...

generate: ## generated code and pages
	$(GO) generate ./...

tidy: ## go.mod and go.sum
	$(GO) mod tidy

check: lint test ## what a change must pass before it is sent

clean: ## built files; data directories stay
	rm -rf bin
