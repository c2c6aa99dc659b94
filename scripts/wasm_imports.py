"""Asserts that each plugin imports exactly the host functions that plugins/imports.txt names.

A new import is a new power of the plugin, or a way to fail to load on a host that lacks it: it is
to be seen in review. A small reader of the import section (WebAssembly core spec 5.5.5), so that
no tool has to be installed for it.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "plugins" / "imports.txt"
PLUGINS = ("spiffe_authz", "jwt_authn", "rate_limit", "gateway")
IMPORT_SECTION = 2
HEAD = """\
# The host functions that each plugin imports, as `scripts/build-wasm.sh` asserts them.
# Written anew by `scripts/build-wasm.sh --write-imports`; a line more is a power more.
"""


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned number and where the next byte is."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def name(data: bytes, at: int) -> tuple[str, int]:
    size, at = leb128(data, at)
    return data[at : at + size].decode(), at + size


def limits(data: bytes, at: int) -> int:
    flags, at = leb128(data, at)
    _, at = leb128(data, at)
    return leb128(data, at)[1] if flags & 1 else at


def imports(module: bytes) -> list[str]:
    if module[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a WebAssembly module")
    at = 8
    while at < len(module):
        section = module[at]
        size, at = leb128(module, at + 1)
        if section == IMPORT_SECTION:
            return sorted(entries(module, at))
        at += size
    return []


def entries(module: bytes, at: int) -> list[str]:
    count, at = leb128(module, at)
    found = []
    for _ in range(count):
        host, at = name(module, at)
        field, at = name(module, at)
        found.append(f"{host}.{field}")
        kind, at = module[at], at + 1
        if kind == 0:  # function: type index
            _, at = leb128(module, at)
        elif kind == 1:  # table: reference type, limits
            at = limits(module, at + 1)
        elif kind == 2:  # memory: limits
            at = limits(module, at)
        elif kind == 3:  # global: value type, mutability
            at += 2
        else:
            raise ValueError(f"import of unknown kind {kind}")
    return found


def committed() -> set[str]:
    lines = LIST.read_text().splitlines() if LIST.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def main() -> int:
    actual = [
        f"{plugin} {entry}"
        for plugin in PLUGINS
        for entry in imports((ROOT / "dist" / f"{plugin}.wasm").read_bytes())
    ]
    if "--write-imports" in sys.argv[1:]:
        LIST.write_text(HEAD + "\n".join(actual) + "\n")
        return 0
    listed = committed()
    for line in sorted(set(actual) - listed):
        print(f"error: {line}: imported, but not in plugins/imports.txt", file=sys.stderr)
    for line in sorted(listed - set(actual)):
        print(f"error: {line}: in plugins/imports.txt, but no longer imported", file=sys.stderr)
    if set(actual) != listed:
        print("       if that is meant: scripts/build-wasm.sh --write-imports", file=sys.stderr)
        return 1
    print(f"host imports as in plugins/imports.txt ({len(actual)} lines)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
