#!/usr/bin/env bash
# Pushes every image to a registry, signs what it pushed where there is a key, and writes the digests into istio/.
# usage: push.sh REGISTRY     a host and a path: registry.example.org/portcullis
#   COSIGN_KEY=cosign.key   signs each image, and attaches its SBOM and provenance (COSIGN_PASSWORD is asked for)
#   PLAIN_HTTP=1            speaks HTTP, for a registry on this machine
#   MANIFESTS=folder        another folder than istio/ to write the digests into
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

registry=${1:-}
[ -n "$registry" ] || die "which registry? make push REGISTRY=registry.example.org/portcullis"
scripts/install-tools.sh oras ${COSIGN_KEY:+cosign}
python3 scripts/images.py check || die "what is in dist/ is not what was built; run \`make images\` and try again"
python3 scripts/pinned.py "${MANIFESTS:-istio}" || die "nothing was pushed"

plain=() insecure=()
[ -z "${PLAIN_HTTP:-}" ] || { plain=(--to-plain-http) insecure=(--allow-http-registry); }

# One image for each layout: the compat one has the plain tag, since every registry and scanner takes it.
while read -r plugin layout digest; do
    tag=$(python3 scripts/images.py version)
    [ "$layout" = compat ] || tag=$tag-$layout
    image=$registry/${plugin//_/-}
    "$tools/bin/oras" cp --from-oci-layout "dist/images/$plugin/$layout@$digest" "${plain[@]}" "$image:$tag" >/dev/null
    printf '%s:%s@%s\n' "$image" "$tag" "$digest"
    [ -n "${COSIGN_KEY:-}" ] || continue
    sign=(--key "$COSIGN_KEY" --use-signing-config=false --tlog-upload=false --yes "${insecure[@]}")
    "$tools/bin/cosign" sign "${sign[@]}" "$image@$digest" 2>/dev/null || die "$image@$digest could not be signed"
    "$tools/bin/cosign" attest "${sign[@]}" --type cyclonedx --predicate "dist/images/sbom/$plugin.cdx.json" "$image@$digest" 2>/dev/null ||
        die "the SBOM of $image@$digest could not be attached"
    "$tools/bin/cosign" attest "${sign[@]}" --type slsaprovenance1 --predicate dist/images/predicate.json "$image@$digest" 2>/dev/null ||
        die "the provenance of $image@$digest could not be attached"
done < <(python3 scripts/images.py digests)
[ -n "${COSIGN_KEY:-}" ] || say "note: not signed; set COSIGN_KEY to a key of \`cosign generate-key-pair\`"

python3 scripts/images.py pin "$registry" "${MANIFESTS:-istio}"
step "istio/components/images and istio/chart/values.yaml name these digests now; commit them"
