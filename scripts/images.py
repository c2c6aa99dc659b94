#!/usr/bin/env python3
"""Wraps each plugin in dist/ into the OCI layouts that Istio's agent takes, without a container engine.

usage: images.py build | check | pin REGISTRY [FOLDER] | digests

  build    dist/*.wasm -> dist/images/PLUGIN/{compat,artifact,docker}, and dist/images/SHA256SUMS
  check    recomputes every digest: modules, blobs, manifests and what provenance.json says of them
  pin      writes REGISTRY (host/path) and the digests into istio/ (or the folder named behind it)
  digests  prints PLUGIN LAYOUT DIGEST, one line each

Same modules, same bytes: no time, no name of this machine, no revision is in an image. What an image
was built from stands in its provenance (scripts/provenance.py).
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
IMAGES = DIST / "images"
PLUGINS = ("gateway", "spiffe_authz", "jwt_authn", "rate_limit")

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
WASM_CONFIG = "application/vnd.module.wasm.config.v1+json"
WASM_LAYER = "application/vnd.module.wasm.content.layer.v1+wasm"


def version():
    """The workspace's version; images are tagged with it."""
    manifest = (ROOT / "Cargo.toml").read_text()
    return re.search(r'^\[workspace\.package\].*?^version = "([^"]+)"', manifest, re.M | re.S).group(1)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def to_json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Layout:
    """One image as an OCI image layout (image-spec, image-layout.md)."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)

    def blob(self, media_type, data, **more):
        digest = sha256(data)
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data), **more}

    def finish(self, manifest, tag):
        """Writes the manifest and the index; returns the image's digest."""
        entry = self.blob(manifest["mediaType"], to_json(manifest))
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        index = {"schemaVersion": 2, "manifests": [entry]}
        (self.folder / "index.json").write_bytes(to_json(index))
        (self.folder / "oci-layout").write_bytes(to_json({"imageLayoutVersion": "1.0.0"}))
        return entry["digest"]


def annotations(plugin):
    return {
        "org.opencontainers.image.title": f"portcullis-{plugin.replace('_', '-')}",
        "org.opencontainers.image.version": version(),
        "org.opencontainers.image.licenses": "Apache-2.0",
    }


