#!/usr/bin/env bash
# All of CI, the tests last so that their count closes the run. Each part runs even if one before failed.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
for goal in lint deny docs compose-test test; do
    make "$goal" || failed+=("$goal")
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'error: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
