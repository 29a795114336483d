# make test      everything, as CI runs it: static checks, Go with -race, the app's tests, fresh builds, short fuzzing, browsers
# make browser   real browsers: the story, every screen, every way to scan, the camera, the pains of others, a short soak; pictures in bin/shots
# make soak      a bad night for three handhelds, ten minutes and 5,000 scans: MINUTES, SCANS and SEED as one likes
# make web       the handheld app and the console's islands, built into static/
# make bench     the figures of ARCHITECTURE.md, side by side in one run
# make figures   the figures that need a browser: the handheld app slowed down, the board with fifty counters
# make demo      a made-up society and its ministry, served until interrupted
# make story     the whole job once, in the terminal
# make pictures  the README's pictures of the screens, taken of a running demo

SHELL := /bin/bash
GO ?= go
FUZZTIME ?= 4000x
APP := scanner-app
BUILT := $(CURDIR)/bin/web

.PHONY: test tools lint check test-go test-app fresh fuzz browser browser-story browser-screens soak web bench figures demo story pictures build

# Two lanes, for two cores; whichever is free takes the next. The browsers have the machine to themselves.
test: tools
	$(MAKE) -j2 --output-sync=target check lint test-go test-app fuzz
	$(MAKE) browser

# What Go does not bring along: a C compiler for the race detector, Node for the app, Chromium for the browser's story.
tools:
	@missing=; \
	command -v cc >/dev/null || missing="$$missing gcc libc6-dev"; \
	command -v npm >/dev/null || missing="$$missing nodejs npm"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -z "$$missing" ] || (apt-get update && apt-get install -y --no-install-recommends $$missing)

lint:
	@test -z "$$(gofmt -l internal server static 2>/dev/null | tee /dev/stderr)" || (echo "gofmt: the files above" >&2; exit 1)
	$(GO) vet ./...
	cd .ci/lint && $(GO) build -o ../../bin/lint .
	bin/lint ./...

# The server's tests wait longest, so they come first. Lint has vetted everything.
test-go:
	CGO_ENABLED=1 $(GO) test -race -vet=off -timeout 15m ./server/... ./internal/... ./static/...

# Every fuzz target, a few thousand inputs each: a count, since the fuzzer may fail at the end of a time by itself. By
# hand: make fuzz FUZZTIME=10m
fuzz:
	@set -e; mkdir -p bin; for dir in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal server | xargs -n 1 dirname | sort -u); do \
	  test=$(CURDIR)/bin/fuzz-$$(basename $$dir).test; kept=$$($(GO) env GOCACHE)/fuzz/$$($(GO) list ./$$dir); \
	  $(GO) test -c -vet=off -fuzz . -o $$test ./$$dir; \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | sed 's/func //'); do \
	    out=$$(cd $$dir && $$test -test.run '^$$' -test.fuzz "^$$f$$" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 1x -test.parallel 2 -test.fuzzcachedir $$kept 2>&1) \
	      || { echo "$$out"; echo "$$f failed"; exit 1; }; \
	    echo "$$dir $$f $$(echo "$$out" | grep -E '^fuzz: elapsed' | tail -1)"; \
	  done; \
	done

# Exactly what package-lock.json names.
$(APP)/node_modules/.package-lock.json: $(APP)/package-lock.json
	cd $(APP) && npm ci --no-audit --no-fund
	@touch $@

check: $(APP)/node_modules/.package-lock.json
	cd $(APP) && npm run check
	$(MAKE) fresh

test-app: $(APP)/node_modules/.package-lock.json
	cd $(APP) && npm test

# The builds in static/ are what the sources give, byte for byte.
fresh: $(APP)/node_modules/.package-lock.json
	cd $(APP) && npx vite build --logLevel warn --emptyOutDir --outDir $(BUILT)/scanner \
	  && npx vite build --logLevel warn --emptyOutDir --config vite.console.config.ts --outDir $(BUILT)/console
	diff -rq static/scanner $(BUILT)/scanner && diff -rq static/console $(BUILT)/console || (echo "static/ is stale: make web" >&2; exit 1)

# The story waits much and may wait longer; what looks at screens runs beside it. Cameras, pains and the soak have the machine to
# themselves, and so do keys that come within milliseconds and whatever is new.
E2E = cd $(APP) && JARD_SERVER=$(CURDIR)/bin/jard JARD_SHOTS=$${JARD_SHOTS:-$(CURDIR)/bin/shots} npm run e2e --
BESIDE := e2e/looks.test.ts e2e/update.test.ts e2e/full.test.ts

browser: tools $(APP)/node_modules/.package-lock.json
	$(GO) build -o bin/jard ./server
	$(MAKE) -j2 --output-sync=target browser-story browser-screens
	$(E2E) $(foreach file,e2e/story.test.ts $(BESIDE),--exclude $(file))

browser-story:
	$(E2E) e2e/story.test.ts

browser-screens:
	$(E2E) $(BESIDE)

MINUTES ?= 10
SCANS ?= 5000
SEED ?= $(shell date +%s)

soak: tools $(APP)/node_modules/.package-lock.json
	cd $(APP) && MINUTES=$(MINUTES) SCANS=$(SCANS) SEED=$(SEED) npx vitest run --config vitest.e2e.config.ts e2e/soak.test.ts

figures: tools $(APP)/node_modules/.package-lock.json
	$(GO) build -o bin/jard ./server
	cd $(APP) && node e2e/figures.mjs ../bin/jard

web: $(APP)/node_modules/.package-lock.json
	cd $(APP) && npm run build

pictures: tools $(APP)/node_modules/.package-lock.json
	$(GO) build -o bin/jard ./server
	cd $(APP) && node e2e/pictures.mjs ../bin/jard ../deploy/pictures

bench:
	@set -o pipefail; $(GO) test ./server -run '^$$' -bench '^Benchmark(Figures|ColdStart|Demo|LateMovement|ReconcileBesidePostgres|ImportBesidePostgres)$$' -benchtime 1x -timeout 30m \
	  | grep -vE '^(goos|goarch|pkg|cpu|PASS|ok|Benchmark.*ns/op)'

demo:
	$(GO) run ./server demo

story:
	$(GO) run ./server story

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/jard ./server
