"""Earlier cases, to answer "have we seen this before?".

Enters: the folder of cases, and a shared folder of packages when the team has one. Leaves: what each package's manifest
says of itself: signature, its parts, words. A package that cannot be read
is passed over: this is a hint, never a proof.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from diagpack.case.layout import CaseDir
from diagpack.errors import DiagpackError
from diagpack.sign.container import read_package

# What `assess.similar` reads of an earlier case.
_FIELDS: Final = ("case", "signature", "parts", "tokens", "status", "fixed_in")


def past_cases(folder: CaseDir, shared: Path | None = None) -> list[Mapping[str, Any]]:
    """One entry for each other case, in order of the packages' names; the newest package of a case counts."""
    packages = [*folder.path.parent.glob("*/out/*-esc*.zip"), *(shared.glob("*.zip") if shared else ())]
    found: dict[str, Mapping[str, Any]] = {}
    for package in sorted(packages, key=lambda each: (each.name, str(each))):
        if package.parent.parent == folder.path:
            continue
        try:
            manifest = json.loads(read_package(package.read_bytes())[1]["manifest.json"])
        except (DiagpackError, OSError, ValueError, KeyError):
            continue
        if isinstance(manifest, dict) and manifest.get("case") != folder.id and manifest.get("signature"):
            found[str(manifest.get("case", ""))] = {name: manifest[name] for name in _FIELDS if name in manifest}
    return list(found.values())
