"""Takes out of a plugin what the proxy never calls and what can never run; wasm-opt does the rest.

Exports: the SDK exports every callback of the ABI. Each that stays is a call into the VM for every
request and keeps alive what it reaches; the proxy leaves out a call that a module does not export.

Bodies: a function that only a table names is kept by every linker. Those of NEVER_RUN become a
trap, so that what only they reach goes as well. Should one run after all, the request is denied.

Last, custom sections (names, debug info) go. Without wasm-opt the rest is dead weight, no more.
usage: wasm_trim.py IN.wasm OUT.wasm [errands]      (IN.wasm must still have its names; a plugin that
runs errands is called for ticks and answers too)
"""

import pathlib
import re
import sys

from wasm_imports import imports, leb128, name

CUSTOM_SECTION, EXPORT_SECTION, CODE_SECTION = 0, 7, 10

# What the proxy needs to load a module, and the callbacks that plugins/filter does something in.
# The defaults of the rest (done: yes; log, tick, bodies, trailers: nothing) are the proxy's as well.
KEPT_EXPORTS = {
    "memory",
    "_initialize",
    "proxy_abi_version_0_2_1",
    "proxy_on_memory_allocate",
    "proxy_on_context_create",
    "proxy_on_configure",
    "proxy_on_request_headers",
    "proxy_on_response_headers",
    "proxy_on_delete",
}

# What the proxy calls beside requests, in plugins that run errands.
ERRAND_EXPORTS = {"proxy_on_tick", "proxy_on_http_call_response"}

# The names of functions that are linked and never run, as rustc mangles them.
NEVER_RUN = re.compile(
    # Prints the symbols of a backtrace. A module has none. (At the end of a name it is only the
    # crate for which a function of core was instantiated, which others may call.)
    r"_14rustc_demangle(?=\w)"
    # Prints an error of jwt-simple with its backtrace; ours are our own.
    r"|anyhow\.\.error\.\.ErrorImpl\$.*Debug\$GT\$3fmt"
    # The SDK's wrappers of host calls, which stand in the tables of its traits; plugins/filter has
    # its own, and must not reach these. With them go imports: HTTP and gRPC calls, queues, bodies.
    r"|10proxy_wasm6traits\d+(?:Root|Http)?Context\d+"
    r"(?:add_|call_|cancel_|close_|dequeue_|dispatch_|done17h|enqueue_|get_(?!type)|open_|register_"
    r"|remove_|reset_|resolve_|resume_|send_|set_)"
)

# What is smaller may be a body that LLVM found equal to another's and kept for both, under either
# name. The wrappers are too, but each calls a wrapper of the SDK that nothing of ours calls.
LEAST = 64

# Of a function body: its size, no locals, `unreachable`, `end` (core spec 5.4.1, 5.5.13).
TRAP = b"\x03\x00\x00\x0b"


def unsigned(value: int) -> bytes:
    """LEB128 (core spec 5.2.2)."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sections(module: bytes) -> list[tuple[int, int, int]]:
    """The id of each section, where its contents begin and where they end."""
    if module[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a WebAssembly module")
    found, at = [], 8
    while at < len(module):
        section = module[at]
        size, at = leb128(module, at + 1)
        found.append((section, at, at + size))
        at += size
    return found


def function_names(module: bytes, at: int, end: int) -> dict[int, str]:
    """The names of functions by index, of a custom section if it is the one (core spec 7.4.1)."""
    names: dict[int, str] = {}
    title, at = name(module, at)
    while title == "name" and at < end:
        kind = module[at]
        size, at = leb128(module, at + 1)
        behind = at + size
        if kind == 1:
            count, at = leb128(module, at)
            for _ in range(count):
                index, at = leb128(module, at)
                names[index], at = name(module, at)
        at = behind
    return names


def kept_exports(module: bytes, at: int, keep: set[str]) -> bytes:
    """The export section that begins at `at`, with what is kept (core spec 5.5.10)."""
    count, at = leb128(module, at)
    kept, found = [], set()
    for _ in range(count):
        start = at
        export, at = name(module, at)
        _, at = leb128(module, at + 1)
        if export in keep:
            kept.append(module[start:at])
            found.add(export)
    if found != keep:
        raise ValueError(f"not exported: {', '.join(sorted(keep - found))}")
    return unsigned(len(kept)) + b"".join(kept)


def live_code(module: bytes, at: int, names: dict[int, str], first: int) -> bytes:
    """The code section that begins at `at`, without the bodies of NEVER_RUN."""
    count, at = leb128(module, at)
    out = bytearray(unsigned(count))
    for index in range(first, first + count):
        size, body = leb128(module, at)
        function = names.get(index, "")
        dead = NEVER_RUN.search(function) and (size >= LEAST or "proxy_wasm" in function)
        out += TRAP if dead else module[at : body + size]
        at = body + size
    return bytes(out)


def trimmed(module: bytes, keep: set[str]) -> bytes:
    names: dict[int, str] = {}
    for section, at, end in sections(module):
        if section == CUSTOM_SECTION:
            names |= function_names(module, at, end)
    if not names:
        raise ValueError("has no names; build it with strip = \"debuginfo\"")
    out = bytearray(module[:8])
    for section, at, end in sections(module):
        contents = module[at:end]
        if section == CUSTOM_SECTION:
            continue
        if section == EXPORT_SECTION:
            contents = kept_exports(module, at, keep)
        elif section == CODE_SECTION:
            # Imported functions come first in the numbering; our plugins import nothing else.
            contents = live_code(module, at, names, len(imports(module)))
        out += bytes([section]) + unsigned(len(contents)) + contents
    return bytes(out)


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[3:] not in ([], ["errands"]):
        print("usage: wasm_trim.py IN.wasm OUT.wasm [errands]", file=sys.stderr)
        return 2
    built, out = map(pathlib.Path, sys.argv[1:3])
    keep = KEPT_EXPORTS | (ERRAND_EXPORTS if sys.argv[3:] else set())
    try:
        out.write_bytes(trimmed(built.read_bytes(), keep))
    except ValueError as error:
        print(f"error: {built}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
