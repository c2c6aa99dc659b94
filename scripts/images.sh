#!/usr/bin/env bash
# Builds the plugins and wraps each into its images: dist/images/, with SBOMs, provenance and SHA256SUMS.
#   COSIGN_KEY=cosign.key   signs SHA256SUMS as well
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

scripts/install-tools.sh rust wasm-opt
scripts/build-wasm.sh
step "wrapping the modules into images"
python3 scripts/images.py build
step "stating what they are made of"
mkdir -p dist/images/sbom
for plugin in gateway spiffe_authz jwt_authn rate_limit; do
    python3 scripts/sbom.py "$plugin" >"dist/images/sbom/$plugin.cdx.json"
done
python3 scripts/provenance.py
python3 scripts/images.py sums
if [ -n "${COSIGN_KEY:-}" ]; then
    scripts/sign.sh
else
    say "note: SHA256SUMS is not signed; set COSIGN_KEY to a key of \`cosign generate-key-pair\`"
fi
