#!/usr/bin/env bash
# Builds the host programs into dist/bin, linked statically: the same files run here and in an
# image that holds nothing else.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

# With an explicit target the flags do not reach build scripts and macros, which cannot be static.
triple=$(rustc -vV | awk '/^host:/ { print $2 }')
key=${triple//-/_}
export "CARGO_TARGET_${key^^}_RUSTFLAGS=-C target-feature=+crt-static"
step "building the host programs"
cargo build --target "$triple" -p portcullis -p portcullis-demo
mkdir -p dist/bin
for program in portcullis portcullis-demo portcullis-service; do
    # Replaced, not written over: it may be running.
    strip -o "dist/bin/$program.new" "$target/$triple/debug/$program"
    mv "dist/bin/$program.new" "dist/bin/$program"
    printf '%-28s %9d bytes\n' "dist/bin/$program" "$(wc -c <"dist/bin/$program")"
done
