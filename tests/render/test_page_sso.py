"""The sign-in flow."""

from diagpack.model.evidence import EvidenceSet
from diagpack.render._citations import Citations
from diagpack.render._exchanges import recorded
from diagpack.render._page_sso import LANES, Flow, sso_flow
from tests.render.escalations import escalation
from tests.support import evidence as support


def flow() -> Flow:
    evidence = escalation().evidence
    calls = recorded(evidence)
    found = sso_flow(evidence, calls, Citations(evidence), calls[7])
    assert found is not None
    return found


def test_the_steps_go_to_the_lane_of_their_host() -> None:
    lanes = {each.request: each.lane for each in flow().steps}

    assert flow().hosts == ("app.example.com", "idp.example.net")
    assert lanes["GET /sso/start"] == LANES[1]
    assert lanes["GET /saml2/sso"] == LANES[2]
    assert lanes["POST /sso/acs"] == LANES[1]


def test_messages_and_the_failure_are_named() -> None:
    by_request = {each.request: each for each in flow().steps}

    assert by_request["GET /sso/start"].message == "AuthnRequest"
    assert by_request["POST /sso/acs"].message == "Response"
    assert by_request["POST /api/v2/session"].is_failing
    assert by_request["POST /api/v2/session"].href == "#e-har-1-7"


def test_styles_scripts_and_icons_are_no_steps() -> None:
    assert not [each for each in flow().steps if "static" in each.request or "favicon" in each.request]


def test_without_a_sign_in_there_is_no_picture() -> None:
    evidence = EvidenceSet([support.har([support.har_entry(0, "https://a.test/login")])])

    assert sso_flow(evidence, recorded(evidence), Citations(evidence), None) is None


def test_odd_summaries_are_no_error() -> None:
    odd = support.make_artifact("saml", ["not", "an", "object"])
    evidence = EvidenceSet([odd, support.har([support.har_entry(0, "https://[bad/sso")])])

    assert sso_flow(evidence, recorded(evidence), Citations(evidence), None) is None
