#!/usr/bin/env bash
# Builds the plugins into dist/, prints their sizes and digests, and fails over budget or on a new host import.
# usage: build-wasm.sh [--write-imports | --unchecked PLUGIN...]
#   --write-imports  writes plugins/imports.txt anew instead of comparing
#   --unchecked      only builds, and only those named: the demo runs with whatever somebody is trying out
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

# Paths of this machine stay out of the modules: same source, same bytes, wherever it is built and
# whichever mirror the crates came from. Short names, since every panic's place holds one; where
# several prefixes fit, rustc takes the last.
remap="--remap-path-prefix=$root=. --remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust/library=std"
for crates in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do
    remap+=" --remap-path-prefix=${crates%/}=crates"
done
export CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS=$remap
# The names stay until wasm_trim.py has read them.
export CARGO_PROFILE_RELEASE_STRIP=debuginfo

plugins=()
for entry in $PORTCULLIS_BUDGETS; do
    plugins+=("${entry%=*}")
done
if [ "${1:-}" = --unchecked ]; then
    plugins=("${@:2}")
fi
packages=()
for name in "${plugins[@]}"; do
    packages+=(-p "portcullis-${name//_/-}-plugin")
done
step "building the plugins for wasm32-wasip1"
cargo build --release --target wasm32-wasip1 "${packages[@]}"

# What rustc switches on for the target; wasm-opt must be told, for the section that says so is stripped.
features=(--enable-bulk-memory --enable-sign-ext --enable-mutable-globals
    --enable-nontrapping-float-to-int --enable-multivalue --enable-reference-types)
# Makes dist/NAME.wasm anew if it is older than what was built; written beside and moved, so that nobody
# loads half a module.
finish() {
    local built=$target/wasm32-wasip1/release/$1_plugin.wasm out=dist/$1.wasm
    [ ! -f "$out" ] || [ "$built" -nt "$out" ] || [ scripts/wasm_trim.py -nt "$out" ] || return 0
    local more=()
    case " $PORTCULLIS_ERRANDS " in *" $1 "*) more=(errands) ;; esac
    python3 scripts/wasm_trim.py "$built" "$out.new" "${more[@]}"
    if [ -x "$wasm_opt" ]; then
        "$wasm_opt" -O3 "${features[@]}" "$out.new" -o "$out.new"
    fi
    mv "$out.new" "$out"
}
mkdir -p dist
running=()
for name in "${plugins[@]}"; do
    finish "$name" &
    running+=($!)
done
for job in "${running[@]}"; do
    wait "$job" || die "a plugin could not be finished"
done
[ "${1:-}" != --unchecked ] || exit 0

failed=0
printf '%-20s %9s %9s  %s\n' plugin bytes budget sha256
for entry in $PORTCULLIS_BUDGETS; do
    name=${entry%=*} budget=${entry#*=} out=dist/${entry%=*}.wasm
    size=$(wc -c <"$out")
    printf '%-20s %9d %9d  %s\n' "$name.wasm" "$size" "$budget" "$(sha256sum "$out" | cut -d' ' -f1)"
    if [ "$size" -gt "$budget" ]; then
        say "error: $name.wasm is $((size - budget)) bytes over its budget"
        failed=1
    fi
done
python3 scripts/wasm_imports.py "$@" || failed=1
exit "$failed"
