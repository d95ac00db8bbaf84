"""Calls are templates; a secret has a slot only at an origin that the case names."""

from typing import Any

import pytest

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Call, Slot, Slots, call_of
from tests.har_fixtures import har_entry

TOKEN = "dp-secret-k3f9q2m7ab4t"
OTHER = "dp-cookie-aaaaaaaaaabb"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Cookie": f"session={OTHER}; theme=dark"}


def made(slots: Slots, **values: Any) -> Call | None:
    return call_of(from_entry(har_entry(**values)), "[har-1 #0]", slots)


def test_secrets_become_named_slots_at_a_named_host() -> None:
    slots = Slots(["app.example.com"])

    call = made(slots, request_headers=HEADERS)

    assert call is not None
    assert dict(call.headers)["Authorization"] == ("Bearer ", Slot("DP_AUTH_1", TOKEN))
    assert [each.name for each in slots.variables] == ["DP_AUTH_1", "DP_COOKIE_SESSION_1"]
    assert {each.origin for each in slots.variables} == {"https://app.example.com"}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.net/x",
        "http://app.example.com/x",
        "https://app.example.com:8443/x",
        "https://app.example.com.evil.test/x",
        "https://xapp.example.com/x",
        "https://app.example.com@evil.example.net/x",
    ],
)
def test_any_other_origin_gets_no_secret(url: str) -> None:
    slots = Slots(["app.example.com"])

    call = made(slots, url=f"{url}?t={TOKEN}", request_headers=HEADERS)

    assert call is not None
    assert list(call.slots()) == []
    assert slots.variables == ()
    assert not {"authorization", "cookie"} & {name.lower() for name, _ in call.headers}
    assert any("not named in environment.hosts" in each for each in call.notes)


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com\\@evil.example.net/",
        "file:///etc/passwd",
        "https://app.exämple.com/",
        "gopher://app.example.com/",
        "https:///x",
        "https://app.example.com\n.evil.test/",
        "",
    ],
)
def test_addresses_that_clients_read_differently_are_refused(url: str) -> None:
    assert made(Slots(["app.example.com"]), url=url) is None


def test_the_same_secret_has_one_name_and_another_origin_its_own() -> None:
    slots = Slots(["a.example.com", "b.example.com"])

    made(slots, url="https://a.example.com/1", request_headers=HEADERS)
    made(slots, url="https://a.example.com/2", request_headers=HEADERS)
    made(slots, url="https://b.example.com/3", request_headers={"authorization": TOKEN})

    assert [each.name for each in slots.variables] == ["DP_AUTH_1", "DP_COOKIE_SESSION_1", "DP_AUTH_1_AT_1"]


def test_header_tricks_are_taken_out() -> None:
    call = made(Slots(()), request_headers={":authority": "x", "@/etc/passwd": "1", "a b": "2", "X": "1\r\nEvil: 2"})

    assert call is not None
    assert call.headers == (("X", ("1Evil: 2",)),)


def test_form_fields_are_encoded_and_files_are_placeholders() -> None:
    post = {"mimeType": "multipart/form-data", "params": [{"name": "f", "fileName": "/etc/passwd"}]}
    entry = har_entry(method="POST")
    entry["request"]["postData"] = post

    call = call_of(from_entry(entry), "", Slots(()))

    assert call is not None
    assert isinstance(call.body, bytes)
    assert b"placeholder" in call.body
    assert any("placeholder" in each for each in call.notes)


@pytest.mark.parametrize(
    ("method", "path", "is_safe"),
    [("GET", "/x", True), ("GET", "/user/logout", False), ("POST", "/x", False), ("GET", "/a?action=delete", False)],
)
def test_method_and_address_tell_what_is_safe_to_send_again(method: str, path: str, is_safe: bool) -> None:
    call = made(Slots(()), method=method, url=f"https://app.example.com{path}")

    assert call is not None
    assert call.is_safe is is_safe


def test_a_body_that_the_browser_cut_is_called_incomplete() -> None:
    entry = har_entry(method="POST", post="{}")
    entry["request"]["bodySize"] = 9_000

    call = call_of(from_entry(entry), "", Slots(()))

    assert call is not None
    assert call.is_body_incomplete


def test_stripped_authentication_gets_a_slot_at_a_named_host_only() -> None:
    for host, count in (("app.example.com", 1), ("b.example.com", 0)):
        slots = Slots([host])
        call_of(from_entry(har_entry()), "", slots, is_auth_stripped=True)
        assert len(slots.variables) == count


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/api/deleteUser/3",
        "/account/%64elete",
        "/users/3/Deactivate",
        "/oauth/end-session",
        "/x?action=purge",
    ],
)
def test_addresses_that_sound_like_a_change_are_not_safe(path: str) -> None:
    call = call_of(from_entry(har_entry(f"https://app.example.com{path}")), "", Slots(()))

    assert call is not None
    assert not call.is_safe


@pytest.mark.parametrize("path", ["/api/orders", "/deleted-items", "/confirmations", "/sendgrid/status", "/payments"])
def test_addresses_that_only_resemble_one_are_safe(path: str) -> None:
    call = call_of(from_entry(har_entry(f"https://app.example.com{path}")), "", Slots(()))

    assert call is not None
    assert call.is_safe
