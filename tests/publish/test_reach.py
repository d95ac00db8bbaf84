"""doctor --online asks, and says what it heard."""

import pytest

from diagpack.publish.reach import reach
from tests.support.fake_jira import FakeJira, running


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", "canary-token")
    monkeypatch.setenv("DIAGPACK_JIRA_EMAIL", "analyst@example.com")


def test_a_jira_that_answers_is_named_with_its_kind() -> None:
    with running(FakeJira()) as jira:
        ok, detail = reach({"site": jira.url, "project": "ENG"})

    assert ok
    assert "Cloud" in detail
    assert all(method == "GET" for method, _ in jira.log)


def test_a_jira_that_does_not_answer_is_one_sentence() -> None:
    ok, detail = reach({"site": "http://127.0.0.1:9", "project": "ENG"})

    assert not ok
    assert "canary" not in detail
