"""Messages and HAR together: two witnesses, one statement, both cited."""

from pathlib import Path
from typing import Any

import pytest

from diagpack.analyze.sso_flow import RULE
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding
from tests.analyze.sso_evidence import artifact, har_artifact, saml_artifact
from tests.har_fixtures import har_entry


def said(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "level": "error", "evidence": f"evidence of {id}", "ref": "/flow/3", "har_entry": 3, **more}


def checked(*artifacts: Any) -> list[Finding]:
    evidence = EvidenceSet(artifacts)
    found = list(RULE.check(evidence))
    assert all(evidence.resolve(ref) is not None for each in found for ref in each.refs)
    assert {each.id for each in found} <= set(RULE.info.findings)
    return found


def clocks(folder: Path, ahead: float, *others: str) -> Any:
    """A HAR whose browser is `ahead` seconds ahead of the product and of these other hosts; entry 3 is the ACS post."""
    hosts = ["app.example.com", "app.example.com", "app.example.com", "app.example.com", *others]
    entries = [{"_dpEntry": at, **call(at, ahead, host)} for at, host in enumerate(hosts)]
    return artifact(folder, "har-1", "har", {"log": {"entries": entries}})


def call(at: int, ahead: float, host: str) -> dict[str, Any]:
    return har_entry(f"https://{host}/{at}", seconds=at, skew=ahead)


def told(folder: Path, id: str, har: Any, seconds: int = 60) -> list[Finding]:
    case = artifact(folder, "case-1", "case", {"environment": {"hosts": ["app.example.com"]}})
    return checked(har, saml_artifact(folder, [said(id, detail={"seconds": seconds})], har="har-1"), case)


def test_an_expired_message_and_clocks_that_agree_against_the_browser_are_one_proven_statement(tmp_path: Path) -> None:
    found = told(tmp_path, "saml.expired", clocks(tmp_path, 420, "cdn.example.net"))

    assert [(each.id, each.certainty) for each in found] == [("sso.clock_confirmed", Certainty.PROVEN)]
    assert "the browser is 7 min ahead of app.example.com (4 Date headers) and cdn.example.net" in found[0].statement
    assert "360 s inside the validity" in found[0].means
    assert [str(ref) for ref in found[0].refs[:2]] == ["[har-1 #3]", "[saml-1 /flow/3]"]


def test_one_clock_against_one_is_said_to_be_open(tmp_path: Path) -> None:
    found = told(tmp_path, "saml.expired", clocks(tmp_path, 420))

    assert "cannot be told" in found[0].statement
    assert found[0].ask.startswith("Both sides:")


@pytest.mark.parametrize(("ahead", "id"), [(5, "saml.expired"), (420, "saml.bad_audience")])
def test_without_two_witnesses_nothing_is_said_about_clocks(tmp_path: Path, ahead: int, id: str) -> None:
    assert told(tmp_path, id, clocks(tmp_path, ahead, "cdn.example.net")) == []


def test_a_loop_and_a_lost_cookie_are_cause_and_effect(tmp_path: Path) -> None:
    found = checked(saml_artifact(tmp_path, [said("saml.loop"), said("saml.cookie_lost")]))

    assert [each.id for each in found] == ["sso.loop_by_cookie"]


def test_a_refusal_is_joined_with_the_faults_of_its_message(tmp_path: Path) -> None:
    rows = [said("saml.bad_audience"), said("saml.acs_500"), said("saml.expired", har_entry=9)]

    found = checked(har_artifact(tmp_path, 500), saml_artifact(tmp_path, rows, har="har-1"))

    assert [each.id for each in found] == ["sso.acs_failed"]
    assert "status 500" in found[0].statement
    assert "saml.bad_audience" in found[0].statement
    assert "saml.expired" not in found[0].statement


def test_a_refusal_of_a_faultless_message_points_to_the_service_provider(tmp_path: Path) -> None:
    found = checked(har_artifact(tmp_path, 500), saml_artifact(tmp_path, [], har="har-1"))

    assert "service provider's side" in found[0].means
    assert found[0].ask


def test_names_that_differ_only_in_case_are_named_so(tmp_path: Path) -> None:
    first = saml_artifact(tmp_path, [], name="dp-user-k3f9q2m7ab4t")
    same = saml_artifact(tmp_path, [], id="saml-2", name="dp-user-k3f9q2m7ab-xabc5u")

    assert [each.id for each in checked(first, same)] == ["sso.nameid_case"]


def test_another_name_is_a_change_and_a_transient_one_is_not(tmp_path: Path) -> None:
    first = saml_artifact(tmp_path, [], name="dp-user-aaaaaaaaaa22")
    other = saml_artifact(tmp_path, [], id="saml-2", name="dp-user-zzzzzzzzzz22")

    assert [each.id for each in checked(first, other)] == ["sso.nameid_changed"]

    form = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    first = saml_artifact(tmp_path, [], name="dp-user-aaaaaaaaaa22", form=form)
    other = saml_artifact(tmp_path, [], id="saml-2", name="dp-user-zzzzzzzzzz22", form=form)
    assert checked(first, other) == []
