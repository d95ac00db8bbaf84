"""Findings of the SSO collector become findings of the case, with citations that lead somewhere."""

from pathlib import Path

from diagpack.analyze.sso_findings import RULE
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Level
from tests.analyze.sso_evidence import artifact, har_artifact, saml_artifact


def written(**changes: object) -> dict[str, object]:
    return {
        "id": "saml.expired",
        "level": "error",
        "certainty": "proven",
        "title": "The assertion had expired",
        "evidence": "NotOnOrAfter passed 60 s before the event",
        "means": "Too late.",
        "ask": "Is NTP on?",
        "source": "SAML 2.0 Core",
        "ref": "/messages/0/conditions",
        **changes,
    }


def test_a_finding_is_lifted_with_both_citations(tmp_path: Path) -> None:
    har = har_artifact(tmp_path)
    evidence = EvidenceSet([har, saml_artifact(tmp_path, [written(har_entry=3)], har="har-1")])

    found = list(RULE.check(evidence))

    assert [(each.id, each.level, each.certainty) for each in found] == [
        ("saml.expired", Level.ERROR, Certainty.PROVEN)
    ]
    assert [str(ref) for ref in found[0].refs] == ["[har-1 #3]", "[saml-1 /messages/0/conditions]"]
    assert all(evidence.resolve(ref) is not None for ref in found[0].refs)
    assert found[0].statement == "The assertion had expired: NotOnOrAfter passed 60 s before the event"


def test_without_the_har_only_the_summary_is_cited(tmp_path: Path) -> None:
    evidence = EvidenceSet([saml_artifact(tmp_path, [written(har_entry=3)], har="har-9")])

    assert [str(ref) for ref in next(iter(RULE.check(evidence))).refs] == ["[saml-1 /messages/0/conditions]"]


def test_a_summary_of_another_shape_gives_nothing_or_a_hint(tmp_path: Path) -> None:
    evidence = EvidenceSet(
        [
            artifact(tmp_path, "saml-1", "saml", []),
            artifact(tmp_path, "oidc-1", "oidc", {"findings": [7, written(level="x", certainty="x", ref=5)]}),
        ]
    )

    found = list(RULE.check(evidence))

    assert [(each.level, each.certainty, str(each.refs[0])) for each in found] == [
        (Level.INFO, Certainty.HINT, "[oidc-1]")
    ]


def test_causes_come_before_symptoms(tmp_path: Path) -> None:
    rows = [written(id="saml.acs_500"), written(id="saml.no_attributes"), written(id="saml.expired")]

    found = list(RULE.check(EvidenceSet([saml_artifact(tmp_path, rows)])))

    assert [each.id for each in sorted(found, key=lambda each: each.rank)] == [
        "saml.expired",
        "saml.no_attributes",
        "saml.acs_500",
    ]


def test_every_id_the_collector_knows_is_explained() -> None:
    assert len(RULE.info.findings) > 150
