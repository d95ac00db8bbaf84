"""From `guide build` to the package: what the customer sent is opened, taken in, and told."""

import base64
import dataclasses
import gzip
import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.layout import CaseDir
from diagpack.errors import PackageError, UsageError
from diagpack.guide.script.sealing import MARK
from diagpack.model.case import case_id
from diagpack.pipeline.cases import new_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.guides import (
    build_for_case,
    case_intake,
    is_result,
    load_recovery_key,
    new_team_key,
    open_result,
    read_result,
)
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings
from tests.guide.test_envelope import container, sealed

KEY = b"k" * 32


@pytest.fixture
def folder(tmp_path: Path) -> CaseDir:
    folder = CaseDir(tmp_path / "cases", case_id("CS-1042"))
    new_case(folder, "sso-saml")
    return folder


@pytest.fixture
def settings() -> Settings:
    return dataclasses.replace(load_settings(None, throwaway=True, workers=1), now=datetime(2026, 11, 23, tzinfo=UTC))


def nonce_of(folder: CaseDir) -> str:
    return str(json.loads((folder.path / "guides.jsonl").read_text().splitlines()[-1])["nonce"])


def result(folder: CaseDir, place: Path, files: dict[str, Any]) -> Path:
    """What the script writes with --unencrypted: the same content as the page's, without its encryption."""
    answers = {"schema": "diagpack.guided-answers/1", "case": "CS-1042", "steps": [
        {"id": "har", "kind": "file", "status": "skipped", "reason": "policy_forbids", "attempts": 2,
         "checks": [{"id": "har.parse", "level": "error", "data": {}}], "at": "2026-11-23T00:00:00Z",
         "surprise": "canary"},
    ]}  # fmt: skip
    held = [
        ("answers.json", json.dumps(answers).encode()),
        *((name, json.dumps(each).encode()) for name, each in files.items()),
    ]
    head = {"schema": "diagpack.guided/1", "case": "CS-1042", "nonce": nonce_of(folder), "made_by": "script"}
    listed = [{"name": n, "size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in held]
    packed = gzip.compress(
        json.dumps({**head, "key": base64.b64encode(KEY).decode(), "files": listed}).encode()
        + b"\n"
        + b"".join(c for _, c in held)
    )
    path = place / "CS-1042-result.diagpack"
    path.write_bytes(MARK + hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed)
    return path


def test_what_nobody_named_is_said_in_the_customers_language(
    folder: CaseDir, settings: Settings, tmp_path: Path
) -> None:
    told = {
        language: build_for_case(folder, settings, out=tmp_path / language, language=language)
        for language in ("en", "de", "fr", "es", "ja")
    }

    assert len({each.contact for each in told.values()}) == 5
    assert len({each.upload_address for each in told.values()}) == 5
    assert all("CS-1042" in each.upload_address for each in told.values())


def test_a_page_and_a_script_are_built_and_recorded(folder: CaseDir, settings: Settings, tmp_path: Path) -> None:
    page = build_for_case(
        folder, settings, out=tmp_path, upload_address="https://upload.example.com/x", contact="Support"
    )
    script = build_for_case(folder, settings, out=tmp_path, script=True)

    assert page.path.name == "collector-CS-1042.html"
    assert hashlib.sha256(page.path.read_bytes()).hexdigest() == page.sha256
    assert page.size_bytes <= 300 * 1024
    assert script.path.name == "collector-CS-1042.pyz"
    assert zipfile.is_zipfile(script.path)
    assert len((folder.path / "guides.jsonl").read_text().splitlines()) == 2
    assert b"PRIVATE" not in (folder.path / "intake.key").read_bytes()


def test_what_comes_back_ends_in_the_package_with_its_story(
    folder: CaseDir, settings: Settings, tmp_path: Path
) -> None:
    build_for_case(folder, settings, out=tmp_path)
    path = result(folder, tmp_path, {})

    assert is_result(path.read_bytes()[:65536])
    inner = open_result(path, folder, settings)
    for name, content in inner:
        (tmp_path / name).write_bytes(content)
    outcome = collect(folder, Inputs(paths=tuple(tmp_path / name for name, _ in inner)), settings, lambda text: None)

    with zipfile.ZipFile(outcome.package) as package:
        (name,) = [each for each in package.namelist() if "guided" in each]
        told = json.loads(package.read(name))
        named = {Path(each).name: each for each in package.namelist()}
        manifest = json.loads(package.read(named["manifest.json"]))
        shown = package.read(named["report.html"]).decode() + package.read(named["report.md"]).decode()
    assert manifest["customer"]["steps"][0]["reason"] == "policy_forbids"
    assert manifest["customer"]["files"][0]["authenticated"] is False
    assert {each["item"]: each["status"] for each in manifest["checklist"]["items"]}["har"] == "skipped"
    assert shown.count("From the customer") >= 2
    assert shown.count("rules forbid it") >= 2
    assert shown.count("2 attempts") == 2
    assert told["steps"][0]["reason"] == "policy_forbids"
    assert told["steps"][0]["checks"] == [{"id": "har.parse", "level": "error", "data": {}}]
    assert told["received"]["authenticated"] is False
    assert "surprise" not in told["steps"][0]
    assert "guide-open" in folder.audit.read_text()


def test_a_file_of_another_case_is_refused(folder: CaseDir, settings: Settings, tmp_path: Path) -> None:
    build_for_case(folder, settings, out=tmp_path)
    path = result(folder, tmp_path, {})
    other = CaseDir(folder.root, case_id("CS-1043"))
    new_case(other, "sso-saml")
    build_for_case(other, settings, out=tmp_path)

    with pytest.raises(PackageError, match="cannot be opened"):
        read_result(path, other, settings)


def test_the_inner_files_enter_the_case_as_the_customer_sent_them(
    folder: CaseDir, settings: Settings, tmp_path: Path
) -> None:
    build_for_case(folder, settings, out=tmp_path)
    path = result(folder, tmp_path, {"har.har": {"log": {"entries": [], "who": "dp-name-aaaaaaaaaaaa"}}})

    (_, har) = open_result(path, folder, settings)[1]

    assert json.loads(har)["log"] == {"entries": [], "who": "dp-name-aaaaaaaaaaaa"}
    assert KEY not in (folder.raw / "guided.jsonl").read_bytes()
    assert base64.b64encode(KEY) not in (folder.raw / "guided.jsonl").read_bytes()


def sealed_for(certificates: list[bytes], nonce: str) -> bytes:
    return sealed(container(nonce=nonce), certificates, nonce=nonce)


def test_the_recovery_key_opens_what_the_case_key_no_longer_can(
    folder: CaseDir, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = new_team_key(tmp_path / "recovery.key", "passphrase")
    build_for_case(folder, settings, out=tmp_path, recovery=[certificate])
    own = case_intake(folder, settings).certificate
    path = tmp_path / "CS-1042-result.diagpack"
    path.write_bytes(sealed_for([certificate.read_bytes(), own], nonce_of(folder)))
    lost = CaseDir(tmp_path / "elsewhere", folder.id)
    new_case(lost, "sso-saml")
    with pytest.raises(PackageError, match="cannot be opened"):
        open_result(path, lost, settings)
    monkeypatch.setenv("DIAGPACK_INTAKE_PASSPHRASE", "passphrase")

    key = load_recovery_key(tmp_path / "recovery.key", use_keyring=False, ask=lambda: "never asked")
    (_, answers), _har = open_result(path, lost, dataclasses.replace(settings, recovery_key=key))

    received = json.loads(answers)["received"]
    assert (received["opened_with"], received["collector"], received["expired"]) == ("recovery key", "", False)
    other = CaseDir(tmp_path / "elsewhere", case_id("CS-1043"))
    new_case(other, "sso-saml")
    with pytest.raises(PackageError, match="cannot be opened"):
        open_result(path, other, dataclasses.replace(settings, recovery_key=key))


@pytest.mark.parametrize("passphrase", ["", "wrong"])
def test_the_recovery_key_needs_its_passphrase(
    passphrase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_team_key(tmp_path / "recovery.key", "passphrase")
    monkeypatch.delenv("DIAGPACK_INTAKE_PASSPHRASE", raising=False)

    with pytest.raises(UsageError) as caught:
        load_recovery_key(tmp_path / "recovery.key", use_keyring=True, ask=lambda: passphrase)

    assert caught.value.id == "DP723"


def test_an_unknown_checklist_is_named(folder: CaseDir, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checklist of that id"):
        build_for_case(folder, settings, out=tmp_path, checklist="nothing")
