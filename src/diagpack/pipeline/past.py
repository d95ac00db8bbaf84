"""Earlier cases, to answer "have we seen this before?".

Enters: the folder of cases. Leaves: the signature each package carries in its manifest. A package that cannot be read
is passed over: this is a hint, never a proof.
"""

import json
from collections.abc import Mapping
from typing import Any

from diagpack.case.layout import CaseDir
from diagpack.errors import DiagpackError
from diagpack.sign.container import read_package


def past_cases(folder: CaseDir) -> list[Mapping[str, Any]]:
    """`{"case", "signature", …}` of every other case beside this one, in order of their ids."""
    found: list[Mapping[str, Any]] = []
    for package in sorted(folder.path.parent.glob("*/out/*-esc*.zip")):
        if package.parent.parent == folder.path:
            continue
        try:
            manifest = json.loads(read_package(package.read_bytes())[1]["manifest.json"])
        except (DiagpackError, OSError, ValueError, KeyError):
            continue
        if isinstance(manifest, dict) and "signature" in manifest:
            found.append({"case": manifest.get("case", ""), "signature": manifest["signature"]})
    return found
