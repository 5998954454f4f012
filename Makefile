# pintle's commands. Two matter: `make demo` shows it at work, `make test` runs every test.
SHELL = /bin/bash -eo pipefail
comma = ,
GO ?= go
OUT = out
PINTLE = $(OUT)/pintle
DEMO_ROOT = $(OUT)/demo-root
SOURCES = $(shell find applets cmd firstrun init units supervisor upgrade -name '*.go' -o -path '*/builtin/*' -type f) go.mod go.sum
# Packages that must stay covered by their tests, and how far, in percent.
COVERED = units supervisor
COVERAGE = 85

.PHONY: all build test lint cover docs demo bench bench-data crash clean

all: build

build: $(PINTLE)

$(PINTLE): $(SOURCES)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o $@ ./cmd/pintle

# The end-to-end tests boot these roots under Docker.
test: lint $(PINTLE) $(DEMO_ROOT).tar $(OUT)/debian-root.tar
	images/need docker python3 dbus
	$(GO) test -race -timeout 30m ./...
	$(MAKE) --no-print-directory cover

lint:
	@unformatted=$$(gofmt -l applets cmd firstrun init units supervisor upgrade docs images bench vectors parity); \
	if [ -n "$$unformatted" ]; then echo "not gofmt-ed:" $$unformatted >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

cover:
	@mkdir -p $(OUT)
	$(GO) test -coverprofile=$(OUT)/cover.out -coverpkg=$(subst $() ,$(comma),$(COVERED:%=pintle/%)) $(COVERED:%=./%/...)
	@awk -v min=$(COVERAGE) -f images/coverage.awk $(OUT)/cover.out

# What is generated from the tables of the program; a test fails when it is out of date.
docs:
	$(GO) run ./docs/gen -write
	$(GO) test ./cmd/pintle -run TestManualPages -write >/dev/null

# dnsmasq needs port 53, so the demo has a network of its own.
demo: $(PINTLE) $(DEMO_ROOT)
	$(PINTLE) try --private-network --tree --hostname demo $(DEMO_ROOT) -- sh -c "$$(cat images/demo/check)"

$(DEMO_ROOT): $(DEMO_ROOT).tar
	images/demo/unpack $< $@

# The demo's daemons, as their packages ship them.
$(DEMO_ROOT).tar: DAEMONS = rsyslog dnsmasq cron fetch-crl

$(DEMO_ROOT).tar $(OUT)/debian-root.tar: images/make-root
	images/need mmdebstrap
	images/make-root $@ $(DAEMONS)

bench:
	cd bench && ./run

# Volumes beside cp, rsync, tar and find.
bench-data: $(PINTLE)
	images/need python3 rsync
	bench/data.py $(abspath $(PINTLE))

# Crashes populates and upgrades at every single system call over /etc and /var of a Debian root of 7,000 files.
# It must be run by root, takes two processors most of an hour, and tells at the end how many crashes that were.
crash: $(OUT)/crash-tree
	$(GO) test -timeout 0 -v -run 'Killed|FailedCalls' -p 1 ./firstrun ./upgrade -crash-tree $(abspath $(OUT)/crash-tree) -crash-all \
		| tee $(OUT)/crash.log | awk -f images/data/crashes.awk

$(OUT)/crash-tree: images/data/make-tree
	images/need mmdebstrap
	images/data/make-tree $@

clean:
	rm -rf $(OUT)/pintle $(OUT)/cover.out


