# make test   everything, as CI runs it: Go with -race, static checks, short fuzzing
# make bench  the figures of README.md and ARCHITECTURE.md, side by side in one run
# make demo   the whole job once, in the terminal

SHELL := /bin/bash
GO ?= go
FUZZTIME ?= 5s

.PHONY: test lint fuzz bench demo build

test: lint
	CGO_ENABLED=1 $(GO) test -race -timeout 15m ./...
	$(MAKE) fuzz

# The race detector needs a C compiler.
lint: /usr/bin/cc
	@test -z "$$(gofmt -l internal server static 2>/dev/null | tee /dev/stderr)" || (echo "gofmt: the files above" >&2; exit 1)
	$(GO) vet ./...
	cd .ci/lint && $(GO) build -o ../../bin/lint .
	bin/lint ./...

/usr/bin/cc:
	apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev

# Every fuzz target, briefly; by hand: make fuzz FUZZTIME=10m
fuzz:
	@set -e; for pkg in $$($(GO) list ./internal/... ./server/...); do \
	  dir=$${pkg#jard/}; \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/func //'); do \
	    echo "$$pkg $$f"; $(GO) test $$pkg -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x -parallel 2 | tail -1; \
	  done; \
	done

# JARD_BENCH_DIR chooses the disk. What go test says around the tables is left out; a failure is not.
bench:
	@set -o pipefail; $(GO) test ./server -run '^$$' -bench '^Benchmark(Figures|ColdStart)$$' -benchtime 1x -timeout 20m \
	  | grep -vE '^(goos|goarch|pkg|cpu|PASS|ok|Benchmark.*ns/op)'

demo:
	$(GO) run ./server demo

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/server ./server
