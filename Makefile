# Brevdue. On a fresh Debian or Ubuntu, make and Go are all you need: each command gets
# the rest by itself (with sudo, if you are not root) and is quick the second time.

.DEFAULT_GOAL := help
.PHONY: help run test build tour bench fuzz torture lint

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' Makefile | expand -t 15

run: ## build and open the window (without a display: the tour); ARGS='-practice ...'
	@.ci/setup build
	@.ci/build
	@.ci/window $(ARGS)

# REQUIRE_REAL=0 does without the real programs; their tests are then left out by name.
test: ## every test, those against a real window, browser, keyring and SSH server included
	@.ci/setup build $(if $(filter 0,$(REQUIRE_REAL)),,display test)
	@.ci/test

build: ## the program, ./brevdue
	@.ci/setup build
	@.ci/build

tour: ## the program's own screens, driven through a whole mailing; pictures in out/tour
	@.ci/setup build display
	@.ci/build
	@.ci/display .ci/tour

bench: ## how fast the parts are
	@.ci/setup build
	@.ci/bench

fuzz: ## look for input that breaks a reader, FUZZTIME (20s) for each
	@.ci/setup build
	@.ci/bench fuzz

torture: ## mailings of 500 killed at 200 moments by each way, and at every step: some ten minutes
	@.ci/setup build test
	@.ci/torture

lint: ## gofmt, vet, staticcheck, govulncheck
	@.ci/setup build
	@.ci/lint
