"""The repro folder as a whole: what is in it, and which secret goes where."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from diagpack.model.assessment import (
    Assessment,
    CaseSignature,
    Disposition,
    Outcome,
    Readiness,
    Severity,
)
from diagpack.model.escalation import Escalation
from diagpack.model.redacted import RedactionReport
from diagpack.model.repro_plan import Plan, plan_of
from diagpack.render.repro import RENDERER, files
from tests.har_fixtures import evidence_of, har, har_entry
from tests.render.repro_bench import recorder
from tests.render.test_repro_curl import run, written_to

TOKEN = "dp-secret-k3f9q2m7ab4t"
AUTH = {"Authorization": f"Bearer {TOKEN}", "Cookie": "session=dp-cookie-aaaaaaaaaabb"}


def escalation(folder: Path, *entries: Any, hosts: tuple[str, ...] = ("app.example.com",)) -> Escalation:
    evidence = evidence_of(folder, har(*entries), hosts=hosts)
    return Escalation(
        case_id="CS-1",
        package_id="CS-1-esc1",
        case={"environment": {"hosts": list(hosts)}},
        evidence=evidence,
        findings=(),
        assessment=Assessment(
            checklist="",
            checklist_reason="",
            items=(),
            disposition=Disposition(Outcome.UNCLEAR),
            severity=Severity("S3", ()),
            readiness=Readiness(),
            signature=CaseSignature("", {}),
        ),
        redaction=RedactionReport("", {}, {}),
    )


def plan(folder: Path, *entries: Any, hosts: tuple[str, ...]) -> Plan:
    made = plan_of(evidence_of(folder, har(*entries), hosts=hosts))
    assert made is not None
    return made


def test_the_renderer_writes_four_files_and_the_same_bytes_again(tmp_path: Path) -> None:
    case = escalation(tmp_path, har_entry(status=500, request_headers=AUTH))

    made = dict(RENDERER.render(case))

    assert set(made) == {
        "repro/README.md",
        "repro/repro.sh",
        "repro/repro.http",
        "repro/repro.postman_collection.json",
    }
    assert made == dict(RENDERER.render(case))
    assert b"DP_AUTH_1" in made["repro/README.md"]
    assert b"https://app.example.com" in made["repro/README.md"]
    assert not any(TOKEN.encode() in each for each in made.values())


def test_nothing_failed_nothing_is_written(tmp_path: Path) -> None:
    assert list(RENDERER.render(escalation(tmp_path, har_entry()))) == []


@pytest.mark.tool("curl")
def test_a_fresh_secret_reaches_its_origin_and_no_other(tmp_path: Path) -> None:
    with recorder() as ours, recorder() as foreign:
        secrets = {**AUTH, "X-Note": "${DP_AUTH_1} $DP_AUTH_1 {{DP_AUTH_1}}"}
        entries = [
            har_entry(f"{foreign.origin}/steal?t={TOKEN}&u=${{DP_AUTH_1}}", status=500, request_headers=secrets),
            har_entry(f"{ours.origin}/api/orders", status=500, request_headers=secrets),
        ]
        named = (f"http://127.0.0.1:{ours.port}",)
        for number, entry in enumerate(entries):
            folder = tmp_path / str(number)
            folder.mkdir()
            written_to(folder, files(plan(folder, entry, hosts=named), "Secrets"))
            done = run(folder, "single", DP_AUTH_1="canary-fresh", DP_COOKIE_SESSION_1="canary-cookie")
            assert done.returncode == 0, done.stderr

    (got,) = ours.requests
    assert dict(got.headers)["Authorization"] == "Bearer canary-fresh"
    assert dict(got.headers)["Cookie"] == "session=canary-cookie"
    (stolen,) = foreign.requests
    assert "canary" not in repr(stolen)


@pytest.mark.tool("curl")
def test_a_secret_without_a_value_stops_the_script_and_says_its_name(tmp_path: Path) -> None:
    with recorder() as server:
        entry = har_entry(f"{server.origin}/x", status=500, request_headers=AUTH)
        written_to(tmp_path, files(plan(tmp_path, entry, hosts=(server.origin,)), "Secrets"))

        done = run(tmp_path)

    assert done.returncode != 0
    assert b"set DP_AUTH_1, for " in done.stderr
    assert server.requests == []


@pytest.mark.tool("curl")
def test_listing_sends_nothing(tmp_path: Path) -> None:
    with recorder() as server:
        entry = har_entry(f"{server.origin}/x'$(touch canary-ran)", status=500)
        written_to(tmp_path, files(plan(tmp_path, entry, hosts=()), "List"))
        done = run(tmp_path, "list")

    assert b"step_1: GET" in done.stdout
    assert server.requests == []
    assert not (tmp_path / "canary-ran").exists()


def test_the_script_is_valid_bash_for_any_text(tmp_path: Path) -> None:
    entry = har_entry(
        "https://app.example.com/'\"`$(x)?a={{b}}",
        status=500,
        method="POST",
        post="it's\n$(x)\n'EOF'",
        request_headers={"X": "'; rm -rf canary; '\x1b[31m\r\nY: 1", **AUTH},
    )
    made = files(plan(tmp_path, entry, hosts=("app.example.com",)), "T'i\ntle $(x)")
    written_to(tmp_path, made)

    done = subprocess.run(["bash", "-n", "repro.sh"], cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    for content in made.values():
        assert b"\x1b" not in content


def test_stripped_authentication_is_asked_for_by_name(tmp_path: Path) -> None:
    made = files(plan(tmp_path, har_entry(), har_entry(status=401), hosts=("app.example.com",)), "Stripped")

    assert b"stripped at capture" in made["README.md"]
    assert b"'Authorization: '\"${DP_AUTH_1:?" in made["repro.sh"]


def test_an_incomplete_body_is_not_sent_silently(tmp_path: Path) -> None:
    entry = har_entry(status=500, method="POST", post="{}")
    entry["request"]["bodySize"] = 99_000

    made = files(plan(tmp_path, entry, hosts=()), "Incomplete")

    assert b"DP_SEND_INCOMPLETE" in made["repro.sh"]
    assert b"body is incomplete" in made["README.md"]
    assert json.loads(made["repro.postman_collection.json"])["item"]


def test_a_body_that_redaction_made_shorter_is_whole(tmp_path: Path) -> None:
    entry = har_entry(status=500, method="POST", post='{"mail":"a.long.mailbox.name@customer.example.com"}')
    entry["request"]["bodySize"] = len(entry["request"]["postData"]["text"])
    evidence = evidence_of(tmp_path, har(entry), hosts=("app.example.com",))
    (artifact,) = evidence.of_kind("har")
    document = evidence.json(artifact)
    document["log"]["entries"][0]["request"]["postData"]["text"] = '{"mail":"k3f9q2m7ab4t@dp.invalid"}'

    made = plan_of(evidence)

    assert made is not None
    assert not made.single.is_body_incomplete
