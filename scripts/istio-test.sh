#!/usr/bin/env bash
# The tests against a real Istio: its schemas, its control plane's own code, its agent, and the whole path from kubectl to a reply.
# Ends with one line: "N passed, N failed". Needs root, for namespaces in which nothing listens where others can reach it.
# usage: istio-test.sh [PACKAGE...]     default: discovery manifests fetch scale delivery mesh (of tests/istio/)
set -uo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

packages=("$@")
[ $# -gt 0 ] || packages=(discovery manifests fetch scale delivery mesh)
scripts/install-tools.sh rust envoy wasm-opt istio kubernetes oras helm cosign || exit 1
step "the plugins' images"
scripts/images.sh >&2 || exit 1
cargo build -q -p portcullis || exit 1
export PORTCULLIS_CLI=$target/debug/portcullis

log=$(mktemp)
trap 'rm -f "$log"' EXIT
broken=0
for package in "${packages[@]}"; do
    step "tests/istio/$package"
    # The same flags as the tools were built with, so that istiod's code is compiled once.
    (cd tests/istio && go test -trimpath -vet=off -count=1 -timeout 15m -v "./$package") 2>&1 | tee -a "$log" | grep -vE '^(=== RUN|=== PAUSE|=== CONT)'
    [ "${PIPESTATUS[0]}" -eq 0 ] || broken=1
done

passed=$(grep -cE '^ *--- PASS' "$log")
failed=$(grep -cE '^ *--- FAIL' "$log")
[ "$broken" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1 # did not compile, or could not start
[ "$passed" -gt 0 ] || failed=$((failed + 1))
# As cargo's runner says it, for whoever sums up.
printf '\ntest result: istio. %d passed; %d failed;\n%d passed, %d failed\n' "$passed" "$failed" "$passed" "$failed"
[ "$failed" -eq 0 ]
