#!/usr/bin/env bash
# Measures limits under load in the real Envoy and writes the tables of docs/limits.md.
# usage: proof-limits.sh [accuracy|keys]      (default: both; each takes seven or eight minutes)
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"
scripts/install-tools.sh rust envoy wasm-opt
scripts/build-wasm.sh
PORTCULLIS_WRITE_PROOF=1 cargo test -p portcullis-envoy-tests --test limits_proof ${1:+"$1"} -- --ignored --nocapture --test-threads 1
