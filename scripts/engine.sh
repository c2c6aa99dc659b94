#!/usr/bin/env bash
# A container engine for the compose test: the one that runs, or one of our own under .tools/engine.
# usage: engine.sh start   (starts one if none runs; prints the DOCKER_HOST to use)
#        engine.sh stop    (stops the one that `start` started; never another)
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"

home=$tools/engine
own=unix://$home/docker.sock

# A client without an engine is common; so is a second client earlier in PATH.
running() { docker info >/dev/null 2>&1; }
own_running() { [ -S "$home/docker.sock" ] && DOCKER_HOST=$own docker info >/dev/null 2>&1; }
startable() { [ "$(id -u)" = 0 ] && command -v dockerd >/dev/null; }
client() { command -v docker && { command -v docker-compose || docker compose version; }; }

start() {
    client >/dev/null 2>&1 || die "docker and docker-compose are missing (Debian: apt-get install docker.io docker-compose)"
    if running; then
        printf '%s\n' "${DOCKER_HOST:-unix:///var/run/docker.sock}"
        return
    fi
    if ! own_running; then
        startable || die "no container engine runs, and none can be started (it takes root and dockerd)"
        step "starting a container engine of our own"
        mkdir -p "$home"
        # Explicit ulimits: the defaults fail where root lacks CAP_SYS_RESOURCE.
        nohup dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/pid" --host "$own" \
            --default-ulimit nofile=4096:4096 --default-ulimit nproc=4096:4096 >"$home/log" 2>&1 </dev/null &
        local dockerd=$!
        until own_running; do
            kill -0 "$dockerd" 2>/dev/null || {
                tail -n 20 "$home/log" >&2
                die "the container engine did not start"
            }
            sleep 0.2
        done
    fi
    printf '%s\n' "$own"
}

stop() {
    [ -f "$home/pid" ] || return 0
    local pid
    pid=$(cat "$home/pid")
    # A number left over from before a restart may be anybody's by now.
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || return 0
    kill "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) die "usage: engine.sh start|stop" ;;
esac
