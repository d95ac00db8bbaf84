"""The demo goes through the real pipeline and ends in a package that anyone can check."""

import json
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from diagpack.pipeline import demo_case
from diagpack.pipeline.demo import run_demo
from diagpack.pipeline.settings import load_settings
from tests.support_pipeline import diagpack, leaks, members


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("demo")
    result = diagpack("demo", "--json", cwd=folder)
    assert result.returncode == 0, result.stderr
    return folder, json.loads(result.stdout)


def test_it_ends_proven(demo: tuple[Path, dict[str, str]]) -> None:
    _, outcome = demo

    assert outcome["verdict"] == "proven"


@pytest.mark.tool("unzip", "ssh-keygen", "sha256sum")
def test_the_package_is_checked_without_diagpack(demo: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, outcome = demo
    package, trust = folder / outcome["package"], folder / outcome["trust"]
    subprocess.run(["unzip", "-q", str(package), "-d", str(tmp_path)], check=True)
    (top,) = tmp_path.iterdir()
    assert top.name == package.stem

    found = subprocess.run(
        ["ssh-keygen", "-Y", "find-principals", "-s", "SHA256SUMS.sig", "-f", str(trust.resolve())],
        cwd=top,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    with (top / "SHA256SUMS").open("rb") as sums:
        subprocess.run(
            [
                "ssh-keygen",
                "-Y",
                "verify",
                "-f",
                str(trust.resolve()),
                "-I",
                found,
                "-n",
                "diagpack-escalation@v1",
                "-s",
                "SHA256SUMS.sig",
            ],
            cwd=top,
            stdin=sums,
            check=True,
            capture_output=True,
        )
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=top, check=True)
    listed = {line[66:] for line in (top / "SHA256SUMS").read_text().splitlines()}
    present = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert present - listed == {"SHA256SUMS", "SHA256SUMS.sig"}


def test_the_report_names_the_failing_call_and_its_request_id(demo: tuple[Path, dict[str, str]]) -> None:
    folder, outcome = demo
    files = members(folder / outcome["package"])

    for name in ("report.html", "report.md", "ticket.md", "ticket.adf.json"):
        text = files[name].decode()
        assert demo_case.REQUEST_ID in text, name
        assert "500" in text, name
    assert "7 min" in files["report.md"].decode()


def test_no_secret_of_any_slot_is_in_the_package_and_every_request_id_is(tmp_path: Path) -> None:
    secrets = demo_case.planted()
    settings = load_settings(throwaway=True, use_keyring=False)

    outcome = run_demo(tmp_path / "demo", settings, lambda text: None, secrets)

    for slot in fields(secrets):
        assert leaks(getattr(secrets, slot.name), outcome.package) == [], slot.name
    har = json.loads(demo_case.demo_files(secrets)["login.har"])
    text = b"\n".join(members(outcome.package).values()).decode("utf-8", "replace")
    ids = {
        header["value"]
        for entry in har["log"]["entries"]
        for header in entry["response"]["headers"]
        if header["name"] in ("X-Request-Id", "traceparent")
    }
    assert len(ids) == 6
    assert [each for each in ids if each not in text] == []
    assert demo_case.TRACE_ID in text


def test_a_second_demo_uses_the_folder_again_and_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    first = diagpack("demo", "--json", "--dir", "d", cwd=tmp_path)
    second = diagpack("demo", "--json", "--dir", "d", cwd=tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious")
    refused = diagpack("demo", "--dir", "full", cwd=tmp_path)

    assert first.returncode == second.returncode == 0, second.stderr
    assert refused.returncode == 2
    assert (tmp_path / "full" / "thesis.txt").read_text() == "precious"


def test_it_opens_no_connection(tmp_path: Path, no_sockets: None) -> None:
    settings = load_settings(throwaway=True, use_keyring=False)

    outcome = run_demo(tmp_path / "demo", settings, lambda text: None)

    assert outcome.package.exists()
