# make test   everything, as CI runs it: Go with -race, static checks, short fuzzing
# make bench  the figures of README.md and ARCHITECTURE.md, side by side in one run
# make demo   a made-up society and its ministry, served until interrupted
# make story  the whole job once, in the terminal

SHELL := /bin/bash
GO ?= go
FUZZTIME ?= 4000x

.PHONY: test lint fuzz bench demo story build

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

# Every fuzz target, a few thousand inputs each: a count, since the fuzzer may fail at the end of a time by itself. By
# hand: make fuzz FUZZTIME=10m
fuzz:
	@set -e; for pkg in $$($(GO) list ./internal/... ./server/...); do \
	  dir=$${pkg#jard/}; \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | sed 's/func //'); do \
	    out=$$($(GO) test $$pkg -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x -parallel 2 2>&1) \
	      || { echo "$$out"; echo "$$f failed"; exit 1; }; \
	    echo "$$f $$(echo "$$out" | tail -1)"; \
	  done; \
	done

bench:
	@set -o pipefail; $(GO) test ./server -run '^$$' -bench '^Benchmark(Figures|ColdStart)$$' -benchtime 1x -timeout 20m \
	  | grep -vE '^(goos|goarch|pkg|cpu|PASS|ok|Benchmark.*ns/op)'

demo:
	$(GO) run ./server demo

story:
	$(GO) run ./server story

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/server ./server
