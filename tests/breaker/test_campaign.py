"""Random cases with a secret in every slot, through the whole program: nothing leaks, diagnostic values stay."""

import base64
import re
import zipfile
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.pipeline.cases import ensure_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import load_settings
from tests.breaker.campaign import forms, make

DEEP = 40


def test_no_planted_secret_is_anywhere_outside_the_raw_zone(tmp_path: Path) -> None:
    _campaign(1001, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(DEEP))
def test_no_planted_secret_is_anywhere_in_many_cases(seed: int, tmp_path: Path) -> None:
    _campaign(seed, tmp_path)


def _campaign(seed: int, place: Path) -> None:
    campaign = make(seed)
    for name, content in campaign.files.items():
        (place / name).write_bytes(content)
    folder = CaseDir(place / "cases", case_id(f"S-{seed}"))
    ensure_case(folder)
    said: list[str] = []
    inputs = Inputs(paths=tuple(place / name for name in campaign.files))

    outcome = collect(folder, inputs, load_settings(use_keyring=False), said.append)

    kinds = {each.kind for each in outcome.escalation.evidence}
    assert kinds >= {"har", "log", "note", "saml", "oidc", "console", "api", "config"}
    written = _written(folder, outcome.package)
    written["progress"] = "\n".join(said).encode()
    folded = {name: content.lower() for name, content in written.items()}
    found = {
        (slot, form, name)
        for slot, value in campaign.planted.items()
        for form, spelled in forms(value)
        for name, content in (folded if form == "lower" else written).items()
        if spelled in content
    }
    assert found == set()
    readable = b"\n".join([*written.values(), *_opened(written)])
    assert {why: value for why, value in campaign.kept.items() if value.encode() not in readable} == {}


def _written(folder: CaseDir, package: Path) -> dict[str, bytes]:
    """Every member of the package and every file of the case but the raw ones, each with its name."""
    with zipfile.ZipFile(package) as archive:
        found = {name: name.encode() + b"\0" + archive.read(name) for name in archive.namelist()}
    for path in folder.path.rglob("*"):
        inside = path.relative_to(folder.path)
        if path.is_file() and inside.parts[0] not in ("raw", "out"):
            found[f"case/{inside}"] = str(inside).encode() + b"\0" + path.read_bytes()
    return found


def _opened(written: dict[str, bytes]) -> list[bytes]:
    """JWT parts and base64 XML in plain: what stays may stay inside them."""
    runs = {run for content in written.values() for run in re.findall(rb"(?:eyJ|PHNhbW)[A-Za-z0-9+/_-]+", content)}
    table = bytes.maketrans(b"-_", b"+/")
    return [base64.b64decode(run.translate(table)[: len(run) // 4 * 4]) for run in runs]
