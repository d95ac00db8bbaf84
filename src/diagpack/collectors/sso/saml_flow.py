"""What goes wrong between the messages of a SAML login: RelayState, cookies, replays, loops, the ACS's answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.aadsts import find_errors
from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.cookies import lost_cookies
from diagpack.collectors.sso.exchanges import Exchange
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message, is_success
from diagpack.collectors.sso.xml import child, children, text_of

_LOOP_COUNT = 3
_LOOP_SPAN = timedelta(seconds=60)
_RELAY_LIMIT = 80  # SAML Bindings 3.4.3 allows 80 bytes
_ORIGIN_WORDS = ("csrf", "origin not allowed", "origin checking", "cross-site", "invalid origin", "forbidden origin")
_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

PathOf = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One message after its own checks. `message` is None for tokens and for what could not be read."""

    captured: Captured
    summary: dict[str, Any]
    report: Report
    message: Message | None

    @property
    def entry(self) -> int:
        return self.captured.place.entry if self.captured.place else -1

    @property
    def kind(self) -> str:
        return self.message.kind if self.message else ""


def _requests(judged: list[Judged]) -> list[Judged]:
    return [each for each in judged if each.kind == "authn-request"]


def narrowed(expected: Expectation, captured: Captured, judged: list[Judged]) -> Expectation:
    """With a capture, the AuthnRequest says what is expected, where the configuration does not."""
    requests = _requests(judged)
    if not requests or captured.family != "saml":
        return expected
    ids = [str(each.message.body.get("ID") or "") for each in requests if each.message]
    answered = next((id for id in reversed(ids) if id and id.encode() in captured.content), ids[-1])
    latest = requests[-1].message
    if latest is None:
        return expected
    policy = child(latest.body, "samlp:NameIDPolicy")
    wanted = "" if policy is None else str(policy.get("Format") or "")
    context = child(latest.body, "samlp:RequestedAuthnContext")
    contexts: tuple[str, ...] = ()
    if context is not None and (context.get("Comparison") or "exact") == "exact":
        contexts = tuple(text_of(each) for each in children(context, "saml:AuthnContextClassRef"))
    acs = str(latest.body.get("AssertionConsumerServiceURL") or "").strip()
    return replace(
        expected,
        request_id=expected.request_id or answered,
        acs_urls=expected.acs_urls or ((acs,) if acs else ()),
        sp_entity_id=expected.sp_entity_id or latest.issuer,
        nameid_format=expected.nameid_format or ("" if wanted == _UNSPECIFIED else wanted),
        authn_contexts=expected.authn_contexts or contexts,
    )


def check_flow(
    exchanges: list[Exchange], judged: list[Judged], expected: Expectation, path: PathOf, report: Report
) -> None:
    """All findings between messages."""
    by_entry = {each.entry: each for each in exchanges}
    responses = [each for each in judged if each.kind == "response" and each.captured.binding == "post"]
    _incomplete(judged, path, report)
    posts = [each for each in exchanges if each.method == "POST" and "SAMLResponse" in dict(each.form)]
    _replay(posts, judged, path, report)
    _names(responses, path, report)
    _loop(exchanges, responses, path, report)
    for post in posts:
        _cookies(exchanges, post, path, report)
        _relay_state(exchanges, post, path, report)
        _acs(post, path, report)
    if not posts and any("SAMLRequest" in each.fields for each in by_entry.values()):
        _idp_page(exchanges, path, report)


def _incomplete(judged: list[Judged], path: PathOf, report: Report) -> None:
    requests = [each.entry for each in _requests(judged)]
    for each in judged:
        if each.kind != "response" or each.message is None or not each.message.in_response_to:
            continue
        if not any(entry <= each.entry for entry in requests):
            text = "the response names a request (InResponseTo), no AuthnRequest before it is in the capture"
            report.add("saml.capture_incomplete", text, path(each.entry), entry=each.entry)


def _replay(posts: list[Exchange], judged: list[Judged], path: PathOf, report: Report) -> None:
    seen: dict[str, list[Exchange]] = {}
    for post in posts:
        value = "".join(dict(post.form)["SAMLResponse"].split())
        if value and len(value) > 100:
            seen.setdefault(value, []).append(post)
    for group in seen.values():
        if len(group) > 1:
            shown = ", ".join(f"#{each.entry} (status {each.status})" for each in group[:6])
            text = f"the same response was posted {len(group)} times: {shown}"
            report.add("saml.replay", text, path(group[1].entry), entry=group[1].entry)


