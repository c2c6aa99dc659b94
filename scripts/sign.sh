#!/usr/bin/env bash
# Signs dist/images/SHA256SUMS with the key COSIGN_KEY, for whoever takes files and not images. make verify checks it.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

[ -n "${COSIGN_KEY:-}" ] || die "COSIGN_KEY is not set; make a pair with: .tools/bin/cosign generate-key-pair"
scripts/install-tools.sh cosign
"$tools/bin/cosign" sign-blob --key "$COSIGN_KEY" --use-signing-config=false --tlog-upload=false --yes \
    --bundle dist/images/SHA256SUMS.sigstore.json dist/images/SHA256SUMS >/dev/null 2>"$tools/cosign.log" ||
    { cat "$tools/cosign.log" >&2; die "SHA256SUMS could not be signed"; }
