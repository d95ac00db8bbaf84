"""Joins what the login messages say with what the HAR says: two witnesses, one statement, both cited.

Enters: redacted `saml` and `oidc` summaries and the HAR beside them. Leaves: findings about clocks, cookies and the
answer of the service provider, and about users whose name changed between two captures.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from diagpack.analyze import _clock_words as words
from diagpack.model.capture import capture_of
from diagpack.model.clocks import CUSTOMER, PRODUCT, Verdict, is_browser, judge, witnesses
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Pointer, Whole

_SKEW_SECONDS: Final = 60
_TIME_IDS = ("saml.expired", "saml.not_yet_valid", "saml.clock_skew", "saml.sc_expired", "oidc.expired", "oidc.nbf")
_EXPIRED = ("saml.expired", "saml.sc_expired", "oidc.expired")
_OUTSIDE = ("expired", "not_yet_valid", "nbf")
_COOKIE_IDS = ("saml.cookie_lost", "oidc.cookie_samesite")
_LOOP_IDS = ("saml.loop", "oidc.loop")
_CORE = re.compile(r"(?:^dp-[a-z]+-|^)([0-9a-z]{10})")

_FINDINGS: Final = {
    "sso.clock_confirmed": "Message times and HAR clocks agree that a clock is wrong.",
    "sso.loop_by_cookie": "The login repeats because the session cookie does not come back.",
    "sso.acs_failed": "The service provider answered the login message with an error.",
    "sso.nameid_changed": "The same login sends another user name than before.",
    "sso.nameid_case": "The user names of two captures differ only in case.",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """One finding of a summary, with its citations."""

    id: str
    level: str
    entry: int | None
    evidence: str
    detail: Mapping[str, Any]
    here: EvidenceRef
    in_har: EvidenceRef | None

    @property
    def refs(self) -> tuple[EvidenceRef, ...]:
        return (self.here,) if self.in_har is None else (self.in_har, self.here)


class SsoFlow:
    """Cross-evidence of a login."""

    @property
    def info(self) -> RuleInfo:
        return RuleInfo(
            id="sso-flow",
            title="What messages and HAR say together about a login",
            explanation="A statement that two independent sources support is proven; each is cited.",
            findings=_FINDINGS,
            source="SAML 2.0 Profiles 4.1; RFC 6265bis",
        )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("saml", "oidc"):
            document = evidence.json(artifact)
            if not isinstance(document, Mapping):
                continue
            said = list(_said(artifact, document, evidence))
            har = evidence.get(str(document.get("har", "")))
            if har is not None:
                yield from _clock(said, har, evidence)
                yield from _answers(said, har, evidence, artifact)
            yield from _loop(said)
        yield from _names(evidence)


def _said(artifact: RedactedArtifact, document: Mapping[str, Any], evidence: EvidenceSet) -> Iterator[_Said]:
    har = str(document.get("har", ""))
    for written in document.get("findings", ()):
        if not isinstance(written, Mapping):
            continue
        entry, ref, detail = written.get("har_entry"), written.get("ref"), written.get("detail")
        known = isinstance(entry, int) and evidence.get(har) is not None
        yield _Said(
            str(written.get("id", "")),
            str(written.get("level", "")),
            entry if isinstance(entry, int) else None,
            str(written.get("evidence", "")),
            detail if isinstance(detail, Mapping) else {},
            EvidenceRef(artifact.id, Pointer(ref) if isinstance(ref, str) and ref.startswith("/") else Whole()),
            EvidenceRef(ArtifactId(har), HarEntry(entry)) if known and isinstance(entry, int) else None,
        )


def _clock(said: list[_Said], har: RedactedArtifact, evidence: EvidenceSet) -> Iterator[Finding]:
    """The message's times together with every clock of the recording: the cause of a refusal by time, told once."""
    times = [each for each in said if each.id in _TIME_IDS and each.level != "info"]
    capture = capture_of(evidence, har.id)
    if not times or capture is None:
        return
    verdict = judge(witnesses(capture, evidence))
    if words.seconds_apart(verdict) < _SKEW_SECONDS:
        return
    # A message that is outside its validity says more than one whose times are only odd.
    first = next((each for each in times if each.id.endswith(_OUTSIDE)), times[0])
    yield Finding(
        id="sso.clock_confirmed",
        level=Level.ERROR,
        certainty=Certainty.PROVEN,
        statement=f"Clocks explain the refusal: {_lower(words.statement(verdict))}. {_told(first)}",
        refs=tuple(dict.fromkeys((*first.refs, *words.refs(verdict)))),
        means=_meaning(first, verdict),
        ask=words.ask(verdict),
        source="SAML 2.0 Core 2.5.1.2; RFC 5905, 11.2",
        rank=10,
        data={"seconds": round(words.seconds_apart(verdict), 1), "wrong": list(verdict.parties), "finding": first.id},
    )


