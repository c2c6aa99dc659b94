#!/usr/bin/env bash
# All of CI, the tests last so that their count closes the run. Each part runs even if one before failed.
# usage: ci.sh [--without GOAL]...     what this machine cannot run: compose-test, istio-test
set -uo pipefail
cd "$(dirname "$0")/.."

goals=(lint deny docs compose-test istio-test test)
while [ "${1:-}" = --without ]; do
    for index in "${!goals[@]}"; do
        [ "${goals[index]}" != "$2" ] || unset "goals[index]"
    done
    echo "note: $2 is left out" >&2
    shift 2
done
failed=()
for goal in "${goals[@]}"; do
    make "$goal" || failed+=("$goal")
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'error: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
