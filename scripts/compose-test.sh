#!/usr/bin/env bash
# Brings the container stack up the way a user does, sends the demo's round, takes all down again.
# Without ENVOY_IMAGE it makes an image from the packaged Envoy: no image registry is needed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

export DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0 # the classic builder takes no frontend image
export COMPOSE_PROJECT_NAME=portcullis-test         # beside, not over, a stack that somebody uses
DOCKER_HOST=$(scripts/engine.sh start)
export DOCKER_HOST

compose() {
    if command -v docker-compose >/dev/null; then docker-compose "$@"; else docker compose "$@"; fi
}

clean_up() {
    local status=$?
    if [ "$status" -ne 0 ]; then
        compose logs --no-color --tail=20 >&2 || true
    fi
    step "taking the stack down"
    compose down --volumes --remove-orphans >/dev/null 2>&1 || true
    scripts/engine.sh stop
    rm -rf "$tools/envoy-image"
    exit "$status"
}
trap clean_up EXIT

# The packaged binary, the machine's own glibc and nothing else.
envoy_image() {
    local image=portcullis-envoy:$PORTCULLIS_ENVOY_VERSION files=$tools/envoy-image library
    step "making the image $image from the packaged Envoy"
    rm -rf "$files"
    mkdir -p "$files/usr/local/bin" "$files/tmp"
    cp -L "$envoy" "$files/usr/local/bin/envoy"
    ldd "$envoy" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$files$(dirname "$library")"
        cp -L "$library" "$files$library"
    done
    printf 'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin\n' |
        docker build --quiet --tag "$image" --file - "$files" >/dev/null
    export ENVOY_IMAGE=$image
}

scripts/build-host.sh
scripts/build-wasm.sh --unchecked gateway spiffe_authz
[ -n "${ENVOY_IMAGE:-}" ] || envoy_image

# Any free port: the edge's usual one may be taken on this machine.
EDGE_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export EDGE_PORT
step "docker-compose up envoy"
compose build mint catalog
compose up -d envoy
step "the round"
compose run --no-deps --rm -T round
