"""Lifts the findings of the SSO collector to findings of the case.

Enters: redacted artifacts `saml` and `oidc`. Leaves: one Finding each, citing the place in the summary and, where the
message came from a HAR, the exchange.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, Rule, RuleInfo
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry, Pointer, Whole
from diagpack.model.sso_vocabulary import vocabulary

# What explains a failed login comes before what only shows it.
_CAUSES = (
    "saml.status.",
    "saml.expired",
    "saml.not_yet_valid",
    "saml.clock_skew",
    "saml.wrong_cert",
    "saml.bad_",
    "saml.xsw_suspect",
    "saml.dtd",
    "saml.cookie_lost",
    "oidc.error",
    "oidc.redirect_uri_mismatch",
    "oidc.cookie_samesite",
    "oidc.pkce_mismatch",
)
_SYMPTOMS = ("saml.acs_", "saml.loop", "oidc.loop", "saml.capture_", "saml.weak_alg", "saml.only_", "saml.no_keyinfo")


class SsoFindings:
    """One finding of the collector becomes one finding of the case."""

    @property
    def info(self) -> RuleInfo:
        return RuleInfo(
            id="sso-findings",
            title="What is wrong with the SAML messages and tokens",
            explanation="Facts that need the raw message (signatures, digests, wrapping, claims) are computed when it "
            "is collected, judged at the time of the login; this rule lifts them out of the redacted summary.",
            findings={id: entry.title for id, entry in vocabulary().items()},
            source="SAML 2.0 Core, Bindings and Profiles; OpenID Connect Core 1.0",
        )

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for artifact in evidence.of_kind("saml", "oidc"):
            document = evidence.json(artifact)
            if not isinstance(document, Mapping):
                continue
            har = document.get("har")
            for written in document.get("findings", ()):
                if isinstance(written, Mapping):
                    yield _lifted(artifact, written, har if isinstance(har, str) else "", evidence)


def _lifted(artifact: RedactedArtifact, written: Mapping[str, Any], har: str, evidence: EvidenceSet) -> Finding:
    id = str(written.get("id", ""))
    title, said = str(written.get("title", "")), str(written.get("evidence", ""))
    return Finding(
        id=id,
        level=_level(written.get("level")),
        certainty=_certainty(written.get("certainty")),
        statement=f"{title}: {said}" if title and said else title or said,
        refs=tuple(_refs(artifact, written, har, evidence)),
        means=str(written.get("means", "")),
        ask=str(written.get("ask", "")),
        source=str(written.get("source", "")),
        rank=_rank(id),
        data={"detail": written["detail"]} if isinstance(written.get("detail"), Mapping) else {},
    )


def _refs(
    artifact: RedactedArtifact, written: Mapping[str, Any], har: str, evidence: EvidenceSet
) -> Iterator[EvidenceRef]:
    entry = written.get("har_entry")
    if har and isinstance(entry, int) and evidence.get(har) is not None:
        yield EvidenceRef(ArtifactId(har), HarEntry(entry))
    ref = written.get("ref")
    yield EvidenceRef(artifact.id, Pointer(ref) if isinstance(ref, str) and ref.startswith("/") else Whole())


def _level(value: object) -> Level:
    return next((each for each in Level if each.value == value), Level.INFO)


def _certainty(value: object) -> Certainty:
    return next((each for each in Certainty if each.value == value), Certainty.HINT)


def _rank(id: str) -> int:
    if id.startswith(_SYMPTOMS):
        return 60
    return 20 if id.startswith(_CAUSES) else 50


RULE: Final[Rule] = SsoFindings()
