#!/usr/bin/env bash
# Runs the tests of every policy against several versions of Envoy and writes which passed what: the table in README.md
# and what failed, and why, in docs/versions.md. A version that fails is a row, not the end. Each version is
# installed into .tools/envoy-VERSION while its tests run.
#   VERSIONS="1.38 1.39.1"   only these (newest patch of a minor, or one patch); prints the table and writes nothing
#   MATRIX_LOGS=folder       keeps the tests' output there
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

suites=(identity spiffe_conformance expiry federation tokens signatures keys api_keys limits
    request_safety conditions seal hostile harness shipped updates shadow vectors)

# The patch that PORTCULLIS_ENVOY_MATRIX has of a minor; a patch is itself.
newest() {
    local known
    case $1 in
    *.*.*) printf '%s\n' "$1" && return ;;
    esac
    for known in $PORTCULLIS_ENVOY_MATRIX; do
        [ "${known%.*}" != "$1" ] || { printf '%s\n' "$known" && return; }
    done
    die "Envoy $1 is none of $PORTCULLIS_ENVOY_MATRIX; name its patch to try another"
}

versions=()
for wanted in ${VERSIONS:-$PORTCULLIS_ENVOY_MATRIX}; do
    wanted=$(newest "$wanted")
    versions+=("$wanted")
done
logs=${MATRIX_LOGS:-$(mktemp -d)}
folder=
clean() {
    [ -z "$folder" ] || rm -rf "$tools/$folder" "$tools/$folder-venv"
    [ -n "${MATRIX_LOGS:-}" ] || rm -rf "$logs"
}
trap clean EXIT

scripts/install-tools.sh rust wasm-opt
scripts/build-wasm.sh
scripts/build-wasm.sh --unchecked agreement
targets=()
for suite in "${suites[@]}"; do
    targets+=(--test "$suite")
done
step "building the tests"
cargo test --quiet -p portcullis-envoy-tests "${targets[@]}" --no-run

for version in "${versions[@]}"; do
    folder=envoy-$version
    mkdir -p "$logs/$version"
    if ! PORTCULLIS_ENVOY_FOLDER=$folder PORTCULLIS_ENVOY_VERSION=$version scripts/install-tools.sh envoy; then
        say "error: Envoy $version could not be installed; its row says so"
        continue
    fi
    for suite in "${suites[@]}"; do
        # The longest takes a minute; one that hangs is a failure and does not hold up the rest.
        if PORTCULLIS_ENVOY=$tools/$folder/bin/envoy timeout 300 cargo test --quiet -p portcullis-envoy-tests \
            --test "$suite" >"$logs/$version/$suite" 2>&1; then
            say "    $version $suite: passed"
        else
            say "    $version $suite: FAILED"
        fi
    done
    rm -rf "$tools/$folder" "$tools/$folder-venv"
    folder=
done

if [ -n "${VERSIONS:-}" ]; then
    python3 scripts/envoy_matrix.py "$logs" "${versions[@]}"
    say "note: README.md and docs/versions.md are written when all versions run"
else
    python3 scripts/envoy_matrix.py --write "$logs" "${versions[@]}"
    step "wrote the tables of README.md and docs/versions.md"
fi
