"""A filed package is taken back: on the issue, in the journal, and for everybody who has the notice."""

import json
from pathlib import Path

import pytest

from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.pipeline.cases import latest_package
from diagpack.pipeline.delivery import Request, submit
from diagpack.pipeline.recall import recall
from diagpack.pipeline.settings import Settings
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verdict, verify
from tests.pipeline.test_delivery import case, jira, made, say
from tests.support.fake_jira import FakeJira

__all__ = ["case", "jira", "made"]
REASON = "the name of Jo Doe (jo.doe@customer.example) was left in"


def test_a_recalled_package_is_gone_from_the_issue_and_refused_by_verify(
    case: tuple[CaseDir, Settings], jira: FakeJira
) -> None:
    folder, settings = case
    submit(folder, settings, Request("jira", force=True, reason="r"), say)

    done = recall(folder, settings, REASON, say)

    (issue,) = jira.issues.values()
    assert not [each for each in issue.attachments if each["filename"].endswith(".zip")]
    assert (done.key, done.open_points) == ("ENG-1", ())
    trust = Trust.from_lines([(settings.signer.principal, settings.signer.public_line)])
    outcome = verify(latest_package(folder).read_bytes(), trust, recall=done.notice.read_bytes())
    assert outcome.verdict is Verdict.INVALID
    assert "recall" in folder.audit.read_text()


def test_the_reason_is_redacted_wherever_it_leaves(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    submit(folder, settings, Request("jira", force=True, reason="r"), say)

    done = recall(folder, settings, REASON, say)

    (issue,) = jira.issues.values()
    for text in (json.dumps(issue.comments), done.notice.read_text()):
        assert "was left in" in text
        assert "Jo Doe" not in text
        assert "jo.doe@customer.example" not in text


def test_the_same_bytes_are_never_filed_again(case: tuple[CaseDir, Settings], jira: FakeJira, tmp_path: Path) -> None:
    folder, settings = case
    submit(folder, settings, Request("jira", force=True, reason="r"), say)
    recall(folder, settings, REASON, say)

    for request in (Request("jira", force=True, reason="r"), Request("folder", to=tmp_path / "to")):
        with pytest.raises(UsageError, match="recalled"):
            submit(folder, settings, request, say)


def test_twice_gives_the_same_notice_and_one_comment(case: tuple[CaseDir, Settings], jira: FakeJira) -> None:
    folder, settings = case
    submit(folder, settings, Request("jira", force=True, reason="r"), say)

    first = recall(folder, settings, REASON, say).notice.read_bytes()
    second = recall(folder, settings, REASON, say).notice.read_bytes()

    (issue,) = jira.issues.values()
    assert first == second
    assert len(issue.comments) == 1


def test_a_package_in_a_folder_gets_a_notice_to_hand_on(case: tuple[CaseDir, Settings], tmp_path: Path) -> None:
    folder, settings = case
    submit(folder, settings, Request("folder", to=tmp_path / "to"), say)

    done = recall(folder, settings, REASON, say)

    assert done.notice.is_file()
    assert "give the notice" in done.open_points[0]


@pytest.mark.parametrize("package", ["", "CS-9-esc1"])
def test_nothing_filed_is_nothing_to_recall(case: tuple[CaseDir, Settings], package: str) -> None:
    with pytest.raises(UsageError) as caught:
        recall(case[0], case[1], REASON, say, package_id=package)

    assert caught.value.id == "DP514"