def archive(module):
    """`plugin.wasm` in a tar, and its digest before compression: owner, mode and time are fixed."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("plugin.wasm")
        entry.size, entry.mode = len(module), 0o644
        tar.addfile(entry, io.BytesIO(module))
    return gzip.compress(plain.getvalue(), compresslevel=9, mtime=0), sha256(plain.getvalue())


def container(folder, plugin, module, manifest_type, config_type, layer_type):
    """One layer with `plugin.wasm` in it: what every registry and scanner knows as an image."""
    layout = Layout(folder)
    packed, diff_id = archive(module)
    config = {
        "architecture": "wasm",
        "os": "wasip1",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff_id}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": manifest_type,
        "config": layout.blob(config_type, to_json(config)),
        "layers": [layout.blob(layer_type, packed)],
    }
    if manifest_type == OCI_MANIFEST:
        manifest["annotations"] = annotations(plugin)
    return layout.finish(manifest, version())


def compat(folder, plugin, module):
    return container(folder, plugin, module, OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)


def docker(folder, plugin, module):
    return container(folder, plugin, module, DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER)


def artifact(folder, plugin, module):
    """The bare module and a description of it: Istio takes exactly these two layers."""
    layout = Layout(folder)
    described = {"type": "envoy_proxy", "abiVersions": ["v0-2-1"], "config": {}}
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": WASM_CONFIG,
        "config": layout.blob(OCI_CONFIG, b"{}"),
        "layers": [
            layout.blob(WASM_CONFIG, to_json(described)),
            layout.blob(WASM_LAYER, module, annotations={"org.opencontainers.image.title": "plugin.wasm"}),
        ],
        "annotations": annotations(plugin),
    }
    return layout.finish(manifest, version())


LAYOUTS = {"compat": compat, "artifact": artifact, "docker": docker}


def build():
    shutil.rmtree(IMAGES, ignore_errors=True)
    for plugin in PLUGINS:
        module = (DIST / f"{plugin}.wasm").read_bytes()
        for name, make in LAYOUTS.items():
            print(f"{plugin:14} {name:9} {make(IMAGES / plugin / name, plugin, module)}")
    write_sums()


def files():
    """Everything that is handed out, but for the sums themselves and their signature."""
    modules = [DIST / f"{plugin}.wasm" for plugin in PLUGINS]
    beside = [path for path in sorted(IMAGES.rglob("*")) if path.is_file()]
    return modules + [path for path in beside if not path.name.startswith("SHA256SUMS")]


def write_sums():
    lines = [f"{sha256(path.read_bytes())}  {path.relative_to(DIST)}\n" for path in files()]
    (IMAGES / "SHA256SUMS").write_text("".join(lines))


def digest_of(plugin, layout):
    index = json.loads((IMAGES / plugin / layout / "index.json").read_bytes())
    return index["manifests"][0]["digest"]


def check():
    """Faults, in words. None: every byte is the one that was signed for."""
    sums = IMAGES / "SHA256SUMS"
    if not sums.is_file():
        return ["dist/images/SHA256SUMS: missing; run `make images`"]
    said = dict(reversed(line.split("  ", 1)) for line in sums.read_text().splitlines())
    faults = []
    for path in files():
        name = str(path.relative_to(DIST))
        expected = said.pop(name, None)
        if expected is None:
            faults.append(f"dist/{name}: not in SHA256SUMS")
        elif expected != sha256(path.read_bytes()):
            faults.append(f"dist/{name}: changed: it is not the file that was built")
        elif path.parent.name == "sha256" and path.name != expected:
            faults.append(f"dist/{name}: a blob whose name is not its digest")
    faults += [f"dist/{name}: missing" for name in said]
    return faults + check_modules() + check_provenance()


def check_modules():
    """The module in each image is the one in dist/."""
    faults = []
    for plugin in PLUGINS:
        module = sha256((DIST / f"{plugin}.wasm").read_bytes())
        for layout in LAYOUTS:
            folder = IMAGES / plugin / layout
            try:
                if sha256(unwrap(folder, digest_of(plugin, layout))) != module:
                    faults.append(f"dist/images/{plugin}/{layout}: holds another module than dist/{plugin}.wasm")
            except (OSError, KeyError, ValueError, tarfile.TarError) as error:
                faults.append(f"dist/images/{plugin}/{layout}: cannot be read: {error}")
    return faults


def unwrap(folder, digest):
    read = lambda digest: (folder / "blobs/sha256" / digest.removeprefix("sha256:")).read_bytes()
    layer = json.loads(read(digest))["layers"][-1]
    data = read(layer["digest"])
    if layer["mediaType"] == WASM_LAYER:
        return data
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return tar.extractfile("plugin.wasm").read()


def check_provenance():
    statement = IMAGES / "provenance.json"
    if not statement.is_file():
        return ["dist/images/provenance.json: missing; run `make images`"]
    subjects = {entry["name"]: entry["digest"]["sha256"] for entry in json.loads(statement.read_bytes())["subject"]}
    expected = {f"{plugin}.wasm": sha256((DIST / f"{plugin}.wasm").read_bytes()) for plugin in PLUGINS}
    for plugin in PLUGINS:
        expected |= {f"{plugin}:{layout}": digest_of(plugin, layout).removeprefix("sha256:") for layout in LAYOUTS}
    wrong = sorted(name for name in expected.keys() | subjects.keys() if expected.get(name) != subjects.get(name))
    return [f"dist/images/provenance.json: {name}: not what is here" for name in wrong]


# Where a resource of each kind names its image.
KINDS = {"WasmPlugin": "/spec", "TrafficExtension": "/spec/wasm"}

PINNED = """\
# Where each plugin's image is, and its digest. Written by `make push REGISTRY=...` (scripts/images.py pin); do not edit.
# A resource with the label `portcullis.plugin: NAME` gets the image of that plugin.
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
"""


def pin(registry, istio):
    """Every overlay then names images by digest; a tag is only there to be read."""
    text = PINNED
    for plugin in PLUGINS:
        name = plugin.replace("_", "-")
        digest = digest_of(plugin, "compat").removeprefix("sha256:")
        for kind, path in KINDS.items():
            text += f"  - target: {{kind: {kind}, labelSelector: portcullis.plugin={name}}}\n    patch: |-\n"
            text += f"      - {{op: replace, path: {path}/url, value: 'oci://{registry}/{name}:{version()}'}}\n"
            text += f"      - {{op: replace, path: {path}/sha256, value: {digest}}}\n"
    (istio / "components/images/kustomization.yaml").write_text(text)
    values = istio / "chart/values.yaml"
    if values.is_file():
        values.write_text(pin_values(values.read_text(), registry))


def pin_values(text, registry):
    """The chart's defaults: `registry`, `tag` and one digest for each plugin."""
    lines = {"registry": registry, "tag": version()}
    lines |= {plugin.replace("_", "-"): digest_of(plugin, "compat") for plugin in PLUGINS}
    for key, value in lines.items():
        text, count = re.subn(rf"^(  +{key}:) .*$", rf'\1 "{value}"', text, count=1, flags=re.M)
        if count != 1:
            raise SystemExit(f"error: chart/values.yaml has no line for {key}")
    return text


def main(arguments):
    match arguments:
        case ["build"]:
            build()
        case ["version"]:
            print(version())
        case ["sums"]:
            write_sums()
        case ["pin", registry, *folder] if len(folder) <= 1:
            pin(registry, Path(folder[0]) if folder else ROOT / "istio")
        case ["check"]:
            faults = check()
            for fault in faults:
                print(f"error: {fault}", file=sys.stderr)
            return 1 if faults else 0
        case ["digests"]:
            for plugin in PLUGINS:
                for layout in LAYOUTS:
                    print(plugin, layout, digest_of(plugin, layout))
        case _:
            print(__doc__, file=sys.stderr)
            return 0 if arguments in (["-h"], ["--help"]) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
