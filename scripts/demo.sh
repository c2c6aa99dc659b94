#!/usr/bin/env bash
# The demo on this machine. usage: demo.sh run|up
# Installs what is missing, builds, starts everything on free ports, and stops it again.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

scripts/install-tools.sh rust envoy wasm-opt
scripts/build-wasm.sh --unchecked gateway spiffe_authz >&2
step "building the demo"
# Dependencies as they come: nothing here is slow, and a cold build takes a third of the time.
cargo build -p portcullis-demo --config 'profile.dev.package."*".opt-level=0'
exec "$target/debug/portcullis-demo" "${1:-run}"
