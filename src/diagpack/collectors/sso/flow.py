"""A whole login from its HTTP exchanges: every message judged at its own time, then what lies between them.

Enters: exchanges in order. Leaves: messages, findings and the list of steps (`flow`) that flow findings point to.
"""

import hashlib
from dataclasses import replace
from typing import Any, Final

from diagpack.collectors.sso import oidc_flow, saml, saml_flow, tokens, urls
from diagpack.collectors.sso.aadsts import find_errors
from diagpack.collectors.sso.captured import Captured, Place
from diagpack.collectors.sso.clock import Clock, stamp
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.exchanges import Exchange
from diagpack.collectors.sso.forms import SAML_PARAMETERS, from_html, from_pairs
from diagpack.collectors.sso.report import HOSTILE, Report
from diagpack.collectors.sso.saml_message import Message

_MAX_MESSAGES: Final = 200
_MAX_STEPS: Final = 500
_MAX_OTHER_STEPS: Final = 100
_LOGIN_FIELDS: Final = frozenset(
    "SAMLRequest SAMLResponse wresult client_id grant_type code state id_token error".split()
)
_MAX_PAGE: Final = 500_000
_STATIC = (".js", ".css", ".png", ".svg", ".woff", ".woff2", ".ico", ".jpg", ".gif", ".map")


def judge_exchanges(exchanges: list[Exchange], expected: Expectation, clock: Clock) -> dict[str, Any]:
    """All of a capture. Empty lists when it holds no login."""
    found = _messages(exchanges)
    judged: list[saml_flow.Judged] = []
    authorisations = oidc_flow.authorisations(exchanges)
    for captured in found[:_MAX_MESSAGES]:
        narrowed = saml_flow.narrowed(expected, captured, judged)
        narrowed = oidc_flow.narrowed(narrowed, captured, authorisations)
        judged.append(_judge(captured, narrowed, clock))
    report = Report()
    steps = _Steps(exchanges)
    saml_flow.check_flow(exchanges, judged, expected, steps.path, report)
    oidc_flow.check_flow(exchanges, authorisations, expected, steps.path, report)
    messages = [each.summary for each in judged]
    findings = [
        note.as_json(f"/messages/{index}") for index, each in enumerate(judged) for note in each.report.notes
    ] + [note.as_json("") for note in report.notes]
    return {"messages": messages, "findings": findings, "flow": steps.written() if messages or findings else []}


