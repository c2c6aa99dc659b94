#!/usr/bin/env bash
# Checks that what is in dist/ is what was built and signed, byte for byte; with REGISTRY, that the registry holds the same.
#   COSIGN_PUB=cosign.pub   also verifies the signatures (of SHA256SUMS, and of each image in the registry)
#   REGISTRY=host/path      also compares the registry's images;  PLAIN_HTTP=1 for one on this machine
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

python3 scripts/images.py check || die "dist/ is not what was built"
say "every module, blob, image, SBOM and statement is the one in SHA256SUMS"
if [ -n "${COSIGN_PUB:-}" ]; then
    scripts/install-tools.sh cosign
    [ -f dist/images/SHA256SUMS.sigstore.json ] || die "SHA256SUMS is not signed; build with COSIGN_KEY=..."
    "$tools/bin/cosign" verify-blob --key "$COSIGN_PUB" --insecure-ignore-tlog=true \
        --bundle dist/images/SHA256SUMS.sigstore.json dist/images/SHA256SUMS >/dev/null 2>&1 ||
        die "SHA256SUMS carries no signature of $COSIGN_PUB"
    say "SHA256SUMS is signed by $COSIGN_PUB"
else
    say "note: signatures were not looked at; set COSIGN_PUB to the public key"
fi
[ -n "${REGISTRY:-}" ] || exit 0

scripts/install-tools.sh oras ${COSIGN_PUB:+cosign}
plain=() insecure=()
[ -z "${PLAIN_HTTP:-}" ] || { plain=(--plain-http) insecure=(--allow-http-registry); }
while read -r plugin layout digest; do
    image=$REGISTRY/${plugin//_/-}
    "$tools/bin/oras" manifest fetch --descriptor "${plain[@]}" "$image@$digest" >/dev/null 2>&1 || die "$image has no $digest ($layout)"
    [ -n "${COSIGN_PUB:-}" ] || continue
    "$tools/bin/cosign" verify --key "$COSIGN_PUB" --insecure-ignore-tlog=true "${insecure[@]}" "$image@$digest" >/dev/null 2>&1 ||
        die "$image@$digest carries no signature of $COSIGN_PUB"
done < <(python3 scripts/images.py digests)
say "$REGISTRY holds the same images${COSIGN_PUB:+, signed}"
