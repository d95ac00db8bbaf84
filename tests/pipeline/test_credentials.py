"""Sentences to the customer about what they should end: exact, friendly, without a value."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.assess.texts import text
from diagpack.model.redacted import RedactedArtifact
from diagpack.pipeline import demo_case
from diagpack.pipeline.credentials import advice, limitation, with_advice
from tests.support.evidence import make_artifact
from tests.support_pipeline import collect, diagpack, members

ENDS = 1893456000  # 2030-01-01 00:00 UTC


def _entry(url: str, *headers: tuple[str, str], kind: str = "xhr") -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in headers]
    return {"_resourceType": kind, "request": {"method": "GET", "url": url, "headers": listed}, "response": {}}


def _har(*entries: Mapping[str, Any], **options: Any) -> RedactedArtifact:
    return make_artifact("har", {"log": {"entries": list(entries)}}, **options)


COOKIE = ("Cookie", "app_session=dp-cookie-bhuvq4asv6y4; theme=dark")


def test_every_first_party_host_with_a_session_is_named_once() -> None:
    har = _har(
        _entry("https://app.example.com/", COOKIE, kind="document"),
        _entry("https://app.example.com/api", COOKIE),
        _entry("https://login.example.com/", ("authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.x")),
        _entry("https://ads.example.net/", COOKIE),
        _entry("https://plain.example.com/", ("Accept", "*/*")),
    )

    assert advice([har], ["example.com"]) == (
        "Please sign out of app.example.com and login.example.com, then sign in again: the browser recording held the "
        "session of that time.",
    )


def test_a_hidden_host_is_called_the_application() -> None:
    har = _har(_entry("https://dp-host-bhuvq4asv6y4/", COOKIE))

    (sentence,) = advice([har])
    assert sentence.startswith("Please sign out of the application,")


def test_many_hosts_are_counted() -> None:
    har = _har(*(_entry(f"https://h{number}.example.com/", COOKIE) for number in range(7)))

    (sentence,) = advice([har], ["example.com"])
    assert "(3 more)" in sentence


def _with_token(ends: int | None = ENDS) -> RedactedArtifact:
    facts = {"last": "2026-03-03T10:00:00Z", "live_credentials": [{"kind": "JWT", "expires_at": ends}]}
    return make_artifact("log", [{"line": 1, "text": "x"}], facts=facts)


def test_a_token_that_states_a_later_end_is_named_with_it() -> None:
    (sentence,) = advice([_with_token()])

    assert "valid until 2030-01-01 00:00 UTC" in sentence


@pytest.mark.parametrize("ends", [None, 1, 1700000000])
def test_a_token_that_had_ended_when_it_was_recorded_is_not_mentioned(ends: int | None) -> None:
    assert advice([_with_token(ends)]) == ()


def test_on_screen_a_token_that_ended_meanwhile_is_not_mentioned() -> None:
    assert advice([_with_token()], now=datetime(2031, 1, 1, tzinfo=UTC)) == ()


def test_passwords_keys_and_vendors_are_named_by_where_they_stood() -> None:
    note = make_artifact("note", "x\n", tally={"password/parameter": 1, "key/aws-access-key-id": 2})
    log = make_artifact("log", [], tally={"password/slot": 1, "key/json-key": 1, "token/learned": 4, "email/email": 1})

    assert advice([note, log]) == (
        "Please change the password that stood in a log and the text.",
        "Please replace the AWS credential that stood in the text, and revoke the old one.",
        "Please replace the API key that stood in a log, and revoke the old one.",
    )


def test_a_key_in_a_header_is_called_a_key() -> None:
    har = _har(_entry("https://api.example.com/", ("X-Api-Key", "dp-secret-xspkeosujz23")))

    assert advice([har]) == ("Please replace the API key that stood in the browser recording, and revoke the old one.",)


def test_nothing_to_end_is_nothing_to_say() -> None:
    quiet = make_artifact("note", "x\n", tally={"email/email": 3, "ip/ipv4": 1})

    assert advice([quiet]) == ()
    assert limitation(()) == ()
    assert with_advice("Hello\n", (), "en") == "Hello\n"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
def test_the_advice_stands_before_the_closing_in_the_language_of_the_case(language: str) -> None:
    closing = text("request", "closing", language)
    draft = f"{text('request', 'greeting', language)}\n\nFacts.\n\n{closing}\n"

    made = with_advice(draft, ["Please sign out of app.example.com."], language)

    assert made.rstrip().endswith(closing)
    assert made.count(closing) == 1
    assert ("Please sign out" in made) == (language == "en")
    assert (text("request", "credentials", language) in made) == (language != "en")


def test_a_draft_without_the_usual_closing_gets_it_at_the_end() -> None:
    assert with_advice("Hello", ["Sign out."], "en").endswith("- Sign out.\n")


def test_collect_status_and_the_draft_for_the_customer_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "login.har").write_bytes(demo_case.demo_files()["login.har"])
    _, outcome = collect("CS-1", tmp_path / "login.har", cwd=tmp_path)
    status = json.loads(diagpack("status", "CS-1", "--cases", tmp_path / "cases", "--json", cwd=tmp_path).stdout)

    package = members(Path(outcome["package"]))
    assert "app.example.com" in outcome["credentials"][0]
    assert any("password" in each for each in outcome["credentials"])
    assert status["credentials"] == outcome["credentials"]
    for each in outcome["credentials"]:
        assert each.split(":")[0].split(",")[0] in package["updates/customer.md"].decode()
    assert "sign-in data" in json.loads(package["manifest.json"])["limitations"][-1].lower()
