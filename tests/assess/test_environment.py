from collections.abc import Mapping
from typing import Any

import pytest

from diagpack.assess.environment import environment, skew_words
from diagpack.assess.run import make_scene
from diagpack.model.assessment import Cited
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import case_artifact, evidence, har, har_entry, log_record, make_artifact
from tests.support.evidence import environment as environment_artifact

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0": ("Firefox 128", "Windows 10.0"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 "
    "Edg/130.0.0.0": ("Edge 130", "Windows 10.0"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15": ("Safari 17.4", "macOS 10.15.7"),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36": (
        "Chrome 131",
        "Linux",
    ),
}


def facts(
    *artifacts: RedactedArtifact, stated: dict[str, Any] | None = None, findings: tuple[Finding, ...] = ()
) -> Mapping[str, Cited]:
    case = {"id": "CS-1", "environment": {"hosts": ["app.example.com"], **(stated or {})}}
    return environment(make_scene(case, evidence(*artifacts, case_artifact(case)), findings, {}))


def capture(agent: str = "", **headers: str) -> RedactedArtifact:
    entry = har_entry(3, "https://app.example.com/", request_headers={"User-Agent": agent}, response_headers=headers)
    return har([entry], skew_seconds=420)


@pytest.mark.parametrize("agent", AGENTS)
def test_browser_and_system_are_read_from_the_capture(agent: str) -> None:
    found = facts(capture(agent))

    assert (found["browser"].text, found["os"].text) == AGENTS[agent]
    assert str(found["browser"].refs[0]) == "[har-1 #3]"


def test_what_the_case_says_otherwise_stands_beside_what_the_evidence_shows() -> None:
    found = facts(capture(next(iter(AGENTS))), stated={"browser": "Chrome 130", "os": "Windows 10.0"})

    assert found["browser"].text == "Firefox 128; the case states Chrome 130"
    assert [str(each) for each in found["browser"].refs] == ["[har-1 #3]", "[case-1 /environment/browser]"]
    assert found["os"].text == "Windows 10.0"


def test_facts_of_the_collector_keep_their_citations_that_resolve() -> None:
    stored = environment_artifact(
        browser={"value": "Firefox 128.0.2", "refs": ["[har-1 #3]", "[har-1 #99]", "nonsense"]}
    )

    found = facts(capture(), stored)

    assert [str(each) for each in found["browser"].refs] == ["[environment-1 /facts/browser]", "[har-1 #3]"]


def test_the_collectors_bare_form_is_read_too() -> None:
    stored = make_artifact("environment", {"proxy": {"value": ["Zscaler"], "refs": []}, "empty": {"value": ""}})

    found = facts(stored)

    assert found["proxy"].text == "Zscaler"
    assert "empty" not in found


def test_proxy_clock_settings_and_console_are_facts() -> None:
    found = facts(
        capture("", Via="1.1 proxy.example.org"),
        make_artifact("config", {"saml": True, "a/b": "x", "with space": 1, "nested": {}}),
        make_artifact("console", [log_record(1, "Uncaught TypeError", level="error")], media_type="application/jsonl"),
    )

    assert found["proxy"].text == "via: 1.1 proxy.example.org"
    assert "7 min ahead" in found["time skew"].text
    assert (found["setting saml"].text, str(found["setting a/b"].refs[0])) == ("on", "[config-1 /a~1b]")
    assert str(found["setting with space"].refs[0]) == "[config-1]"
    assert found["console"].text == "1 errors in the browser console"


def test_tls_inspection_comes_from_its_finding() -> None:
    ref = EvidenceRef.parse("[har-1 #3]")
    finding = Finding("tls.inspected", Level.WARNING, Certainty.PROVEN, "issued by Example CA", (ref,))

    assert facts(capture(), findings=(finding,))["tls inspection"].text == "issued by Example CA"


@pytest.mark.parametrize(
    ("issuer", "is_inspected"),
    [
        ("Example Public CA 3", False),
        ("Example Reset Authority", False),
        ("Zscaler Intermediate Root CA", True),
        ("Example Corp SSL Inspection CA", True),
    ],
)
def test_a_certificate_issued_by_an_inspecting_gateway_is_seen(issuer: str, is_inspected: bool) -> None:
    entry = har_entry(3, "https://app.example.com/", _securityDetails={"issuer": issuer, "protocol": "TLS 1.3"})

    found = facts(har([entry]))

    assert str(found["tls issuer"]) == f"{issuer} [har-1 #3]"
    assert ("tls inspection" in found) is is_inspected


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0.5, "agree"), (-90, "90 s behind"), (420, "7 min ahead of the servers")],
)
def test_the_skew_is_told_in_words(seconds: float, says: str) -> None:
    assert says in skew_words(seconds)
