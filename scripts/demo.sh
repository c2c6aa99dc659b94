#!/usr/bin/env bash
# The demo on this machine. usage: demo.sh run|up
# Installs what is missing, builds, starts everything on free ports, and stops it again.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

scripts/install-tools.sh rust envoy wasm-opt
scripts/build-wasm.sh --unchecked >&2
step "building the demo"
cargo build -p portcullis-demo
exec "$target/debug/portcullis-demo" "${1:-run}"
