#!/usr/bin/env python3
"""Makes the tables of `make envoy-matrix` from what the tests printed.

usage: envoy_matrix.py [--write] LOGS VERSION...
LOGS/VERSION/SUITE is the output of one `cargo test`. Without --write the tables are printed.
"""

import collections
import os
import re
import sys

# What a user asks for, and the suites that show it.
AREAS = {
    "identity": ["identity", "spiffe_conformance", "expiry", "federation"],
    "tokens": ["tokens", "signatures", "keys"],
    "API keys": ["api_keys"],
    "limits": ["limits"],
    "requests and conditions": ["request_safety", "conditions"],
    "seal and faults": ["seal", "hostile", "harness"],
    "shipped configurations": ["shipped", "updates", "shadow"],
    "vectors": ["vectors"],
}

# A failure that is understood: the first version that has none of it, what its output holds, and what it comes from. The
# first that fits counts; what fits none is listed by name.
ALWAYS = (99,)
CAUSES = [
    (
        ALWAYS,
        r"no\s+such\s+field:\s+'(\w+)'",
        "the test's own configuration has a field that this version does not know",
    ),
    ((1, 38), r"spiffe\.certificate_not_stated", "no property `connection.peer_certificate`: 503 `spiffe.certificate_not_stated`"),
]
UNKNOWN = "not explained"

COMMAND = "make envoy-matrix"


class Suite:
    """What one suite printed against one version."""

    def __init__(self, path, version):
        text = open(path, errors="replace").read() if os.path.exists(path) else ""
        self.begun = bool(text)
        result = re.findall(r"^test result: .*?(\d+) passed; (\d+) failed", text, re.M)
        self.finished = bool(result)
        self.passed = sum(int(passed) for passed, _ in result)
        self.failed = sum(int(failed) for _, failed in result)
        # libtest prints what each failed test said under its name.
        parts = re.split(r"^---- (\S+) stdout ----$", text, flags=re.M)
        said = dict(zip(parts[1::2], parts[2::2]))
        self.causes = collections.defaultdict(list)
        for test, output in said.items():
            self.causes[cause(output, version)].append(test)


def cause(output, version):
    """Why a test failed, as far as its output says."""
    # A body in a debug print is a list of numbers.
    output = re.sub(r"body: \[\d+(?:, \d+)+\]", lambda body: bytes(int(n) & 255 for n in re.findall(r"\d+", body[0])).decode(errors="replace"), output)
    number = tuple(int(part) for part in version.split(".")[:2])
    for ends, pattern, text in CAUSES:
        found = re.search(pattern, output) if number < ends else None
        if found:
            return text + "".join(f": `{name}`" for name in found.groups())
    return UNKNOWN


def cell(suites):
    if not any(suite.finished for suite in suites):
        return "did not run"
    passed = sum(suite.passed for suite in suites)
    failed = sum(suite.failed for suite in suites)
    hung = sum(suite.begun and not suite.finished for suite in suites)
    rest = sum(not suite.begun for suite in suites)
    text = f"{failed} of {passed + failed} fail" if failed else f"{passed} pass"
    text = f"**{text}**" if failed or hung else text
    notes = [f"{hung} did not finish" if hung else "", f"{rest} suites did not run" if rest else ""]
    return ", ".join([text] + [note for note in notes if note])


def summary(runs):
    lines = ["| Envoy | " + " | ".join(AREAS) + " |", "| --- |" + " ---: |" * len(AREAS)]
    for version, suites in runs.items():
        cells = [cell([suites[name] for name in names]) for names in AREAS.values()]
        lines.append(f"| {version} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def failures(runs):
    lines = ["| Envoy | why | tests | of the suites |", "| --- | --- | ---: | --- |"]
    for version, suites in runs.items():
        tests, where = collections.Counter(), collections.defaultdict(list)
        for name, suite in suites.items():
            if suite.begun and not suite.finished:
                lines.append(f"| {version} | did not finish | | `{name}` |")
            for why, failed in suite.causes.items():
                tests[why] += len(failed)
                where[why] += [f"`{name}`"] if why != UNKNOWN else [f"`{name}` (`{test}`)" for test in failed]
        lines += [f"| {version} | {why} | {count} | {', '.join(where[why])} |" for why, count in tests.most_common()]
    return "\n".join(lines) if len(lines) > 2 else "Nothing failed."


def write(path, text):
    """Puts the text between the markers of a page."""
    begin, end = "<!-- envoy-matrix: begin -->", "<!-- envoy-matrix: end -->"
    page = open(path).read()
    before, rest = page.split(begin)
    _, after = rest.split(end)
    with open(path, "w") as file:
        file.write(f"{before}{begin}\n{text}\n{end}{after}")


def main(arguments):
    writes = arguments[:1] == ["--write"]
    logs, *versions = arguments[writes:]
    runs = {
        version: {name: Suite(os.path.join(logs, version, name), version) for names in AREAS.values() for name in names}
        for version in versions
    }
    table = f"{summary(runs)}\n\nTests of each area, by `{COMMAND}`."
    if writes:
        write("README.md", table)
        write("docs/versions.md", failures(runs))
    else:
        print(table, failures(runs), sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