def _names(responses: list[Judged], path: PathOf, report: Report) -> None:
    """Two logins under two names, as far as the format promises a stable one."""
    first: dict[str, tuple[str, int]] = {}
    for each in responses:
        subject = child(each.message.assertion, "saml:Subject") if each.message else None
        name_id = child(subject, "saml:NameID")
        value, form = text_of(name_id), "" if name_id is None else str(name_id.get("Format") or "")
        if not value or form.endswith(":transient"):
            continue
        before, entry = first.setdefault(form, (value, each.entry))
        if before == value:
            continue
        id = "saml.nameid_case" if before.lower() == value.lower() else "saml.nameid_changed"
        how = " only in case" if id.endswith("case") else ""
        text = f"NameIDs of #{entry} and #{each.entry} differ{how}; Format {form or 'none'}"
        report.add(id, text, path(each.entry), level="warning", certainty="hint", entry=each.entry)


def _loop(exchanges: list[Exchange], responses: list[Judged], path: PathOf, report: Report) -> None:
    starts = [each for each in exchanges if "SAMLRequest" in each.fields and each.started is not None]
    hosts = {urls.host(each.url) for each in starts}
    for host in sorted(hosts):
        group = [each for each in starts if urls.host(each.url) == host]
        for first, last in zip(group, group[_LOOP_COUNT - 1 :], strict=False):
            if first.started is None or last.started is None or abs(last.started - first.started) > _LOOP_SPAN:
                continue
            between = [each for each in exchanges if first.entry <= each.entry <= last.entry]
            answered = any(each.message and is_success(each.message.body) for each in responses) or any(
                "SAMLResponse" in dict(each.form) for each in between
            )
            if answered:
                sent = sum(bool(each.cookies_sent) for each in between)
                text = f"{len(group)} requests to {host}, the first three within 60 s, with answers between; "
                text += f"{sent} of {len(between)} exchanges between carried cookies"
                report.add("saml.loop", text, path(last.entry), entry=last.entry)
                break


def _cookies(exchanges: list[Exchange], post: Exchange, path: PathOf, report: Report) -> None:
    for lost in lost_cookies(exchanges, post):
        text = f"cookie {lost.name[:80]}, set at #{lost.set_at}, is missing in the POST #{post.entry}: {lost.reason}"
        text += f"; the POST came from {urls.host(post.origin)}" if post.origin.startswith("http") else ""
        certainty = "proven" if lost.is_proven else "hint"
        report.add("saml.cookie_lost", text, path(post.entry), certainty=certainty, entry=post.entry)


def _relay_state(exchanges: list[Exchange], post: Exchange, path: PathOf, report: Report) -> None:
    starts = [each for each in exchanges if each.entry < post.entry and "SAMLRequest" in each.fields]
    if not starts:
        return
    sent, back = starts[-1].fields.get("RelayState", ""), dict(post.form).get("RelayState", "")
    if not sent or sent == back:
        return
    lengths = f"sent {len(sent.encode())} bytes at #{starts[-1].entry}, came back {len(back.encode())} bytes"
    where = f"; it points to {urls.bare(sent)}" if sent.startswith("http") else ""
    if not back:
        report.add("saml.relaystate_lost", lengths + where, path(post.entry), entry=post.entry)
    elif sent.startswith(back):
        nextone = sent[len(back)]
        text = f"{lengths}; cut before {nextone!r}" if nextone in "&#?" else lengths
        text += "; exactly the 80 bytes of the limit" if len(back.encode()) == _RELAY_LIMIT else ""
        report.add("saml.relaystate_truncated", text + where, path(post.entry), entry=post.entry)
    else:
        report.add("saml.relaystate_altered", lengths + where, path(post.entry), entry=post.entry)


def _acs(post: Exchange, path: PathOf, report: Report) -> None:
    if post.status < 400:
        return
    text = f"POST {urls.bare(post.url)} answered {post.status}"
    words = post.body[:20_000].lower()
    if post.status == 403 and any(word in words for word in _ORIGIN_WORDS):
        origin = urls.bare(post.origin) if post.origin else "no Origin"
        report.add("saml.origin_blocked", f"{text}; Origin {origin}", path(post.entry), entry=post.entry)
        return
    id = {404: "saml.acs_404", 422: "saml.acs_422"}.get(
        post.status, "saml.acs_500" if post.status > 499 else "saml.acs_4xx"
    )
    report.add(id, text, path(post.entry), entry=post.entry)


def _idp_page(exchanges: list[Exchange], path: PathOf, report: Report) -> None:
    for each in exchanges:
        if "SAMLRequest" not in each.fields and each.status < 400 and "AADSTS" not in each.body:
            continue
        for error in find_errors(each.body):
            text = f"{error}; page of {urls.host(each.url)}, status {each.status}"
            ids = dict.fromkeys(["saml.idp_error_page", "saml.loop" if error.id == "loop" else error.id])
            for id in ids:
                if id.startswith("saml."):
                    report.add(id, text, path(each.entry), certainty="hint", entry=each.entry)
