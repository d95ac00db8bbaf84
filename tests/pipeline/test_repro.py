"""The failing call is sent to the hosts of the case only, and what came back becomes evidence."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from diagpack.case.config import load_case, update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.model.case import case_id
from diagpack.pipeline import demo_case
from diagpack.pipeline.cases import ensure_case, journal, reload
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.repro import ReproOptions, planned, record_validation, run_repro, secret_source
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, dict[str, str]]]
    status: int

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers)))
        body = json.dumps({"status": self.status, "title": "Internal Server Error"}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("X-Request-Id", f"0f0e0d0c-0b0a-4908-8706-05040302010{len(self.seen)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[Handler]]]:
    handler = type("Bound", (Handler,), {"seen": [], "status": 500})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}", handler
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def case(server: tuple[str, type[Handler]], tmp_path: Path) -> tuple[CaseDir, Settings]:
    folder = CaseDir(tmp_path / "cases", case_id("CS-1"))
    ensure_case(folder)
    update_case_yaml(folder.yaml, {"environment": {"hosts": ["app.example.com", server[0]]}})
    (tmp_path / "login.har").write_bytes(demo_case.demo_files()["login.har"])
    settings = replace(load_settings(), use_keyring=False)
    collect(folder, Inputs(paths=(tmp_path / "login.har",)), settings, lambda text: None)
    return folder, settings


def test_the_plan_is_the_failing_call(case: tuple[CaseDir, Settings]) -> None:
    _, plan = planned(*case, ReproOptions())

    assert plan.single.method == "GET"
    assert str(plan.single.ref) == "[har-1 #5]"


def test_it_is_sent_three_times_and_becomes_evidence(
    case: tuple[CaseDir, Settings], server: tuple[str, type[Handler]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, settings = case
    options = ReproOptions(base_url=server[0])
    _, plan = planned(folder, settings, options)
    for variable in plan.variables:
        monkeypatch.setenv(variable.name, f"canary-fresh-{variable.name}")

    _, result = run_repro(folder, settings, options, confirm=lambda text: "", secret=secret_source(None))

    assert result.sentence.startswith("reproduced 3 of 3")
    assert len(server[1].seen) == 3
    outcome = collect(folder, Inputs(), settings, lambda text: None)
    kinds = [each.kind for each in outcome.escalation.evidence]
    assert "api" in kinds
    assert b"canary-fresh" not in outcome.package.read_bytes()
    assert "canary-fresh" not in "".join(
        path.read_bytes().decode("utf-8", "replace") for path in folder.path.rglob("*") if path.is_file()
    )
    assert journal(folder).get("delivered") is None


def test_a_host_that_nobody_named_is_not_reached(
    case: tuple[CaseDir, Settings], server: tuple[str, type[Handler]]
) -> None:
    with pytest.raises(UsageError) as caught:
        run_repro(
            *case,
            ReproOptions(base_url="http://localhost:9"),
            confirm=lambda text: "",
            secret=lambda variable: "x",
        )

    assert caught.value.id == "DP520"
    assert server[1].seen == []


def test_a_wrong_citation_says_what_one_looks_like(case: tuple[CaseDir, Settings]) -> None:
    with pytest.raises(UsageError, match="citation"):
        planned(*case, ReproOptions(entry="the first one"))


def test_the_evidence_reloads_without_collecting_again(case: tuple[CaseDir, Settings]) -> None:
    assert reload(*case).assessment.first_failure_request_ids[0] == demo_case.REQUEST_ID


def test_a_verdict_is_written_beside_what_the_analyst_wrote(case: tuple[CaseDir, Settings]) -> None:
    folder, _ = case
    folder.yaml.write_text(folder.yaml.read_text() + "\n# kept\n")
    update_case_yaml(folder.yaml, {"answers.expected": "an order"})

    record_validation(folder, "not reproduced, 3 of 3, on 4.2.1", "4.2.1")

    written = load_case(folder.yaml)
    assert written.answers["expected"] == "an order"
    assert written.answers["validated"]["result"] == "not reproduced, 3 of 3, on 4.2.1"
    assert "# kept" in folder.yaml.read_text()
