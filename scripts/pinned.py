#!/usr/bin/env python3
"""Finds manifests that name an image by its tag alone. usage: pinned.py FOLDER...

A tag can be moved to another module after it was tested; a digest cannot. A resource is pinned where its `url` holds
`@sha256:`, or a `sha256:` with 64 digits stands beside it. A `url` without tag and digest is one that nobody has filled in.
"""

import re
import sys
from pathlib import Path

URL = re.compile(r"""^(?P<indent>[\s-]*)url:\s*["']?(?P<url>oci://[^\s"'#]+)""")
TAG = re.compile(r"/[^/]+:[^/@]+$")


def faults(path):
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        found = URL.match(line)
        if not found or "@sha256:" in found["url"] or not TAG.search(found["url"]):
            continue
        indent = len(found["indent"])
        beside = [other for other in lines if len(other) - len(other.lstrip(" -")) == indent]
        if not any(re.match(r"""[\s-]*sha256:\s*["']?[0-9a-f]{64}\b""", other) for other in beside):
            yield f"{path}:{number}: {found['url']} is named by a tag alone; add its digest: sha256: ..., or leave the tag out and let `make push` write both"


def main(folders):
    if not folders or folders[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if folders else 2
    manifests = [path for folder in folders for path in sorted(Path(folder).rglob("*.yaml")) if "chart/templates" not in str(path)]
    found = [fault for path in manifests for fault in faults(path)]
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