def _told(first: _Said) -> str:
    """By how much the message missed its time; its own words where that is no number."""
    off = first.detail.get("seconds")
    if not isinstance(off, int | float) or not first.id.endswith(_OUTSIDE):
        return f"The login message says: {first.evidence}."
    when = "before it was valid" if first.id.endswith(("not_yet_valid", "nbf")) else "after it had expired"
    return f"The login message arrived {abs(round(off))} s {when}."


def _lower(text: str) -> str:
    return f"the {text[4:]}" if text.startswith("The ") else text


def _meaning(first: _Said, verdict: Verdict) -> str:
    """What the distance of the clocks means for this message."""
    off = first.detail.get("seconds")
    ahead = -min((each.ahead_seconds for each in verdict.right), key=abs, default=0.0)
    if (
        any(map(is_browser, verdict.wrong))
        and first.id in _EXPIRED
        and isinstance(off, int | float)
        and 0 <= off <= ahead
    ):
        return (
            f"By the clocks that agree the login was {round(ahead - off)} s inside the validity; only by the browser's "
            "clock had the message expired."
        )
    if verdict.wrong and CUSTOMER in verdict.parties:
        return (
            "A message issued by a clock that is behind has expired when it arrives, and one issued ahead is not valid "
            "yet; the product refuses it by design. Correcting the customer's clock ends it."
        )
    if PRODUCT in verdict.parties:
        return "The product judges valid messages by a wrong clock: every customer's sign-in is at risk."
    return "Messages that are valid for a few minutes look expired or not yet valid when clocks are this far apart."


def _loop(said: list[_Said]) -> Iterator[Finding]:
    loops = [each for each in said if each.id in _LOOP_IDS]
    cookies = [each for each in said if each.id in _COOKIE_IDS]
    if not loops or not cookies:
        return
    refs = tuple(dict.fromkeys((*loops[0].refs, *cookies[0].refs)))
    yield Finding(
        id="sso.loop_by_cookie",
        level=Level.ERROR,
        certainty=Certainty.PROVEN,
        statement=f"The login repeats ({loops[0].evidence}) and each time the session cookie is missing: "
        f"{cookies[0].evidence}.",
        refs=refs,
        means="Without its session cookie the service provider does not know that the user has just logged in, and "
        "starts again.",
        ask="Application: set the cookie with SameSite=None; Secure, over https.",
        source="RFC 6265bis 5.6.7",
        rank=10,
    )


