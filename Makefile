# Everything that can be done here, and what CI does. `make help` lists it.
# The work is in scripts/; each goal is one line, so that it can be run by hand as well.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# As scripts/env.sh has it, so that nothing is built twice.
export CARGO_PROFILE_DEV_DEBUG ?= 0
.PHONY: help tools build wasm demo demo-up test fuzz test-spiffe proof-limits proof-shared proof-limits-accuracy proof-limits-keys bench lint deny docs compose compose-test images push verify istio-test istio-scale envoy-matrix ci clean

help: ## What can be made here
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Start the edge and three services here, send a round of requests, print what was decided
	@scripts/demo.sh run

demo-up: ## The same, left running until Ctrl-C, with curl lines to try
	@scripts/demo.sh up

test: ## Run every test, with the real Envoy; ends with "N passed, N failed"
	@scripts/test.sh

test-spiffe: ## Run the cases of SPIFFE-ID and X509-SVID alone, with the real Envoy; ends with their number
	@scripts/test-spiffe.sh

proof-limits: ## Measure limits under load, a quarter of an hour, and write the tables of docs/limits.md
	@scripts/proof-limits.sh

proof-shared: ## Measure limits that two proxies share, five minutes, and write the tables of docs/shared-limits.md
	@scripts/proof-shared.sh

proof-limits-accuracy: ## The table of how many pass, over one to sixteen workers
	@scripts/proof-limits.sh accuracy

proof-limits-keys: ## The table of a million keys: memory, and keys that share
	@scripts/proof-limits.sh keys

bench: ## What policies cost beside the native filters; writes docs/benchmarks.md (BENCH=quick: two minutes, writes nothing; BENCH=endurance: memory after five million requests)
	@scripts/bench.sh

build: ## Build the command line and the demo into dist/bin, statically linked
	@scripts/install-tools.sh rust
	@scripts/build-host.sh

wasm: ## Build dist/*.wasm, with sizes, digests and host imports checked
	@scripts/install-tools.sh rust wasm-opt
	@scripts/build-wasm.sh

fuzz: ## Run every fuzz target for FUZZ_SECONDS (60)
	@scripts/install-tools.sh rust
	@scripts/fuzz.sh $(or $(FUZZ_SECONDS),60)

lint: ## Formatting, clippy on host and wasm, house rules
	@scripts/install-tools.sh rust
	@scripts/lint.sh

deny: ## Who may depend on whom, licences, sources
	@scripts/install-tools.sh deny
	@.tools/cargo/bin/cargo-deny --locked check bans licenses sources

docs: ## Build the API documentation; an undocumented public item is an error
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

compose: build wasm ## Build what `docker-compose up envoy` puts into its images
	@echo 'now: docker-compose up --build envoy'

compose-test: ## Run the round against real containers, then take them down
	@scripts/install-tools.sh rust envoy wasm-opt
	@scripts/compose-test.sh

images: ## Wrap the plugins into OCI images with SBOM and provenance: dist/images/ (COSIGN_KEY=... signs)
	@scripts/images.sh

push: ## Push the images to REGISTRY=host/path and write their digests into istio/ (COSIGN_KEY=... signs)
	@scripts/push.sh "$(REGISTRY)"

verify: ## Check dist/ byte for byte against what was built and signed (COSIGN_PUB=... REGISTRY=...)
	@REGISTRY="$(REGISTRY)" scripts/verify.sh

istio-test: ## Run the tests against a real Istio; as root, a quarter of an hour the first time
	@scripts/istio-test.sh

istio-scale: ## Measure meshes of 50, 200 and 500 services in a real Istio; writes docs/scale.md
	@scripts/istio-scale.sh

envoy-matrix: ## Run the tests of every policy against Envoy 1.36 to 1.40 and write which passed what (VERSIONS="1.38 1.39" writes nothing)
	@VERSIONS="$(VERSIONS)" scripts/envoy-matrix.sh

tools: ## Install what tests and demo need into .tools/, if it is missing
	@scripts/install-tools.sh rust envoy wasm-opt test-runner valkey ratelimit nginx issuers

ci: ## All of CI: lint, deny, docs, the container stack and the tests
	@scripts/ci.sh

clean: ## Remove what was built (not .tools/)
	@rm -rf dist .demo
	@cargo clean
