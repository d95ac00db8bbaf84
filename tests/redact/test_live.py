"""Credentials that may still work: kinds, hosts, expiry, and what is left out."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.redact.boundary import Redaction, redact_case
from diagpack.redact.live import LiveCredentials, is_session_name
from diagpack.redact.policy import Policy
from diagpack.redact.seeds import Seeds
from tests.redact.planting import KEY, POLICY, compact_jwt, har, har_entry, log, raw

# 2026-01-02T03:04:05Z, when the exchanges of `har_entry` start.
_RECORDED = 1767323045
_LATER = _RECORDED + 3600


def _redact(tmp_path: Path, *entries: Any, seeds: Seeds | None = None, policy: Policy = POLICY) -> Redaction:
    document = raw(tmp_path, "har-1", json.dumps(har(*entries)), media_type="application/har+json")
    return redact_case([document], key=KEY, policy=policy, seeds=seeds or Seeds(), evidence_dir=tmp_path / "evidence")


def _found(redaction: Redaction) -> set[tuple[str, str, int | None]]:
    return {(each.kind, each.host, each.expires_at) for each in redaction.live_credentials}


def _request(name: str, value: str, url: str = "https://app.example.com/x") -> dict[str, Any]:
    return har_entry(url=url, request={"headers": [{"name": name, "value": value}]})


@pytest.mark.parametrize(
    ("name", "value", "kind", "expires"),
    [
        ("Cookie", "JSESSIONID=canary-1234567; theme=dark-blue-theme", "session cookie", None),
        ("Authorization", "Bearer canary-opaque-1234567", "bearer token", None),
        ("Authorization", f"Bearer {compact_jwt({'sub': 'x', 'exp': _LATER})}", "JWT", _LATER),
        ("X-Api-Key", "canary-key-1234567", "API key", None),
    ],
)
def test_a_credential_is_told_with_kind_host_and_expiry(
    tmp_path: Path, name: str, value: str, kind: str, expires: int | None
) -> None:
    redaction = _redact(tmp_path, _request(name, value))

    assert _found(redaction) == {(kind, "app.example.com", expires)}
    assert "canary" not in repr(redaction.live_credentials)


def test_the_same_credential_is_counted_once(tmp_path: Path) -> None:
    entries = [_request("Cookie", "sid=canary-1234567"), _request("Cookie", "sid=canary-1234567")]
    entries[0]["request"]["cookies"] = [{"name": "sid", "value": "canary-1234567"}]
    entries[1]["response"]["headers"] = [{"name": "Set-Cookie", "value": "sid=canary-1234567; Max-Age=60; Path=/"}]

    redaction = _redact(tmp_path, *entries)

    assert [(each.kind, each.count, each.expires_at) for each in redaction.live_credentials] == [
        ("session cookie", 1, _RECORDED + 60)
    ]


@pytest.mark.parametrize(
    "value",
    [
        "sid=canary-1234567; Max-Age=0",
        "sid=canary-1234567; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "sid=canary-1234567; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
        "csrf_token=canary-1234567",
        "theme=canary-1234567",
        "sid=; Path=/",
    ],
)
def test_a_deleted_or_ended_or_harmless_cookie_is_not_told(tmp_path: Path, value: str) -> None:
    entry = har_entry(response={"headers": [{"name": "Set-Cookie", "value": value}]})

    assert _found(_redact(tmp_path, entry)) == set()


def test_a_cookie_states_its_end(tmp_path: Path) -> None:
    header = {"name": "Set-Cookie", "value": "sid=canary-1234567; Expires=Sat, 03 Jan 2026 00:00:00 GMT; HttpOnly"}

    assert _found(_redact(tmp_path, har_entry(response={"headers": [header]}))) == {
        ("session cookie", "app.example.com", 1767398400)
    }


def test_a_token_that_had_ended_when_it_was_recorded_is_not_told(tmp_path: Path) -> None:
    ended = compact_jwt({"sub": "x", "exp": _RECORDED - 1})

    assert _found(_redact(tmp_path, _request("Authorization", f"Bearer {ended}"))) == set()


def test_a_token_response_says_how_long_it_lasts(tmp_path: Path) -> None:
    body = {"access_token": "canary-opaque-1234567", "refresh_token": "canary-refresh-123456", "expires_in": 300}
    entry = har_entry(response={"content": {"mimeType": "application/json", "text": json.dumps(body)}})

    assert _found(_redact(tmp_path, entry)) == {
        ("bearer token", "app.example.com", _RECORDED + 300),
        ("refresh token", "app.example.com", None),
    }


@pytest.mark.parametrize(("end", "is_told"), [("2026-01-02T03:09:05Z", True), ("2026-01-02T03:00:00Z", False)])
def test_a_saml_assertion_that_was_still_valid_is_told(tmp_path: Path, end: str, is_told: bool) -> None:
    message = (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><Assertion>'
        f'<Conditions NotOnOrAfter="{end}"/><NameID>canary</NameID></Assertion></samlp:Response>'
    )
    form = {"name": "SAMLResponse", "value": base64.b64encode(message.encode()).decode()}
    entry = har_entry(request={"postData": {"mimeType": "application/x-www-form-urlencoded", "params": [form]}})

    kinds = {kind for kind, _, _ in _found(_redact(tmp_path, entry))}

    assert kinds == ({"SAML assertion"} if is_told else set())


def test_keys_and_passwords_in_a_log_are_told_without_a_host(tmp_path: Path) -> None:
    lines = log("using AKIA" + "Z2" * 8, "password=canary-pw-1", "db postgres://app:canary-pw-2@db.example/x")
    artifact = raw(tmp_path, "log-1", lines, media_type="application/jsonl")

    redaction = redact_case([artifact], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "e")

    assert {(each.kind, each.host, each.count) for each in redaction.live_credentials} == {
        ("API key", "", 1),
        ("password", "", 2),
    }


def test_the_artifact_carries_them_as_facts_with_the_host_as_it_is_shown(tmp_path: Path) -> None:
    redaction = _redact(
        tmp_path,
        _request("Cookie", "sid=canary-1234567", "https://sso.fjordwerk.test/x"),
        seeds=Seeds(domains=("fjordwerk.test",)),
    )

    facts = redaction.artifacts[0].facts["live_credentials"]
    assert [(each["kind"], each["expires_at"], each["count"]) for each in facts] == [("session cookie", None, 1)]
    assert facts[0]["host"].startswith("sso.dp-company-")
    assert facts[0]["host"] in redaction.artifacts[0].text()


def test_a_pseudonym_is_no_credential(tmp_path: Path) -> None:
    first = _redact(tmp_path, _request("Authorization", "Bearer canary-opaque-1234567"))
    again = raw(tmp_path, "har-1", first.artifacts[0].read(), media_type="application/har+json")

    second = redact_case([again], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "second")

    assert second.live_credentials == ()


@pytest.mark.parametrize("name", ["JSESSIONID", "connect.sid", "auth_token", "sso", "remember_me", "PHPSESSID"])
def test_names_of_session_cookies(name: str) -> None:
    assert is_session_name(name)


@pytest.mark.parametrize("name", ["theme", "_ga", "XSRF-TOKEN", "lang", "cookieconsent_status"])
def test_names_of_other_cookies(name: str) -> None:
    assert not is_session_name(name)


def test_the_second_pass_notes_nothing() -> None:
    live = LiveCredentials(lambda data: False, is_on=False)

    live.note("JWT", "canary-1234")
    live.cookie("sid", "canary-1234567")

    assert live.counts() == {}
