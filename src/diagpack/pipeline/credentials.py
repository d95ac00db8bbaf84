"""What the customer should end or replace, because it stood in what they sent.

Enters: redacted artifacts. Leaves: sentences for the customer, without a value, an artifact's file name or a guess:
hosts, classes and vendors only. The same evidence gives the same sentences; `now` is used on screen only, to leave out
what has ended meanwhile.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from diagpack.assess.texts import text
from diagpack.model.exchange import Exchange, exchanges_of
from diagpack.model.party import Party
from diagpack.model.redacted import RedactedArtifact
from diagpack.redact.rulebook import load_rules

_MOST_HOSTS: Final = 4
_CREDENTIAL_HEADERS: Final = frozenset({"cookie", "authorization", "set-cookie"})
# What stands in the place of a credential; of a JWT the first part stays readable.
_REPLACED: Final = re.compile(
    r"dp-(?:cookie|token|secret|password|key)-[a-z2-7]|dropped-(?:cookie|token|secret)|eyJ[\w-]+\."
)
_PLACES: Final = {
    "har": "the browser recording",
    "log": "a log",
    "note": "the text",
    "saml": "the sign-in messages",
    "oidc": "the sign-in messages",
    "api": "the recorded requests",
    "config": "a configuration file",
    "console": "the browser console",
}
# Kinds of live credentials that are tokens; of a session cookie the advice is to sign out.
_TOKENS: Final = frozenset({"JWT", "bearer token", "refresh token"})
_GENERIC_VENDORS: Final = frozenset({"", "several"})


def advice(
    artifacts: Sequence[RedactedArtifact], hosts: Sequence[str] = (), *, now: datetime | None = None
) -> tuple[str, ...]:
    """Sentences in the order of urgency; empty when nothing needs to be ended.

    `hosts`: the product's own, from case and profile. `now`: leave out tokens that ended before it.
    """
    found = [*_sign_out(artifacts, hosts), *_still_valid(artifacts, now), *_passwords(artifacts), *_keys(artifacts)]
    return tuple(dict.fromkeys(found))


def with_advice(update: str, sentences: Sequence[str], language: str) -> str:
    """The draft for the customer with the sentences before its closing line.

    The sentences are English; another language gets its own general text.
    """
    if not sentences or not update.strip():
        return update
    closing = text("request", "closing", language)
    if language == "en":
        lines = "\n".join(f"- {each}" for each in sentences)
        asked = f"What you sent held sign-in data. We removed it before passing anything on. To be safe:\n\n{lines}"
    else:
        asked = text("request", "credentials", language)
    body, found, rest = update.rstrip().rpartition(closing)
    return f"{body}{asked}\n\n{closing}{rest}\n" if found else f"{update.rstrip()}\n\n{asked}\n"


def limitation(sentences: Sequence[str]) -> tuple[str, ...]:
    """One line for the report: that the customer has something to do."""
    if not sentences:
        return ()
    return ("Sign-in data stood in the evidence and was removed; updates/customer.md asks the customer to end it.",)


def _sign_out(artifacts: Sequence[RedactedArtifact], hosts: Sequence[str]) -> Iterator[str]:
    found: dict[str, int] = {}
    for artifact in artifacts:
        if artifact.kind == "har":
            for host in _hosts_with_credentials(exchanges_of(artifact.json()), hosts):
                found[host] = found.get(host, 0) + 1
    if not found:
        return
    ordered = sorted(found, key=lambda host: (-found[host], host))
    named = [host for host in ordered if not host.startswith("dp-host-")]
    listed = _listed(named[:_MOST_HOSTS]) if named else "the application"
    more = (
        f" and the other sites you were signed in to ({len(named) - _MOST_HOSTS} more)" if named[_MOST_HOSTS:] else ""
    )
    yield f"Please sign out of {listed}{more}, then sign in again: the browser recording held the session of that time."


def _hosts_with_credentials(exchanges: Sequence[Exchange], hosts: Sequence[str]) -> Iterator[str]:
    party = Party(hosts, exchanges)
    for each in exchanges:
        headers = (*each.request_headers, *each.response_headers)
        is_sent = any(name.lower() in _CREDENTIAL_HEADERS and _REPLACED.search(value) for name, value in headers)
        if is_sent and each.host and not each.is_static and party.includes(each.host):
            yield each.host


def _still_valid(artifacts: Sequence[RedactedArtifact], now: datetime | None) -> Iterator[str]:
    """Tokens that state their own end: the latest end counts, and only when it lies behind what was recorded."""
    latest = 0
    for artifact in artifacts:
        listed = artifact.facts.get("live_credentials") or ()
        ends = [each.get("expires_at") for each in listed if isinstance(each, Mapping) and each.get("kind") in _TOKENS]
        since = max(_epoch(artifact.facts.get("last")), now.timestamp() if now else 0)
        latest = max([latest, *(each for each in ends if isinstance(each, int) and each > since)])
    if latest:
        until = datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%d %H:%M UTC")
        yield (
            f"An access token in it states that it is valid until {until}. If signing out does not end it, please ask "
            "your administrator to revoke it."
        )


def _passwords(artifacts: Sequence[RedactedArtifact]) -> Iterator[str]:
    if places := _places(artifacts, lambda entity, rule: entity == "password"):
        yield f"Please change the password that stood in {_listed(places)}."


def _keys(artifacts: Sequence[RedactedArtifact]) -> Iterator[str]:
    vendors = {rule.id: rule.vendor for rule in load_rules("secrets") if rule.vendor not in _GENERIC_VENDORS}
    seen = {vendors[rule] for each in artifacts for _, rule, _ in _tally(each) if rule in vendors}
    for vendor in sorted(seen):
        where = _places(artifacts, lambda entity, rule, vendor=vendor: vendors.get(rule) == vendor)
        yield f"Please replace the {vendor} credential that stood in {_listed(where)}, and revoke the old one."
    places = set(_places(artifacts, lambda entity, rule: entity == "key" and rule not in {*vendors, "learned"}))
    if any(_has_key_header(each) for each in artifacts if each.kind == "har"):
        places.add(_PLACES["har"])
    if places:
        yield f"Please replace the API key that stood in {_listed(sorted(places))}, and revoke the old one."


def _has_key_header(har: RedactedArtifact) -> bool:
    """A header such as `X-Api-Key` is a secret like any other to the redactor; the customer knows it as a key."""
    return any(
        "apikey" in name.lower().replace("-", "") and _REPLACED.search(value)
        for each in exchanges_of(har.json())
        for name, value in each.request_headers
    )


def _places(artifacts: Sequence[RedactedArtifact], counts: Any) -> list[str]:
    """The kinds of things the customer sent, in their words."""
    found = [
        _PLACES.get(each.kind, "what you sent")
        for each in artifacts
        if any(count and counts(entity, rule) for entity, rule, count in _tally(each))
    ]
    return sorted(set(found))


def _tally(artifact: RedactedArtifact) -> Iterator[tuple[str, str, int]]:
    for name, count in artifact.tally.items():
        entity, _, rule = name.partition("/")
        yield entity, rule, count


def _epoch(time: Any) -> float:
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError:
        return 0
    return moment.timestamp() if moment.tzinfo else 0


def _listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
