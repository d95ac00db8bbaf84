"""The sign-in flow as a swimlane picture: browser, application, identity provider.

Enters: exchanges, and the SAML or OIDC summaries. Leaves: lanes and arrows with coordinates; nothing when the evidence
holds no sign-in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import mapping
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry
from diagpack.render._citations import Citations, anchor
from diagpack.render._exchanges import Recorded
from diagpack.render._visible import clipped

_SSO_URL: Final = re.compile(
    r"SAML(?:Request|Response|art)=|[/._-](?:saml2?|sso|acs|oauth2?|oidc|authorize|token|callback|adfs|login)\b",
    re.IGNORECASE,
)
_STATIC: Final = re.compile(r"\.(?:css|js|mjs|png|jpe?g|gif|svg|ico|woff2?|map)(?:\?|$)", re.IGNORECASE)
_IDP_MARK: Final = re.compile(r"SAMLRequest=|/authorize\b|/adfs/|response_type=", re.IGNORECASE)
_STEPS: Final = 16

ROW: Final = 46
TOP: Final = 64
LANES: Final = (110, 410, 710)
WIDTH: Final = 820


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow there and back. `lane` is the x of the far end."""

    y: int
    lane: int
    request: str
    response: str
    message: str
    time: str
    is_failing: bool
    href: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A picture of `height` pixels; `hosts` are the captions of application and identity provider."""

    height: int
    hosts: tuple[str, str]
    steps: tuple[Step, ...]
    rest: int


def sso_flow(
    evidence: EvidenceSet, calls: Sequence[Recorded], citations: Citations, first: Recorded | None
) -> Flow | None:
    """The flow of the sign-in, from its first message to the first failure."""
    artifacts = evidence.of_kind("saml", "oidc")
    if not artifacts:
        return None
    messages = _messages(evidence)
    app, idp = _hosts(calls, messages)
    chosen = [each for each in calls if _belongs(each, messages, first, app, idp)]
    if not chosen:
        return None
    steps = tuple(
        _step(each, number, messages.get(each.ref, ""), idp, citations) for number, each in enumerate(chosen[:_STEPS])
    )
    return Flow(TOP + ROW * len(steps), (clipped(app, 40), clipped(idp, 40)), steps, len(chosen) - len(steps))


def _messages(evidence: EvidenceSet) -> dict[EvidenceRef, str]:
    """Message kind by the HAR entry it was seen in, from the SSO summaries."""
    found: dict[EvidenceRef, str] = {}
    for artifact in evidence.of_kind("saml", "oidc"):
        document = mapping(evidence.json(artifact))
        har, messages = document.get("har"), document.get("messages")
        for message in messages if isinstance(messages, list) and isinstance(har, str) else ():
            entry = mapping(message).get("har_entry")
            if isinstance(entry, int):
                found[EvidenceRef(ArtifactId(str(har)), HarEntry(entry))] = str(message.get("kind", ""))
    return found


def _hosts(calls: Sequence[Recorded], messages: Mapping[EvidenceRef, str]) -> tuple[str, str]:
    """Application and identity provider: the IdP's host is where requests are sent for authentication."""
    hosts = [_host(each.url) for each in calls]
    idp = next((_host(each.url) for each in calls if _IDP_MARK.search(each.url)), "")
    app = next((host for host in hosts if host and host != idp), "")
    if not idp:
        idp = next((_host(each.url) for each in calls if each.ref in messages and _host(each.url) != app), "")
    return app, idp


def _belongs(each: Recorded, messages: Mapping[EvidenceRef, str], first: Recorded | None, app: str, idp: str) -> bool:
    if each.ref in messages or each is first:
        return True
    path = urlsplit(each.url).path if _host(each.url) else ""
    if _host(each.url) not in {app, idp} - {""} or _STATIC.search(path):
        return False
    return _SSO_URL.search(each.url) is not None


def _step(each: Recorded, number: int, message: str, idp: str, citations: Citations) -> Step:
    path = urlsplit(each.url).path if _host(each.url) else each.url
    citations.link(each.ref)
    return Step(
        y=TOP + ROW * number,
        lane=LANES[2] if idp and _host(each.url) == idp else LANES[1],
        request=clipped(f"{each.method} {path}", 44),
        response=clipped(each.status_line, 40),
        message=clipped(message, 24),
        time=f"{each.started:%H:%M:%S}" if each.started else "",
        is_failing=each.is_failing,
        href=f"#{anchor(each.ref)}",
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
