import pytest

from diagpack.assess.checklists import load_checklists
from diagpack.assess.run import make_scene
from diagpack.assess.topic import choose_checklist
from diagpack.errors import UsageError
from diagpack.model.redacted import RedactedArtifact
from tests.support.evidence import api, evidence, har, har_entry, log, log_record, make_artifact, sso

CHECKLISTS = load_checklists()
APP = "https://app.example.com"


def chosen(*artifacts: RedactedArtifact, named: str = "") -> tuple[str, str]:
    scene = make_scene({"environment": {"hosts": ["app.example.com"]}}, evidence(*artifacts), (), {})
    checklist, reason = choose_checklist(named, scene, CHECKLISTS)
    return checklist.id, reason


@pytest.mark.parametrize(
    ("artifacts", "topic"),
    [
        ([sso([{"kind": "Response"}])], "sso-saml"),
        ([sso([{"kind": "id_token"}], kind="oidc")], "sso-oidc"),
        ([har([har_entry(0, f"{APP}/scim/v2/Users", status=409)])], "scim"),
        ([har([har_entry(0, f"{APP}/api/x", status=500, resource="xhr")])], "api-failure"),
        ([api([{"request": {"url": f"{APP}/v1"}, "response": {"status": 400}}])], "api-failure"),
        ([log([log_record(1, "webhook delivery failed")])], "webhook"),
        ([har([har_entry(0, f"{APP}/report", time=9000.0)])], "performance"),
        ([har([har_entry(0, f"{APP}/", status=407)])], "connectivity-tls-proxy"),
        (
            [har([har_entry(0, f"{APP}/", status=0, _error="net::ERR_CERT_AUTHORITY_INVALID")])],
            "connectivity-tls-proxy",
        ),
        ([log([log_record(1, "smtp: 550 rejected, spf=fail")])], "email-delivery"),
        ([har([har_entry(0, f"{APP}/import/jobs", method="POST", status=400)])], "import-export"),
        ([make_artifact("console", [log_record(1, "Uncaught TypeError", level="error")])], "ui-error"),
    ],
)
def test_the_topic_follows_the_evidence_and_says_why(artifacts: list[RedactedArtifact], topic: str) -> None:
    found, reason = chosen(*artifacts)

    assert found == topic
    assert "points" in reason


def test_a_named_checklist_wins() -> None:
    assert chosen(sso([{}]), named="webhook") == ("webhook", "named in the case")


def test_without_a_clue_the_shared_checklist_is_used() -> None:
    assert chosen() == ("base", "nothing in the evidence points to a topic")


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="does not exist") as caught:
        chosen(named="canary-name")

    assert caught.value.id == "DP300"
    assert "sso-saml" in caught.value.hint
    assert "canary" not in str(caught.value)
