#!/usr/bin/env bash
# Runs every test that needs no container engine and ends with one line: "N passed, N failed".
# A part that fails does not stop the next; one that cannot even start counts as a failure.
set -uo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
broken=0

# part TITLE COMMAND...: its output is shown and kept for the sum at the end.
part() {
    local title=$1 before after
    shift
    step "$title"
    before=$(failures)
    "$@" 2>&1 | tee -a "$log"
    if [ "${PIPESTATUS[0]}" -ne 0 ]; then
        after=$(failures)
        say "error: $title: failed"
        # Failed without a failed test: it did not build, or could not run.
        [ "$after" -gt "$before" ] || broken=$((broken + 1))
    fi
}

# The closing lines of cargo's runner and of wasm-bindgen-test-runner: "test result: ok. 3 passed; 0 failed; ...".
sum() { awk -v word="$1" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ "^" word) n += $(i - 1) } END { print n + 0 }' "$log"; }
failures() { sum failed; }

wasm_tests() {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$tools/cargo/bin/wasm-bindgen-test-runner \
        cargo test -p portcullis-vectors --target wasm32-unknown-unknown --no-fail-fast
}

part "tools" scripts/install-tools.sh rust envoy wasm-opt test-runner valkey ratelimit nginx issuers
part "plugins" scripts/build-wasm.sh
part "the plugin of tests/agreement" scripts/build-wasm.sh --unchecked agreement
part "unit, property, host and Envoy tests" cargo test --workspace --no-fail-fast
part "vectors as wasm32-unknown-unknown" wasm_tests
part "fuzz targets, five seconds each" scripts/fuzz.sh 5

passed=$(sum passed)
failed=$(($(failures) + broken))
[ "$passed" -gt 0 ] || failed=$((failed + 1))
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
