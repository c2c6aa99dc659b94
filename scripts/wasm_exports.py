"""Keeps those exports of a plugin that the proxy needs, and drops the others.

The SDK exports every callback of the ABI. Each that stays is a call into the VM for every request,
and keeps alive what it reaches; the proxy leaves out a call that a module does not export. Dropping
the name is enough: wasm-opt then removes the code, and without wasm-opt it is dead weight only.

usage: wasm_exports.py IN.wasm OUT.wasm
"""

import pathlib
import sys

from wasm_imports import leb128, name

EXPORT_SECTION = 7

# What the proxy needs to load a module, and the callbacks that plugins/filter does something in.
# The defaults of the rest (done: yes; log, tick, bodies, trailers: nothing) are the proxy's as well.
KEPT = {
    "memory",
    "_initialize",
    "proxy_abi_version_0_2_1",
    "proxy_on_memory_allocate",
    "proxy_on_context_create",
    "proxy_on_configure",
    "proxy_on_request_headers",
    "proxy_on_delete",
}


def unsigned(value: int) -> bytes:
    """LEB128 (WebAssembly core spec 5.2.2)."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def kept_exports(module: bytes, at: int) -> bytes:
    """The export section that begins at `at`, with what is kept (core spec 5.5.10)."""
    count, at = leb128(module, at)
    kept, found = [], set()
    for _ in range(count):
        start = at
        export, at = name(module, at)
        _, at = leb128(module, at + 1)
        if export in KEPT:
            kept.append(module[start:at])
            found.add(export)
    if found != KEPT:
        raise ValueError(f"not exported: {', '.join(sorted(KEPT - found))}")
    return unsigned(len(kept)) + b"".join(kept)


def with_kept_exports(module: bytes) -> bytes:
    if module[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a WebAssembly module")
    out, at = bytearray(module[:8]), 8
    while at < len(module):
        start, section = at, module[at]
        size, at = leb128(module, at + 1)
        if section == EXPORT_SECTION:
            body = kept_exports(module, at)
            out += bytes([section]) + unsigned(len(body)) + body
        else:
            out += module[start : at + size]
        at += size
    return bytes(out)


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__.rsplit("\n\n", 1)[-1].strip(), file=sys.stderr)
        return 2
    built, out = map(pathlib.Path, sys.argv[1:])
    try:
        out.write_bytes(with_kept_exports(built.read_bytes()))
    except ValueError as error:
        print(f"error: {built}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
