#!/usr/bin/env bash
# Measures limits that two proxies share, in the real Envoy, and writes the tables of docs/shared-limits.md. Takes about five minutes.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"
scripts/install-tools.sh rust envoy wasm-opt valkey ratelimit
scripts/build-wasm.sh
PORTCULLIS_WRITE_PROOF=1 cargo test -p portcullis-envoy-tests --test shared_proof -- --ignored --nocapture --test-threads 1
