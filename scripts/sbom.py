#!/usr/bin/env python3
"""Writes the SBOM of one plugin: CycloneDX 1.5, from `cargo tree` and Cargo.lock. usage: sbom.py PLUGIN

It lists what is linked into the module: normal dependencies for its target with the features in use, without tests, build
scripts and macros' own needs. No time and no serial number: the same lock file gives the same bytes.
"""

import json
import re
import subprocess
import sys
import tomllib

import images


def tree(plugin):
    """(name, version, licence) of everything linked, the plugin first."""
    command = ["cargo", "tree", "--locked", "--package", f"portcullis-{plugin.replace('_', '-')}-plugin", "--target", "wasm32-wasip1"]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"]
    lines = subprocess.run(command, cwd=images.ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in lines:
        package, licence = line.split("|")
        name, version = re.match(r"(\S+) v(\S+)", package).groups()
        found[name, version] = licence.removesuffix(" (*)")
    return [(name, version, licence) for (name, version), licence in found.items()]


def checksums():
    lock = tomllib.loads((images.ROOT / "Cargo.lock").read_text())
    return {(package["name"], package["version"]): package.get("checksum") for package in lock["package"]}


def component(name, version, licence, checksum, kind="library"):
    reference = f"pkg:cargo/{name}@{version}"
    described = {"type": kind, "bom-ref": reference, "name": name, "version": version, "purl": reference}
    if licence:
        described["licenses"] = [{"expression": licence.replace("/", " OR ")}]
    if checksum:  # of the crate's archive; what is of this workspace has none
        described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return described


def sbom(plugin):
    sums = checksums()
    (name, version, licence), *rest = tree(plugin)
    module = component(name, version, licence, None, kind="application")
    module["hashes"] = [{"alg": "SHA-256", "content": images.sha256((images.DIST / f"{plugin}.wasm").read_bytes())}]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": module},
        "components": [component(*crate, sums.get(crate[:2])) for crate in sorted(rest)],
        "dependencies": [{"ref": module["bom-ref"], "dependsOn": [f"pkg:cargo/{crate[0]}@{crate[1]}" for crate in sorted(rest)]}],
    }


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in images.PLUGINS:
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    print(json.dumps(sbom(sys.argv[1]), indent=1))
