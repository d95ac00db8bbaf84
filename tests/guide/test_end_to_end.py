"""The whole way: a collector built for a case, filled in by a browser, opened, collected, packed."""

import dataclasses
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.pipeline.cases import new_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.guides import build_for_case, open_result
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import load_settings
from tests.guide.support import canary_har, drive
from tests.guide.test_page import ANSWERS, SAVE


@pytest.mark.tool("chromium", "node", "npm:puppeteer-core")
def test_what_the_customer_saved_becomes_a_package_without_a_canary(tmp_path: Path) -> None:
    folder = CaseDir(tmp_path / "cases", case_id("CS-1042"))
    new_case(folder, "sso-saml")
    settings = dataclasses.replace(
        load_settings(None, throwaway=True, workers=1), now=datetime(2026, 11, 23, tzinfo=UTC)
    )
    built = build_for_case(folder, settings, out=tmp_path)
    (tmp_path / "right.har").write_text(json.dumps(canary_har()), encoding="utf-8")
    down = tmp_path / "down"
    down.mkdir()
    choose = ["upload", "#file", str(tmp_path / "right.har")]

    drive("chromium", built.path, [["click", "#start"], choose, ["click", "#next"], *ANSWERS, *SAVE], down)
    inner = open_result(down / "CS-1042-result.diagpack", folder, settings)
    for name, content in inner:
        (down / name).write_bytes(content)
    paths = tuple(down / name for name, _ in inner)
    outcome = collect(folder, Inputs(paths=paths), settings, lambda text: None)

    with zipfile.ZipFile(outcome.package) as package:
        everything = b"".join(package.read(each) for each in package.namelist())
        har = next(json.loads(package.read(each)) for each in package.namelist() if each.endswith("har-1.har"))
        told = next(json.loads(package.read(each)) for each in package.namelist() if "guided-1" in each)
    assert b"canary" not in everything
    assert har["log"]["entries"]
    assert {each["id"]: each["status"] for each in told["steps"]}["expected"] == "skipped"
    assert told["received"]["authenticated"] is True
