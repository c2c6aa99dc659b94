#!/usr/bin/env bash
# Formatting, clippy on the host and on the plugins' target, and house rules that no other tool knows.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

step "formatting"
cargo fmt --all --check
step "clippy"
cargo clippy --workspace --all-targets -- -D warnings
packages=()
for entry in $PORTCULLIS_BUDGETS; do
    name=${entry%=*}
    packages+=(-p "portcullis-${name//_/-}-plugin")
done
step "clippy for wasm32-wasip1"
cargo clippy --target wasm32-wasip1 "${packages[@]}" -- -D warnings

step "house rules"
bad=0
# One main type a file; beyond 300 lines it holds two.
while read -r lines file; do
    say "error: $file has $lines lines; 300 is the most"
    bad=1
done < <(git ls-files '*.rs' | xargs wc -l | awk '$2 != "total" && $1 > 300')
if command -v shellcheck >/dev/null; then
    shellcheck --exclude=SC1091 scripts/*.sh .ci/run || bad=1
fi
scripts/workflows.sh || bad=1
exit "$bad"
