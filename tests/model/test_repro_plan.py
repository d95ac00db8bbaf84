"""The plan holds what the failing call rests on, and ends with it."""

from pathlib import Path

from diagpack.model.repro_plan import plan_entry, plan_of
from tests.har_fixtures import evidence_of, har, har_entry

CSRF = "dp-token-k3f9q2m7ab4t"


def test_the_page_and_the_call_that_gave_the_token_come_first(tmp_path: Path) -> None:
    page = "https://app.example.com/orders"
    entries = [
        har_entry("https://app.example.com/unrelated"),
        har_entry(page, kind="document", body="<html></html>", mime="text/html"),
        har_entry("https://app.example.com/api/csrf", body=f'{{"csrf":"{CSRF}"}}'),
        har_entry("https://app.example.com/x.png", kind="image"),
        har_entry(
            method="POST",
            post="{}",
            status=500,
            request_headers={"referer": page, "x-csrf-token": CSRF, "cookie": "a=b"},
        ),
    ]

    plan = plan_of(evidence_of(tmp_path, har(*entries), hosts=["app.example.com"]))

    assert plan is not None
    assert [each.index for each in plan.steps] == [1, 2, 4]
    assert plan.single.index == 4
    assert [each.name for each in plan.variables] == ["DP_CSRF_1"]


def test_nothing_failed_no_plan(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, har(har_entry()))

    assert plan_of(evidence) is None
    assert plan_entry(evidence, "har-1", 0) is not None
    assert plan_entry(evidence, "har-1", 9) is None


def test_a_case_without_hosts_says_why_no_secret_has_a_variable(tmp_path: Path) -> None:
    plan = plan_of(evidence_of(tmp_path, har(har_entry(status=500))))

    assert plan is not None
    assert "environment.hosts" in plan.notes[0]
