#!/usr/bin/env bash
# Measures meshes of many services with identity rules, served by a real istiod; writes the tables of docs/scale.md.
# Needs root, as all Istio tests do, and some twenty minutes.
#   SCALE_SIZES=50,200,500          how many services
#   SCALE_SHAPE='one per workload'  only this way of cutting the rules (or 'one per namespace')
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

scripts/install-tools.sh rust envoy wasm-opt istio kubernetes oras
scripts/images.sh >&2
step "meshes of ${SCALE_SIZES:=50,200,500} services"
export SCALE_SIZES
cd tests/istio
# The same flags as the tools were built with, so that istiod's code is compiled once.
go test -trimpath -vet=off -count=1 -timeout 60m -v -run '^TestScale$' ./scale
