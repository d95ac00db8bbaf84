"""A value that the customer and the analyst both saw gets one pseudonym in the package, whoever sent it first."""

import base64
import dataclasses
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.layout import CaseDir
from diagpack.guide.script.har import HarRedactor
from diagpack.guide.script.redactor import Redactor
from diagpack.model.case import case_id
from diagpack.pipeline.cases import new_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.guides import build_for_case
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings
from tests.guide.support import SAML, b64, book, canary_har
from tests.pipeline.test_guides import KEY, result

MAIL, COOKIE, ADDRESS, PERSON = (
    "canary.quillfeather@example.com",
    "canarycookievalue0123456789",
    "198.51.100.23",
    "Zora Canaryfeather",
)
ONLY_THEIRS = "only.theirs@example.net"


def recording() -> dict[str, Any]:
    """What the customer recorded: the values in their places, an entry each."""
    har = canary_har()
    entry = har["log"]["entries"][0]
    entry["serverIPAddress"] = ADDRESS
    entry["request"]["headers"] = [
        {"name": "Cookie", "value": f"sid={COOKIE}"},
        {"name": "X-Request-Id", "value": "r1"},
    ]
    body = {
        "email": MAIL,
        "displayName": PERSON,
        "other": ONLY_THEIRS,
        "saml": b64(SAML.replace("canary-nameid@example.com", MAIL)),
    }
    entry["response"]["content"] = {"mimeType": "application/json", "size": 9, "text": json.dumps(body)}
    entry["response"]["status"] = 500
    har["log"]["entries"] = [entry]
    return har


LOG = (
    f"2026-11-23T10:00:00Z ERROR user_email={MAIL} session_id={COOKIE} r1\n"
    f'2026-11-23T10:00:01Z INFO display_name="{PERSON}" from {ADDRESS} r1\n'
)


@pytest.fixture
def settings() -> Settings:
    return dataclasses.replace(load_settings(None, throwaway=True, workers=1), now=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path: Path) -> CaseDir:
    folder = CaseDir(tmp_path / "cases", case_id("CS-1042"))
    new_case(folder, "sso-saml")
    return folder


def sent(folder: CaseDir, settings: Settings, place: Path) -> tuple[Path, dict[str, Any]]:
    """The customer's file, and what is in it."""
    build_for_case(folder, settings, out=place)
    theirs = HarRedactor(Redactor(book(), KEY)).redact(recording())
    assert "canary" not in json.dumps(theirs)
    return result(folder, place, {"har.har": theirs}), theirs


def evidence(package: Path) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        har = next(json.loads(archive.read(each)) for each in names if each.endswith("har-1.har"))
        lines = next(archive.read(each).decode().splitlines() for each in names if "/logs/" in each)
    log = "\n".join(str(json.loads(each).get("text")) for each in lines)
    return har["log"]["entries"][0], log


@pytest.mark.parametrize("order", [("theirs", "ours"), ("ours", "theirs"), ("both",)])
def test_equal_values_get_equal_pseudonyms(
    order: tuple[str, ...], folder: CaseDir, settings: Settings, tmp_path: Path
) -> None:
    theirs, har_as_sent = sent(folder, settings, tmp_path)
    ours = tmp_path / "app.log"
    ours.write_text(LOG)
    paths = {"theirs": (theirs,), "ours": (ours,), "both": (theirs, ours)}

    for step in order:
        outcome = collect(folder, Inputs(paths=paths[step]), settings, lambda text: None)

    entry, log = evidence(outcome.package)
    body = json.loads(entry["response"]["content"]["text"])
    (mail,) = re.findall(r"user_email=(\S+)", log)
    (person,) = re.findall(r"display_name=\"([^\"]+)\"", log)
    (cookie,) = re.findall(r"session_id=(\S+)", log)
    (address,) = re.findall(r"from (\S+)", log)
    assert (body["email"], body["displayName"]) == (mail, person)
    assert {each["name"]: each["value"] for each in entry["request"]["headers"]}["Cookie"].split("-")[
        -1
    ] == cookie.split("-")[-1]
    assert entry["serverIPAddress"] == address
    assert mail in base64.b64decode(body["saml"]).decode()
    # What only the customer saw has a pseudonym of the case too, not the one it came with.
    sent_body = json.loads(har_as_sent["log"]["entries"][0]["response"]["content"]["text"])
    assert body["other"].endswith("@dp.invalid")
    assert body["other"] != sent_body["other"]
    assert b"canary" not in outcome.package.read_bytes()


def test_without_the_key_of_the_case_the_tokens_stay_unlinked(
    folder: CaseDir, settings: Settings, tmp_path: Path
) -> None:
    theirs, _ = sent(folder, settings, tmp_path)
    collect(folder, Inputs(paths=(theirs,)), settings, lambda text: None)

    kept = [json.loads(line) for line in (folder.raw / "guided.jsonl").read_text().splitlines()]

    assert len(kept) == 1
    assert KEY not in base64.b64decode(kept[0]["key"])
