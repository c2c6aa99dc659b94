#!/usr/bin/env bash
# Runs the cases of tests/vectors/spiffe alone: by the policy's own types, then those that TLS can carry in the real Envoy. Ends with
# one line: "N cases, N of them in Envoy as well, N wrong". `make test` runs them as well.
set -uo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root" || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
broken=0

# Every part says how many cases it ran and how many went wrong; one that fails without a word did not run.
part() {
    "$@" 2>&1 | tee -a "$log" | grep -Ev '^$|^running|^test (every|names)' || true
    [ "${PIPESTATUS[0]}" -eq 0 ] || broken=1
}

step "tools"
scripts/install-tools.sh rust envoy wasm-opt || broken=1
step "spiffe_authz.wasm"
scripts/build-wasm.sh --unchecked spiffe_authz || broken=1
step "SPIFFE IDs, trust domains, templates, X509-SVIDs"
part cargo test -p portcullis-vectors --test spiffe -- --nocapture
step "X509-SVIDs over mTLS"
part cargo test -p portcullis-envoy-tests --test spiffe_conformance -- --nocapture

awk '/^spiffe cases:/ { run += $3; wrong += $(NF - 1) }
    /^spiffe cases in Envoy:/ { again += $5; wrong += $(NF - 1) }
    END { printf "\n%d cases, %d of them in Envoy as well, %d wrong\n", run, again, wrong; exit run < 150 || again < 150 || wrong > 0 }' "$log" || broken=1
exit "$broken"
