#!/usr/bin/env bash
# Measures what policies cost beside the proxy's own filters. BENCH=quick takes under two minutes and writes
# nothing; without it docs/benchmarks.md is written anew, in under ten.
# BENCH=endurance sends five million requests instead and writes the memory after them; BENCH=curve shows how warm a
# proxy gets.
# ROWS=none,gateway-3 measures only those rows, while working on one.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"
for program in taskset setpriv; do
    command -v "$program" >/dev/null || die "$program is missing; it comes with util-linux"
done
scripts/install-tools.sh rust envoy wasm-opt
# Beside what is measured, and not needed for it: without it a run has fewer rows.
[ "${BENCH:-full}" != full ] || scripts/install-tools.sh opa || say "note: Open Policy Agent cannot be built; its rows are left out"
scripts/build-wasm.sh
cargo build --quiet -p portcullis-bench
# Callers and services on the last processor, the proxy on the first.
exec taskset -c "$(($(nproc) - 1))" "$target/debug/portcullis-bench"
