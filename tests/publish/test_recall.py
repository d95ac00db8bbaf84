"""A package that was filed is taken back on its issue, once, and what may not be done is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import RemoteError
from diagpack.model.package import PublishContext, RecallNotice
from diagpack.publish.jira import PUBLISHER, Jira
from tests.publish.test_jira import Clock, MemoryJournal, publish
from tests.support.fake_jira import FakeJira, running
from tests.support.packages import verified_package

PACKAGE = verified_package()
NOTICE = RecallNotice(PACKAGE.id, PACKAGE.sha256, "ENG-1", "a name was left in the log", b"{}")


@pytest.fixture(params=[True, False], ids=["cloud", "dc"])
def jira(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", "canary-jira-token")
    monkeypatch.setenv("DIAGPACK_JIRA_EMAIL", "analyst@example.com")
    with running(FakeJira(is_cloud=request.param)) as server:
        publish(server, PACKAGE, MemoryJournal())
        yield server
    assert server.violations == []


def recall(jira: FakeJira, said: list[str] | None = None) -> tuple[str, ...]:
    journal: Any = MemoryJournal()
    context = PublishContext(
        journal=journal,
        settings={"site": jira.url, "project": "ENG", "issue_type": "bug"},
        out_dir=Path("out"),
        say=(said if said is not None else []).append,
        sleep=Clock().sleep,
        clock=lambda: 0.0,
        sign_delivery=lambda key: b"",
    )
    assert isinstance(PUBLISHER, Jira)
    return PUBLISHER.recall(NOTICE, context)


def names(jira: FakeJira) -> list[str]:
    return sorted(each["filename"] for each in jira.issues["ENG-1"].attachments)


def test_the_zip_goes_and_notice_comment_and_label_stay(jira: FakeJira) -> None:
    assert recall(jira) == ()

    issue = jira.issues["ENG-1"]
    assert not [each for each in names(jira) if each.endswith(".zip")]
    assert [each for each in names(jira) if each.endswith(".recall.json")]
    assert "diagpack-recalled" in issue.fields["labels"]
    assert len(issue.comments) == 1
    assert "a name was left in the log" in str(issue.comments[0])
    assert PACKAGE.sha256 in str(issue.comments[0])


def test_a_second_run_changes_nothing(jira: FakeJira) -> None:
    recall(jira)
    before = names(jira)

    recall(jira)

    assert names(jira) == before
    assert len(jira.issues["ENG-1"].comments) == 1


def test_what_may_not_be_deleted_is_said(jira: FakeJira) -> None:
    jira.may_delete = False

    (problem,) = recall(jira)

    assert "ask an administrator" in problem
    assert [each for each in names(jira) if each.endswith(".zip")]


def test_without_labels_on_the_screen_the_rest_is_done(jira: FakeJira) -> None:
    jira.has_labels = False

    (problem,) = recall(jira)

    assert "could not be set" in problem
    assert not [each for each in names(jira) if each.endswith(".zip")]


@pytest.mark.parametrize("fault", ["POST .*/attachments", "DELETE .*", "PUT .*", "GET .*"])
def test_a_lost_answer_is_settled_by_looking_again(jira: FakeJira, fault: str) -> None:
    jira.faults.append((fault, "drop"))

    recall(jira)

    assert len([each for each in names(jira) if each.endswith(".recall.json")]) == 1
    assert not [each for each in names(jira) if each.endswith(".zip")]


def test_a_comment_of_unknown_outcome_ends_the_run_which_can_be_run_again(jira: FakeJira) -> None:
    jira.faults.append(("POST .*/comment", "drop"))

    with pytest.raises(RemoteError):
        recall(jira)

    recall(jira)
    assert not [each for each in names(jira) if each.endswith(".zip")]
