"""One problem, one story: which findings stand for themselves, and which only show the same from another side.

Enters: sorted findings. Leaves: the same findings as chapters, each a primary one with what belongs to it, so that a
reader meets one statement a problem; nothing is lost, and the order is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from diagpack.model.failure import Kind
from diagpack.model.finding import Finding, Level
from diagpack.model.ref import EvidenceRef, Whole

# Findings of one family are one cause seen from several sides; the first in order tells it.
_FAMILIES: Final = {
    "clock": (
        "sso.clock_confirmed", "saml.clock_skew", "saml.expired", "saml.not_yet_valid", "saml.sc_expired",
        "saml.session_expired", "oidc.expired", "oidc.nbf", "oidc.iat_future", "har.clock_skew", "clock.*", "har.skew",
    ),
    "cookie": (
        "sso.loop_by_cookie", "saml.loop", "oidc.loop", "saml.cookie_lost", "oidc.cookie_samesite", "har.redirect_loop",
    ),
    "certificate": (
        "saml.wrong_cert", "saml.sig_invalid", "saml.cert_expired", "saml.cert_not_yet_valid", "oidc.sig_invalid",
        "oidc.kid_unknown",
    ),
    "address": ("saml.bad_destination", "saml.bad_recipient", "saml.destination_recipient_disagree"),
}  # fmt: skip
# Findings that only show that something failed: they belong to a cause at the same place.
_EFFECTS: Final = (
    *map(str, Kind), "sso.acs_failed", "saml.acs_*", "saml.idp_error_page", "ids.joined", "log.error-joined",
    "log.first-error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chapter:
    """One finding and what belongs to it: its consequences, and other witnesses of the same event."""

    primary: Finding
    others: tuple[Finding, ...] = ()


def chapters(findings: Sequence[Finding]) -> tuple[Chapter, ...]:
    """Primary findings in order, each with what belongs to it. Linear in the number of findings and citations."""
    told: list[list[Finding]] = []
    families: dict[str, int] = {}
    places: dict[EvidenceRef, int] = {}
    for each in findings:
        at = _chapter_of(each, families, places)
        if at is None:
            at = len(told)
            told.append([])
            families.setdefault(_family(each.id), at)
        told[at].append(each)
        if told[at][0].level is not Level.INFO:
            for place in _places(each):
                places.setdefault(place, at)
    return tuple(Chapter(each[0], tuple(each[1:])) for each in _tied(told))


def _chapter_of(each: Finding, families: Mapping[str, int], places: Mapping[EvidenceRef, int]) -> int | None:
    """The chapter of the same family, or for an effect the first one that names its place."""
    family = _family(each.id)
    if family and family in families:
        return families[family]
    if not _is_effect(each):
        return None
    return min((places[place] for place in _places(each) if place in places), default=None)


def _tied(told: Sequence[list[Finding]]) -> list[list[Finding]]:
    """A later finding may tie an earlier one to the same event: a log record that carries the failing call's ID."""
    kept: list[list[Finding]] = []
    first: dict[EvidenceRef, list[Finding]] = {}
    for chapter in told:
        own = [place for each in chapter for place in _places(each)]
        earlier = next((first[place] for place in own if place in first), None) if _is_effect(chapter[0]) else None
        if earlier is None:
            kept.append(chapter)
            earlier = chapter
        else:
            earlier += chapter
        if earlier[0].level is not Level.INFO:
            for place in own:
                first.setdefault(place, earlier)
    return kept


def _places(finding: Finding) -> Iterator[EvidenceRef]:
    """Exact places; a whole artifact is none."""
    yield from (ref for ref in finding.refs if not isinstance(ref.place, Whole))


def explains(findings: Sequence[Finding]) -> Finding | None:
    """The first finding that tells why something failed, rather than that it did; None when there is none."""
    grave = (each.primary for each in chapters(findings) if each.primary.level is not Level.INFO)
    return next((each for each in grave if not _shows_only(each.id)), None)


def _is_effect(finding: Finding) -> bool:
    """Whether it only shows a failure. What went well in general is a statement of its own, wherever it stands."""
    return _shows_only(finding.id) and finding.data.get("is_failing", True) is not False


@lru_cache(maxsize=2_000)
def _family(id: str) -> str:
    return next((name for name, ids in _FAMILIES.items() if any(fnmatchcase(id, each) for each in ids)), "")


@lru_cache(maxsize=2_000)
def _shows_only(id: str) -> bool:
    return any(fnmatchcase(id, each) for each in _EFFECTS)
