"""Whole logins in a HAR: what happens between the messages is found, each finding with its exchange."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from diagpack.collectors.sso import diagnose
from tests.collectors.sso_samples import (
    ACS,
    CLAIMS,
    IDP,
    SSO,
    b64,
    deflated,
    entry,
    finding,
    har,
    ids,
    open_text,
    request,
    response,
    saml_login,
    signed,
    token,
)

AUTHORIZE = "https://op.example.test/authorize"
TOKEN = "https://op.example.test/token"
CALLBACK = "https://app.example.com/callback"


def judged(*entries: dict[str, Any], **config: Any) -> dict[str, Any]:
    return diagnose(har(*entries), config=config, at=None)


def test_a_good_login_has_no_error_and_takes_its_expectation_from_the_request() -> None:
    found = judged(*saml_login())

    assert ids(found) == {"saml.only_assertion"}
    assert [each["kind"] for each in found["messages"]] == ["authn-request", "response"]
    assert found["messages"][1]["har_entry"] == 3


def test_each_message_is_judged_once_though_it_stands_in_several_places() -> None:
    found = judged(*saml_login(response()))

    assert len([each for each in found["findings"] if each["id"] == "saml.unsigned"]) == 1


def test_time_is_the_time_of_the_post_and_not_the_given_one() -> None:
    entries = saml_login()
    entries[3]["startedDateTime"] = "2026-03-04T12:06:00.000Z"

    found = judged(*entries)

    assert finding(found, "saml.expired")["har_entry"] == 3
    assert "60 s after the end" in finding(found, "saml.expired")["evidence"]


def test_three_clocks_show_which_one_is_off() -> None:
    found = judged(*saml_login(date="Wed, 04 Mar 2026 12:12:30 GMT"))

    assert finding(found, "saml.clock_skew")["detail"] == {"seconds": 750, "off": "service provider"}


def test_a_message_that_expired_only_by_the_browsers_clock_is_a_hint() -> None:
    entries = saml_login(date="Wed, 04 Mar 2026 12:00:31 GMT")
    entries[3]["startedDateTime"] = "2026-03-04T12:07:30.000Z"

    found = judged(*entries)

    expired, skew = finding(found, "saml.expired"), finding(found, "saml.clock_skew")
    assert (expired["level"], expired["certainty"]) == ("warning", "hint")
    assert "by the browser's clock only" in expired["evidence"]
    assert skew["detail"] == {"seconds": 419, "off": "browser"}


def test_a_message_that_expired_only_by_the_service_providers_clock_is_an_error() -> None:
    found = judged(*saml_login(date="Wed, 04 Mar 2026 12:12:30 GMT"))

    expired = finding(found, "saml.expired")
    assert (expired["level"], expired["certainty"]) == ("error", "proven")
    assert "by the service provider's clock only" in expired["evidence"]


def test_an_answer_to_another_request_is_named() -> None:
    other = signed(response().replace("_req1", "_other"))

    assert "saml.bad_inresponseto" in ids(judged(*saml_login(other)), "error")


def test_a_capture_that_starts_too_late_is_named() -> None:
    assert "saml.capture_incomplete" in ids(judged(saml_login()[3]))


@pytest.mark.parametrize(
    ("back", "id"),
    [
        ("", "saml.relaystate_lost"),
        ("canary-relay", "saml.relaystate_truncated"),
        ("canary-other", "saml.relaystate_altered"),
    ],
)
def test_a_relay_state_that_does_not_come_back_is_named(back: str, id: str) -> None:
    found = judged(*saml_login(relay=back))

    assert id in ids(found)
    assert "canary" not in finding(found, id)["evidence"]


def test_the_same_response_posted_twice_is_a_replay() -> None:
    entries = saml_login()

    found = judged(*entries, entries[3])

    assert "saml.replay" in ids(found, "error")


@pytest.mark.parametrize(
    "cookie", ["sid=canary-cookie; Secure; SameSite=Lax", "sid=canary-cookie; SameSite=Strict", "sid=canary-cookie"]
)
def test_a_cookie_the_browser_withheld_is_named_with_its_attributes(cookie: str) -> None:
    entries = saml_login(set_cookie=cookie, with_cookie=False)
    found = judged(*entries, entry("GET", "https://app.example.com/", 200, 40, cookie="sid=canary-cookie"))

    evidence = finding(found, "saml.cookie_lost")
    assert evidence["certainty"] == "proven"
    assert "cookie sid" in evidence["evidence"]
    assert "canary" not in evidence["evidence"]


def test_a_cookie_for_another_path_or_one_that_was_deleted_is_not_missed() -> None:
    for cookie in ("sid=x; SameSite=Lax; Path=/other", "sid=; SameSite=Lax; Max-Age=0"):
        assert "saml.cookie_lost" not in ids(judged(*saml_login(set_cookie=cookie, with_cookie=False)))


def test_three_rounds_are_a_loop() -> None:
    rounds = []
    for number in range(3):
        started = f"2026-03-04T12:00:{number * 10 + 5:02d}.000Z"
        login = saml_login(signed(response(id=f"_resp{number}")))
        rounds += [each | {"startedDateTime": started} for each in login]

    assert "saml.loop" in ids(judged(*rounds), "error")
    assert "saml.loop" not in ids(judged(*rounds[:8]))


@pytest.mark.parametrize(
    ("status", "body", "id"),
    [
        (404, "", "saml.acs_404"),
        (422, "", "saml.acs_422"),
        (500, "", "saml.acs_500"),
        (502, "", "saml.acs_500"),
        (400, "", "saml.acs_4xx"),
        (403, "CSRF verification failed", "saml.origin_blocked"),
    ],
)
def test_the_answer_of_the_service_provider_is_named(status: int, body: str, id: str) -> None:
    assert finding(judged(*saml_login(status=status, body=body)), id)["har_entry"] == 3


def test_an_error_page_of_the_identity_provider_gives_its_code_and_ids() -> None:
    query = urlencode({"SAMLRequest": deflated(request())})
    page = "<html>AADSTS50105: no role. Correlation ID: 0a0a0a0a-1111-2222-3333-444444444444</html>"

    found = judged(entry("GET", f"{SSO}?{query}", 200, 2, body=page))

    evidence = finding(found, "saml.idp_error_page")["evidence"]
    assert "AADSTS50105" in evidence
    assert "0a0a0a0a-1111-2222-3333-444444444444" in evidence


def test_a_response_by_redirect_is_named() -> None:
    query = urlencode({"SAMLResponse": deflated(signed(response()))})

    assert "saml.redirect_binding" in ids(judged(entry("GET", f"{ACS}?{query}", 200, 30)))


def test_two_logins_with_two_names_are_compared() -> None:
    second = signed(response(id="_r2", name_id="<saml:NameID>Canary-Person@example.com</saml:NameID>"))
    first = signed(response(name_id="<saml:NameID>canary-person@example.com</saml:NameID>"))

    found = judged(*saml_login(first), *saml_login(second))

    assert "saml.nameid_case" in ids(found)


def authorize(**changes: str) -> str:
    fields = {
        "client_id": "client-1",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "state": "canary-state",
        "nonce": "canary-nonce",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    } | changes
    return f"{AUTHORIZE}?{urlencode({name: value for name, value in fields.items() if value})}"


def oidc_login(callback: dict[str, str] | None = None, **more: Any) -> list[dict[str, Any]]:
    query = urlencode(callback if callback is not None else {"code": "canary-code", "state": "canary-state"})
    url = more.get("authorize", authorize())
    cookie = more.get("set_cookie", "state=canary-cookie; Secure; SameSite=Lax")
    return [
        entry("GET", "https://app.example.com/login", 302, 1, set_cookie=cookie, location=url),
        entry("GET", url, 302, 2, location=f"{CALLBACK}?{query}"),
        entry(
            "GET",
            f"{CALLBACK}?{query}",
            more.get("status", 302),
            4,
            **more.get("sent", {"cookie": "state=canary-cookie"}),
        ),
    ]


def exchange(status: int = 200, answer: dict[str, Any] | None = None, **form: str) -> dict[str, Any]:
    fields = {"grant_type": "authorization_code", "code": "canary-code", "redirect_uri": CALLBACK} | form
    fields.setdefault("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    return entry("POST", TOKEN, status, 5, form=fields, body=json.dumps(answer or {"id_token": token(CLAIMS)}))


def test_a_good_oidc_login_has_no_error() -> None:
    assert ids(judged(*oidc_login(), exchange()), "error") == set()


@pytest.mark.parametrize(
    ("entries", "id"),
    [
        (oidc_login({"error": "login_required", "state": "canary-state"}), "oidc.error.login_required"),
        (oidc_login({"error": "server_error", "state": "canary-state"}), "oidc.error.server_error"),
        (
            oidc_login({"error": "access_denied", "error_description": "AADSTS65004: no", "state": "canary-state"}),
            "oidc.error.access_denied",
        ),
        (oidc_login({"code": "canary-code", "state": "other"}), "oidc.state_mismatch"),
        (oidc_login({"code": "canary-code"}), "oidc.state_missing"),
        (oidc_login(authorize=authorize(code_challenge="", code_challenge_method="")), "oidc.pkce_missing"),
        (oidc_login(authorize=authorize(code_challenge_method="plain")), "oidc.pkce_plain"),
        (
            oidc_login(authorize=authorize(redirect_uri=CALLBACK.replace("https", "http"))),
            "oidc.http_downgrade",
        ),
        ([*oidc_login(), exchange(code_verifier="wrong")], "oidc.pkce_mismatch"),
        ([*oidc_login(), exchange(redirect_uri=CALLBACK + "/")], "oidc.redirect_uri_mismatch"),
        ([*oidc_login(), exchange(), exchange(400)], "oidc.code_reused"),
        ([*oidc_login(), exchange(400, {"error": "invalid_grant"})], "oidc.error.invalid_grant"),
        (
            [*oidc_login(), exchange(401, {"error": "x", "error_description": "AADSTS7000222: expired"})],
            "oidc.error.invalid_client",
        ),
        ([*oidc_login(), exchange(answer={"id_token": token(CLAIMS | {"nonce": "other"})})], "oidc.nonce_mismatch"),
        (oidc_login(set_cookie="state=x; SameSite=Strict", sent={}), "oidc.cookie_samesite"),
        (
            [entry("GET", authorize(), 200, 2, body="<html>AADSTS50011: reply address</html>")],
            "oidc.redirect_uri_mismatch",
        ),
        ([entry("GET", authorize(), 200, 2, body="<html>AADSTS90002: tenant</html>")], "oidc.tenant_wrong"),
        ([*oidc_login(), entry("OPTIONS", TOKEN, 200, 5)], "oidc.cors_or_blocked"),
        ([*oidc_login(), entry("GET", "https://app.example.com/", 431, 6)], "oidc.cookie_too_large"),
        (oidc_login() * 3, "oidc.loop"),
    ],
)
def test_a_fault_between_the_steps_is_found(entries: list[dict[str, Any]], id: str) -> None:
    assert id in ids(judged(*entries))


def test_a_redirect_uri_is_compared_with_the_registered_ones() -> None:
    found = judged(*oidc_login(), redirect_uris=[CALLBACK + "/"])

    assert "trailing slash" in finding(found, "oidc.redirect_uri_mismatch")["evidence"]


def test_no_secret_of_a_login_is_shown() -> None:
    for entries in (saml_login(), [*oidc_login(), exchange()]):
        assert "canary" not in open_text(judged(*entries))


def test_every_pointer_of_a_flow_leads_into_the_document() -> None:
    found = judged(*saml_login(status=500, relay=""))

    for each in found["findings"]:
        place: Any = found
        for part in each["ref"].split("/")[1:]:
            place = place[int(part)] if isinstance(place, list) else place[part]


def test_entries_keep_their_number_in_the_original() -> None:
    entries = saml_login(status=500)
    for each in entries:
        each["_dpEntry"] = entries.index(each) + 40

    assert finding(judged(*entries), "saml.acs_500")["har_entry"] == 43


def test_broken_entries_do_not_stop_the_others() -> None:
    odd: list[Any] = [None, 7, {}, {"request": 5}, {"request": {"url": 5, "headers": [1]}, "response": {"status": "x"}}]

    found = diagnose(har(*odd, *saml_login(status=500)), config={}, at=None)

    assert "saml.acs_500" in ids(found)


def test_params_that_a_writer_left_encoded_are_decoded() -> None:
    entries = saml_login(status=500)
    post = entries[3]["request"]["postData"]
    name, _, value = post.pop("text").split("&")[0].partition("=")
    post["params"] = [{"name": name, "value": value}]

    assert [each["kind"] for each in judged(*entries)["messages"]] == ["authn-request", "response"]


def test_a_base64_body_with_the_form_is_read_when_the_post_is_missing() -> None:
    entries = saml_login()[:3]
    content = entries[2]["response"]["content"]
    content |= {"text": b64(content["text"]), "encoding": "base64"}

    assert judged(*entries)["messages"][-1]["issuer"] == IDP


def test_a_har_without_a_login_gives_nothing() -> None:
    assert judged(entry("GET", "https://app.example.com/", 200, 1)) == {"messages": [], "findings": [], "flow": []}


def test_only_steps_of_the_login_and_its_hosts_are_kept() -> None:
    other = [entry("GET", f"https://cdn.example.net/{number}", 200, 1) for number in range(50)]
    pages = [entry("GET", f"https://app.example.com/{number}", 200, 1) for number in range(500)]

    found = judged(*other, *pages, *saml_login(status=500))

    hosts = {each["url"].split("/")[2] for each in found["flow"]}
    assert hosts == {"app.example.com", "idp.example.test"}
    assert len(found["flow"]) < 120
    assert finding(found, "saml.acs_500")["ref"].startswith("/flow/")