def _answers(
    said: list[_Said], har: RedactedArtifact, evidence: EvidenceSet, artifact: RedactedArtifact
) -> Iterator[Finding]:
    """The ACS's or callback's error, together with what is wrong, or not wrong, with the message it was given."""
    for entry in evidence.entries(har):
        index, status = entry.get("_dpEntry"), _status(entry)
        if not isinstance(index, int) or status < 400 or not _carries_message(entry, artifact.kind):
            continue
        faults = [each for each in said if each.entry == index and each.level == "error" and ".acs_" not in each.id]
        refs = [EvidenceRef(har.id, HarEntry(index)), *(each.here for each in faults[:5])]
        if faults:
            words = "the message has faults: " + "; ".join(f"{each.id} ({each.evidence})" for each in faults[:3])
            means = "The refusal can be explained by the message itself."
        else:
            refs.append(EvidenceRef(artifact.id))
            words = "no fault of level error was found in the message"
            means = "The cause is more likely on the service provider's side: its log for this request decides."
        yield Finding(
            id="sso.acs_failed",
            level=Level.ERROR,
            certainty=Certainty.PROVEN,
            statement=f"The service provider answered the login message with status {status}; {words}.",
            refs=tuple(dict.fromkeys(refs)),
            means=means,
            ask="" if faults else "Operations: the application log for this request and its request ID.",
            source="SAML 2.0 Bindings 3.5" if artifact.kind == "saml" else "OpenID Connect Core 3.1.2.5",
            rank=15,
            data={"status": status, "har_entry": index},
        )


def _status(entry: Mapping[str, Any]) -> int:
    response = entry.get("response")
    status = response.get("status") if isinstance(response, Mapping) else None
    return status if isinstance(status, int) else 0


def _carries_message(entry: Mapping[str, Any], kind: str) -> bool:
    request = entry.get("request")
    if not isinstance(request, Mapping):
        return False
    post = request.get("postData")
    post = post if isinstance(post, Mapping) else {}
    rows = [*_rows(post.get("params")), *_rows(request.get("queryString"))]
    names = {str(each.get("name", "")) for each in rows}
    text = str(post.get("text", ""))
    names |= {part.split("=", 1)[0] for part in text.split("&") if "=" in part}
    if kind == "saml":
        return "SAMLResponse" in names and request.get("method") == "POST"
    return "state" in names and bool({"code", "id_token"} & names)


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _names(evidence: EvidenceSet) -> Iterator[Finding]:
    """NameIDs of different captures of one case: pseudonyms with one core differ only in case or blanks."""
    seen: dict[tuple[str, str], tuple[str, EvidenceRef]] = {}
    for artifact in evidence.of_kind("saml"):
        document = evidence.json(artifact)
        messages = document.get("messages", ()) if isinstance(document, Mapping) else ()
        for index, message in enumerate(messages):
            key, value = _name(message)
            ref = EvidenceRef(artifact.id, Pointer(f"/messages/{index}/subject/name_id"))
            if not value or key[1].endswith(":transient"):
                continue
            before, first = seen.setdefault(key, (value, ref))
            if before != value and first.artifact != ref.artifact:
                yield _changed(before, value, key[1], (first, ref))


def _name(message: object) -> tuple[tuple[str, str], str]:
    if not isinstance(message, Mapping):
        return ("", ""), ""
    subject = message.get("subject")
    name_id = subject.get("name_id") if isinstance(subject, Mapping) else None
    if not isinstance(name_id, Mapping):
        return ("", ""), ""
    value = name_id.get("pseudonym")
    return (str(message.get("issuer", "")), str(name_id.get("format") or "")), value if isinstance(value, str) else ""


def _changed(before: str, value: str, form: str, refs: tuple[EvidenceRef, ...]) -> Finding:
    one, other = _CORE.search(before), _CORE.search(value)
    is_case = one is not None and other is not None and one.group(1) == other.group(1)
    kind = "only in case" if is_case else "altogether"
    return Finding(
        id="sso.nameid_case" if is_case else "sso.nameid_changed",
        level=Level.WARNING,
        certainty=Certainty.HINT,
        statement=f"The NameIDs of two captures differ {kind}: {before} and {value}; Format {form or 'none'}.",
        refs=refs,
        means="If both captures are of one person, the second name finds no account."
        if not is_case
        else "Service providers that match exactly see two users.",
        ask="Are both captures of the same person? Identity provider administrator: the source of the NameID.",
        source="SAML 2.0 Core 8.3",
        rank=30,
    )


RULE: Final[Rule] = SsoFlow()
