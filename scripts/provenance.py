#!/usr/bin/env python3
"""States what the modules and images in dist/ were built from: in-toto Statement v1 with SLSA provenance v1.

usage: provenance.py        writes dist/images/provenance.json and dist/images/predicate.json

It names the commit, the lock file and the tools, and every module and image by its digest. No time and no machine: the same
commit gives the same statement.
"""

import json
import subprocess
import sys

import images


def output(*command):
    return subprocess.run(command, cwd=images.ROOT, check=True, capture_output=True, text=True).stdout.strip()


def subjects():
    found = []
    for plugin in images.PLUGINS:
        module = (images.DIST / f"{plugin}.wasm").read_bytes()
        found.append({"name": f"{plugin}.wasm", "digest": {"sha256": images.sha256(module)}})
        for layout in images.LAYOUTS:
            digest = images.digest_of(plugin, layout).removeprefix("sha256:")
            found.append({"name": f"{plugin}:{layout}", "digest": {"sha256": digest}})
    return found


def predicate():
    commit = output("git", "rev-parse", "HEAD")
    changed = output("git", "status", "--porcelain", "--untracked-files=no")
    if changed:
        print("note: files differ from the commit; the statement says so", file=sys.stderr)
    lock = (images.ROOT / "Cargo.lock").read_bytes()
    return {
        "buildDefinition": {
            "buildType": "https://slsa.dev/provenance/v1?make-images",
            "externalParameters": {"command": "make images", "commit": commit, "clean": not changed},
            "internalParameters": {"rustc": output("rustc", "--version"), "wasm-opt": wasm_opt()},
            "resolvedDependencies": [
                {"uri": "git+commit", "digest": {"gitCommit": commit}},
                {"uri": "Cargo.lock", "digest": {"sha256": images.sha256(lock)}},
            ],
        },
        "runDetails": {"builder": {"id": "scripts/build-wasm.sh"}},
    }


def wasm_opt():
    binary = images.ROOT / ".tools/binaryen/node_modules/.bin/wasm-opt"
    return output(str(binary), "--version") if binary.exists() else "none"


def main():
    stated = predicate()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects(),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": stated,
    }
    for name, value in {"provenance.json": statement, "predicate.json": stated}.items():
        (images.IMAGES / name).write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(__doc__)
        sys.exit(0 if sys.argv[1] in ("-h", "--help") else 2)
    main()
