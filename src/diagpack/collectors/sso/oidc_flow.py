"""What goes wrong between the steps of an OpenID Connect or OAuth login: errors, state, PKCE, codes, cookies, loops."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.aadsts import find_errors
from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.cookies import lost_cookies
from diagpack.collectors.sso.exchanges import Exchange
from diagpack.collectors.sso.forms import TOKEN_PARAMETERS, unwrap_token
from diagpack.collectors.sso.report import Report

_LOOP_COUNT: Final = 3
_LOOP_SPAN: Final = timedelta(seconds=60)
_LARGE_COOKIE_BYTES: Final = 7_000
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_CONFIG = "config"
_LONGEST = 300

PathOf = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One authorisation request. Values stay inside the collector."""

    exchange: Exchange
    fields: dict[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def authorisations(exchanges: list[Exchange]) -> list[Authorisation]:
    """Authorisation requests in order: client_id with response_type or redirect_uri, and no answer of a provider."""
    found = []
    for each in exchanges:
        fields = each.fields
        if (
            "client_id" in fields
            and ("response_type" in fields or "redirect_uri" in fields)
            and "grant_type" not in fields
        ):
            found.append(Authorisation(each, fields))
    return found


def _callbacks(exchanges: list[Exchange], requests: list[Authorisation]) -> list[Exchange]:
    """Answers that came back to the application."""
    targets = {urls.bare(each.get("redirect_uri")) for each in requests} - {""}
    found = []
    for each in exchanges:
        fields = each.fields
        is_answer = bool({"code", "error", "id_token", "access_token"} & set(fields)) and "grant_type" not in fields
        if is_answer and "client_id" not in fields and (urls.bare(each.url) in targets or "state" in fields):
            found.append(each)
    return found


def _token_calls(exchanges: list[Exchange]) -> list[Exchange]:
    return [each for each in exchanges if "grant_type" in dict(each.form)]


def tokens_in(body: str) -> list[Captured]:
    """Tokens in the JSON answer of a token endpoint."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    pairs = [(name, document[name]) for name in TOKEN_PARAMETERS if isinstance(document.get(name), str)]
    return [
        each
        for name, value in pairs
        if value
        for each in unwrap_token(value.encode("utf-8", "replace"), ("body", "json"), name)
    ]


def narrowed(expected: Expectation, captured: Captured, requests: list[Authorisation]) -> Expectation:
    """With a capture, the authorisation request says what a token must fit."""
    before = [each for each in requests if captured.place and each.exchange.entry <= captured.place.entry]
    if not before or not captured.family.startswith("token"):
        return expected
    latest = before[-1]
    age = latest.get("max_age")
    return replace(
        expected,
        client_id=expected.client_id or latest.get("client_id"),
        nonce=expected.nonce or (latest.get("nonce") if captured.parameter == "id_token" else ""),
        max_age_seconds=expected.max_age_seconds
        if expected.max_age_seconds is not None
        else (int(age) if age.isascii() and age.isdigit() and len(age) < 10 else None),
    )


def check_flow(
    exchanges: list[Exchange], requests: list[Authorisation], expected: Expectation, path: PathOf, report: Report
) -> None:
    """All findings between steps."""
    callbacks = _callbacks(exchanges, requests)
    calls = _token_calls(exchanges)
    _errors(exchanges, requests, callbacks, calls, path, report)
    for callback in callbacks:
        _state(callback, requests, path, report)
        for lost in lost_cookies(exchanges, callback):
            text = f"cookie {lost.name[:80]}, set at #{lost.set_at}, is missing at the callback #{callback.entry}"
            text += f": {lost.reason}"
            certainty = "proven" if lost.is_proven else "hint"
            report.add("oidc.cookie_samesite", text, path(callback.entry), certainty=certainty, entry=callback.entry)
    for request in requests:
        _request(request, exchanges, expected, path, report)
    for call in calls:
        _token_call(call, requests, path, report)
    _codes(callbacks, calls, path, report)
    _loop(requests, callbacks, path, report)
    _blocked(exchanges, requests or calls, path, report)


def _error_of(exchange: Exchange) -> tuple[str, str]:
    """`error` and its description, from the request, the Location header or a JSON body."""
    for fields in (exchange.fields, exchange.location_fields):
        if fields.get("error"):
            return fields["error"], fields.get("error_description", "")
    if exchange.body.lstrip()[:1] == "{" and '"error"' in exchange.body:
        document = _json(exchange.body)
        error = document.get("error")
        if isinstance(error, str):
            return error, str(document.get("error_description") or "")
    return "", ""


def _json(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _errors(
    exchanges: list[Exchange],
    requests: list[Authorisation],
    callbacks: list[Exchange],
    calls: list[Exchange],
    path: PathOf,
    report: Report,
) -> None:
    ours = {each.entry for each in (*callbacks, *calls, *(one.exchange for one in requests))}
    seen: set[tuple[str, str]] = set()
    for each in exchanges:
        if each.entry not in ours:
            continue
        error, description = _error_of(each)
        is_page = each.body.lstrip()[:1] == "<"
        if (error, description) not in seen and (error or is_page):
            seen.add((error, description))
            _error(each, error, description or (each.body if is_page else ""), requests, path, report)


def _error(
    exchange: Exchange, error: str, description: str, requests: list[Authorisation], path: PathOf, report: Report
) -> None:
    place = path(exchange.entry)
    words = " ".join(description.split())[:_LONGEST] if error else ""
    context = f"; prompt {requests[-1].get('prompt')}" if requests and requests[-1].get("prompt") else ""
    context += f"; Sec-Fetch-Dest {exchange.fetch_dest[:20]}" if exchange.fetch_dest == "iframe" else ""
    if error:
        name = "".join(letter for letter in error.lower() if letter.isalnum() or letter == "_")[:40] or "unknown"
        text = f"error {name}{f': {words}' if words else ''}{context}"
        report.add(f"oidc.error.{name}", text, place, entry=exchange.entry)
    for found in find_errors(description):
        id = "oidc.loop" if found.id == "loop" else found.id
        text = f"{found}; {urls.host(exchange.url)}, status {exchange.status}{context}"
        if found.id.startswith("saml."):
            id = "saml.idp_error_page" if not error else ""
        elif not id and not error:
            id = "oidc.error"
        if id:
            report.add(id, text, place, certainty="hint", entry=exchange.entry)
    if "redirect_uri" in description.lower() and "AADSTS" not in description and exchange.status == 400:
        text = f"the provider's page names redirect_uri, status 400; {urls.host(exchange.url)}"
        report.add("oidc.redirect_uri_mismatch", text, place, certainty="hint", entry=exchange.entry)


def _state(callback: Exchange, requests: list[Authorisation], path: PathOf, report: Report) -> None:
    sent = [each.get("state") for each in requests if each.exchange.entry < callback.entry and each.get("state")]
    back = callback.fields.get("state", "")
    if not sent or back in sent:
        return
    if not back:
        text = f"{len(sent)} requests carried a state, the callback carries none"
        report.add("oidc.state_missing", text, path(callback.entry), entry=callback.entry)
    else:
        text = f"the callback's state ({len(back)} characters) is none of {len(sent)} sent ({len(sent[-1])} characters)"
        report.add("oidc.state_mismatch", text, path(callback.entry), entry=callback.entry)


def _request(
    request: Authorisation, exchanges: list[Exchange], expected: Expectation, path: PathOf, report: Report
) -> None:
    entry = request.exchange.entry
    uri = request.get("redirect_uri")
    if expected.redirect_uris and uri and uri not in expected.redirect_uris:
        best, how = urls.closest(uri, expected.redirect_uris)
        text = f"redirect_uri {urls.bare(uri)}, registered {urls.bare(best)}; different: {', '.join(how)}"
        report.add("oidc.redirect_uri_mismatch", text, path(entry), certainty=_CONFIG, entry=entry)
    if uri.startswith("http://") and not urls.host(uri).startswith(_LOCAL):
        secure = any(urls.host(each.url) == urls.host(uri) and urls.scheme(each.url) == "https" for each in exchanges)
        if secure:
            text = f"redirect_uri {urls.bare(uri)}, the application itself was visited over https"
            report.add("oidc.http_downgrade", text, path(entry), entry=entry)
    if "code" in request.get("response_type").split():
        if not request.get("code_challenge"):
            report.add("oidc.pkce_missing", "no code_challenge", path(entry), level="info", entry=entry)
        elif request.fields.get("code_challenge_method", "plain") == "plain":
            report.add("oidc.pkce_plain", "code_challenge_method plain", path(entry), entry=entry)


def _token_call(call: Exchange, requests: list[Authorisation], path: PathOf, report: Report) -> None:
    fields = dict(call.form)
    before = [each for each in requests if each.exchange.entry < call.entry]
    if fields.get("grant_type") != "authorization_code" or not before:
        return
    latest = before[-1]
    sent, again = latest.get("redirect_uri"), fields.get("redirect_uri", "")
    if sent and again and sent != again:
        how = ", ".join(urls.differences(sent, again))
        text = f"authorisation {urls.bare(sent)}, token call {urls.bare(again)}; different: {how}"
        report.add("oidc.redirect_uri_mismatch", text, path(call.entry), entry=call.entry)
    verifier, challenge = fields.get("code_verifier", ""), latest.get("code_challenge")
    if challenge and not verifier:
        report.add("oidc.pkce_mismatch", "code_challenge sent, no code_verifier", path(call.entry), entry=call.entry)
    elif challenge and not _fits(verifier, challenge, latest.fields.get("code_challenge_method", "plain")):
        text = f"code_verifier of {len(verifier)} characters does not give the code_challenge"
        report.add("oidc.pkce_mismatch", text, path(call.entry), entry=call.entry)


def _fits(verifier: str, challenge: str, method: str) -> bool:
    if "redacted" in verifier.lower() or "redacted" in challenge.lower() or method not in {"S256", "plain"}:
        return True
    if method == "plain":
        return verifier == challenge
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _codes(callbacks: list[Exchange], calls: list[Exchange], path: PathOf, report: Report) -> None:
    for group, what in ((callbacks, "callback"), (calls, "token call")):
        first: dict[str, int] = {}
        for each in group:
            code = each.fields.get("code", "")
            if len(code) > 3 and code in first:
                text = f"the code of {what} #{first[code]} was used again at #{each.entry} (status {each.status})"
                report.add("oidc.code_reused", text, path(each.entry), entry=each.entry)
            first.setdefault(code, each.entry)


def _loop(requests: list[Authorisation], callbacks: list[Exchange], path: PathOf, report: Report) -> None:
    hosts = sorted({urls.host(each.exchange.url) for each in requests})
    for host in hosts:
        group = [each.exchange for each in requests if urls.host(each.exchange.url) == host]
        for first, last in zip(group, group[_LOOP_COUNT - 1 :], strict=False):
            if first.started is None or last.started is None or abs(last.started - first.started) > _LOOP_SPAN:
                continue
            if any(first.entry < each.entry < last.entry for each in callbacks):
                text = (
                    f"{len(group)} authorisation requests to {host}, three of them within 60 s, with callbacks between"
                )
                report.add("oidc.loop", text, path(last.entry), entry=last.entry)
                break


def _blocked(exchanges: list[Exchange], is_login: object, path: PathOf, report: Report) -> None:
    if not is_login:
        return
    for each in exchanges:
        bare = urls.bare(each.url).lower()
        is_preflight = each.method == "OPTIONS" and bare.endswith(
            ("/token", "/keys", "jwks.json", "/jwks", "/userinfo")
        )
        if is_preflight and "access-control-allow-origin" not in each.response_headers:
            text = f"preflight to {urls.bare(each.url)}, status {each.status}, no Access-Control-Allow-Origin"
            report.add("oidc.cors_or_blocked", text, path(each.entry), certainty="hint", entry=each.entry)
        is_refused = each.status == 431 or (each.status in {400, 413, 502} and each.cookie_bytes > _LARGE_COOKIE_BYTES)
        if is_refused:
            text = f"status {each.status}, {each.cookie_bytes} bytes of cookies"
            report.add("oidc.cookie_too_large", text, path(each.entry), certainty="hint", entry=each.entry)
