from typing import Any

import pytest

from diagpack.assess.conditions import Scene
from diagpack.assess.impact import derived_inputs, impact_sentences, is_error, own_calls, what_works
from diagpack.assess.run import make_scene
from diagpack.model.redacted import RedactedArtifact
from tests.support.evidence import api, case_artifact, evidence, har, har_entry, log, log_record

APP = "https://app.example.com"


def scene(*artifacts: RedactedArtifact, **answers: Any) -> Scene:
    case = {"id": "CS-1", "environment": {"hosts": ["app.example.com"]}, "answers": answers}
    return make_scene(case, evidence(*artifacts, case_artifact(case)), (), {})


def capture() -> RedactedArtifact:
    return har(
        [
            har_entry(0, f"{APP}/api/a"),
            har_entry(1, f"{APP}/api/b", status=500),
            har_entry(2, f"{APP}/logo.png", mime="image/png", status=404),
            har_entry(3, "https://stats.example.org/", status=500),
            har_entry(4, f"{APP}/api/c"),
            har_entry(5, f"{APP}/api/d"),
        ]
    )


def server_log() -> RedactedArtifact:
    texts = ["tenant=t-1 user k3f9q2m7ab4t@dp.invalid", "tenant=t-2 user dp-user-aaaaabbbbbcc", "tenant_id: t-1"]
    return log(
        [log_record(each + 1, text, level="error") for each, text in enumerate(texts)] + [log_record(9, "tenant=t-9")]
    )


def test_the_share_of_failing_calls_counts_the_products_own_calls_only() -> None:
    given = scene(capture())

    assert len(own_calls(given.exchanges)) == 4
    assert derived_inputs(given)["failing_share"] == (0.25, (given.exchanges[1].ref,))
    assert derived_inputs(given)["function"][0] == "degraded"


def test_a_failing_page_or_post_means_that_the_function_is_lost() -> None:
    assert derived_inputs(scene(har([har_entry(0, f"{APP}/x", method="POST", status=500)])))["function"][0] == "lost"


def test_users_and_tenants_are_counted_as_pseudonyms_in_failing_records() -> None:
    found = derived_inputs(scene(server_log()))

    assert (found["users"][0], found["tenants"][0]) == (2, 2)
    assert [str(each) for each in found["users"][1]] == ["[log-1 L1]", "[log-1 L2]"]


def test_the_stated_impact_comes_first_and_what_was_counted_is_proposed() -> None:
    found = impact_sentences(scene(capture(), server_log(), impact="40 users cannot pay."))

    assert [each.text for each in found] == [
        "40 users cannot pay.",
        "1 of 4 calls to the product failed (25%).",
        "2 users in the failing log records.",
        "2 tenants in the failing log records.",
    ]
    assert [each.is_proposed for each in found] == [False, False, True, True]
    assert all(each.refs for each in found)


def test_what_works_stands_against_what_fails() -> None:
    found = what_works(scene(capture(), works_on="Version 4.1.9 works."))

    assert found[0].text == "Version 4.1.9 works."
    assert found[1].text == "3 other calls to app.example.com succeeded, for example GET /api/a with 200."


def test_our_own_replays_are_not_the_customers_calls() -> None:
    replay = {"request": {"url": f"{APP}/api"}, "response": {"status": 500}, "run": 1}

    assert derived_inputs(scene(api([replay]))) == {}


@pytest.mark.parametrize(
    ("level", "is_so"), [("ERROR", True), ("fatal", True), ("warn", False), (None, False), (3, False)]
)
def test_levels_of_any_spelling_are_understood(level: Any, is_so: bool) -> None:
    assert is_error(level) is is_so