class _Steps:
    """Gives every exchange a pointer; only those a finding points to, or that carry a login, are written."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self._shown = _steps(exchanges)
        self._paths = {each.entry: f"/flow/{index}" for index, each in enumerate(self._shown)}

    def path(self, entry: int) -> str:
        return self._paths.get(entry, "/flow")

    def written(self) -> list[dict[str, Any]]:
        return [_step(each) for each in self._shown]


def _steps(exchanges: list[Exchange]) -> list[Exchange]:
    """Exchanges of the login, and what else its hosts answered (cookies are set on ordinary pages), up to a limit."""
    login = {each.entry for each in exchanges if _LOGIN_FIELDS & set(each.fields)}
    hosts = {urls.host(each.url) for each in exchanges if each.entry in login}
    others = [
        each.entry
        for each in exchanges
        if each.entry not in login
        and urls.host(each.url) in hosts
        and not urls.bare(each.url).lower().endswith(_STATIC)
    ]
    shown = login | set(others[:_MAX_OTHER_STEPS])
    return [each for each in exchanges if each.entry in shown][:_MAX_STEPS]


def _step(exchange: Exchange) -> dict[str, Any]:
    return {
        "har_entry": exchange.entry,
        "method": exchange.method,
        "url": urls.bare(exchange.url)[:500],
        "status": exchange.status,
        "started": stamp(exchange.started),
        "server_date": stamp(exchange.server_date),
        "parameters": sorted({name[:60] for name, _ in (*exchange.query, *exchange.form)})[:40],
        "cookies_sent": [name[:80] for name in exchange.cookies_sent[:40]],
        "cookies_set": [
            {"name": each.name[:80], "same_site": each.same_site or "absent", "secure": each.is_secure}
            for each in exchange.cookies_set[:40]
        ],
    }


def _messages(exchanges: list[Exchange]) -> list[Captured]:
    """Each message once, where it was really sent; the copies in IdP pages and Location headers count only alone."""
    sent: dict[str, Captured] = {}
    copies: dict[str, Captured] = {}
    for each in exchanges:
        place = Place(each.entry, each.started, each.server_date, each.url, each.method, each.status)
        for captured in _sent(each):
            sent.setdefault(_key(captured, each.entry), replace(captured, place=place))
        for captured in _copies(each):
            copies.setdefault(_key(captured, each.entry), replace(captured, place=replace(place, url="")))
    alone = [captured for key, captured in copies.items() if key not in sent and not _is_shadow(captured, sent)]
    return sorted([*sent.values(), *alone], key=lambda each: each.place.entry if each.place else -1)


def _key(captured: Captured, entry: int) -> str:
    if not captured.content:
        return f"{captured.family} {captured.parameter} {entry}"
    return hashlib.sha256(captured.content).hexdigest()


def _is_shadow(captured: Captured, sent: dict[str, Captured]) -> bool:
    """A placeholder on the IdP page beside the same placeholder in the POST says nothing new."""
    return not captured.content and any(
        each.family == captured.family and each.parameter == captured.parameter for each in sent.values()
    )


def _sent(exchange: Exchange) -> list[Captured]:
    by_form = from_pairs(list(exchange.form), ("form",)) if exchange.form else []
    by_query = from_pairs(list(exchange.query), ("query",)) if exchange.query else []
    return [replace(each, binding="post") for each in by_form] + [
        replace(each, binding="redirect") for each in by_query
    ]


def _copies(exchange: Exchange) -> list[Captured]:
    found: list[Captured] = []
    if exchange.location:
        located = from_pairs(list(exchange.location_fields.items()), ("location",))
        found += [replace(each, binding="redirect") for each in located]
    body = exchange.body.lstrip()
    if body[:1] == "<" and ("SAMLRe" in body or "wresult" in body or "id_token" in body):
        found += [replace(each, binding="post") for each in from_html(body.encode("utf-8", "replace"), ("body",))]
    elif body[:1] == "{" and "_token" in body:
        found += [replace(each, binding="token endpoint") for each in oidc_flow.tokens_in(body)]
    return [each for each in found if each.family != "broken"]


def _judge(captured: Captured, expected: Expectation, clock: Clock) -> saml_flow.Judged:
    """One message; a hostile one that breaks a check is named as unreadable, and the others go on."""
    try:
        return _judged(captured, expected, clock)
    except HOSTILE:
        return _judged(
            replace(captured, family="broken", content=b"", problem="this message could not be judged"), expected, clock
        )


def _judged(captured: Captured, expected: Expectation, clock: Clock) -> saml_flow.Judged:
    report = Report()
    place = captured.place
    if place is not None and place.started is not None:
        clock = replace(clock, event=place.started, source="har", server=place.server_date)
    head: dict[str, Any] = {
        "family": "oidc" if captured.family.startswith("token") else "saml",
        "binding": captured.binding,
        "parameter": captured.parameter,
        "steps": list(captured.steps),
        "size_bytes": len(captured.content),
    }
    if place is not None:
        head |= {"har_entry": place.entry}
        report = Report(place.entry)
    message: Message | None = None
    if captured.family == "saml":
        body, message = saml.judge(captured, expected, clock, report)
    elif captured.family in {"token", "token-json"}:
        body = tokens.judge(captured, expected, clock, report)
    else:
        body = _unjudged(captured, report)
        if captured.family == "removed" and body["kind"] == "removed token":
            head["family"] = "oidc"
    return saml_flow.Judged(captured, head | body, report, message)


def _unjudged(captured: Captured, report: Report) -> dict[str, Any]:
    if captured.family == "removed":
        is_token = captured.parameter not in ("", *SAML_PARAMETERS)
        id = "oidc.token_stripped" if is_token else "saml.signature_removed_by_sanitizer"
        report.add(id, f"{captured.parameter or 'the value'} is a placeholder", "/kind")
        return {"kind": "removed token" if is_token else "removed message"}
    if captured.family == "other":
        for error in find_errors(captured.content[:_MAX_PAGE].decode("utf-8", "replace")):
            report.add("saml.idp_error_page", str(error), "/kind", certainty="hint")
        if not report.notes:
            report.add("saml.not_saml", captured.problem, "/kind")
        return {"kind": "page"}
    report.add("saml.malformed", captured.problem or "no message found", "/kind")
    return {"kind": "unreadable"}


def judge_alone(found: list[Captured], expected: Expectation, clock: Clock) -> dict[str, Any]:
    """Messages without a capture around them."""
    judged = [_judge(captured, expected, clock) for captured in found[:_MAX_MESSAGES]]
    findings = [note.as_json(f"/messages/{index}") for index, each in enumerate(judged) for note in each.report.notes]
    return {"messages": [each.summary for each in judged], "findings": findings}
