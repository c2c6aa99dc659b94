#!/usr/bin/env bash
# Runs fuzz targets, each for some seconds, and prints how many inputs each has tried.
# usage: fuzz.sh [SECONDS] [TARGET...]      (default: 60 seconds, all targets)
# A finding stops the run; its input lies in fuzz/artifacts/.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root/fuzz"

seconds=${1:-60}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then
    for file in src/bin/*.rs; do
        targets+=("$(basename "$file" .rs)")
    done
fi

# Coverage by LLVM's own pass, which a stable compiler has. With an explicit target the flags do not
# reach build scripts and macros.
triple=$(rustc -vV | awk '/^host:/ { print $2 }')
key=${triple//-/_}
export "CARGO_TARGET_${key^^}_RUSTFLAGS=-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
export CARGO_TARGET_DIR=$target/fuzz
step "building the fuzz targets"
bins=()
for name in "${targets[@]}"; do
    bins+=(--bin "$name")
done
cargo build --quiet --locked --release --target "$triple" "${bins[@]}"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for name in "${targets[@]}"; do
    mkdir -p "corpus/$name" "artifacts/$name" "seeds/$name"
    status=0
    "$CARGO_TARGET_DIR/$triple/release/$name" "corpus/$name" "seeds/$name" -max_total_time="$seconds" -timeout=5 \
        -rss_limit_mb=2048 -max_len=16384 -artifact_prefix="artifacts/$name/" -print_final_stats=1 >"$log" 2>&1 || status=$?
    tried=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$log" >&2
        die "$name: a finding; its input lies in fuzz/artifacts/$name"
    fi
    printf '%-14s %10d inputs in %d s, no finding\n' "$name" "$tried" "$seconds"
done
