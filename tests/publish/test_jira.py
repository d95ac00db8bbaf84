"""Filing in Jira happens exactly once, whatever the network does."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import AuthenticationError, DiagpackError, RemoteError, UsageError
from diagpack.model.package import PublishContext, Receipt, VerifiedPackage
from diagpack.publish.jira import PUBLISHER
from diagpack.sign.delivery import sign_delivery, verify_delivery
from tests.support.fake_jira import TOKEN, FakeJira, running
from tests.support.packages import SIGNER, verified_package


class Killed(BaseException):
    """The process dies here."""


class MemoryJournal:
    """A journal whose write number `dies_at` never happens."""

    def __init__(self, dies_at: int = 0) -> None:
        self.values: dict[str, Mapping[str, Any]] = {}
        self.writes = 0
        self.dies_at = dies_at

    def get(self, name: str) -> Mapping[str, Any] | None:
        return self.values.get(name)

    def put(self, name: str, value: Mapping[str, Any]) -> None:
        self.writes += 1
        if self.writes == self.dies_at:
            raise Killed
        self.values[name] = dict(value)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def jira(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeJira]:
    monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", TOKEN)
    monkeypatch.setenv("DIAGPACK_JIRA_EMAIL", "analyst@example.com")
    with running(FakeJira()) as server:
        yield server
    assert server.violations == []


@pytest.fixture
def package() -> VerifiedPackage:
    return verified_package()


def publish(
    jira: FakeJira,
    package: VerifiedPackage,
    journal: MemoryJournal,
    clock: Clock | None = None,
    said: list[str] | None = None,
    dry_run: bool = False,
    **settings: Any,
) -> Receipt:
    clock = clock or Clock()
    context = PublishContext(
        journal=journal,
        settings={"site": jira.url, "project": "ENG", "issue_type": "bug", **settings},
        out_dir=Path("out"),
        say=(said if said is not None else []).append,
        sleep=clock.sleep,
        clock=clock,
        sign_delivery=lambda key: sign_delivery(key, package.id, package.sha256, SIGNER),
        is_dry_run=dry_run,
    )
    return PUBLISHER.publish(package, context)


def check_filed_once(jira: FakeJira, package: VerifiedPackage) -> None:
    (issue,) = jira.issues.values()
    names = [each["filename"] for each in issue.attachments]
    assert len(names) == len(set(names)) == 2
    stored = next(each for each in issue.attachments if each["filename"].endswith(".zip"))
    assert stored["sha256"] == hashlib.sha256(package.content).hexdigest()
    assert issue.properties["diagpack"]["state"] == "done"


def test_one_issue_with_the_package_its_delivery_statement_and_the_severity(
    jira: FakeJira, package: VerifiedPackage
) -> None:
    receipt = publish(jira, package, MemoryJournal())

    check_filed_once(jira, package)
    (issue,) = jira.issues.values()
    assert receipt.key == issue.key == "ENG-1"
    assert receipt.url == f"{jira.url}/browse/ENG-1"
    assert issue.fields["customfield_10050"] == {"id": "2"}
    assert "diagpack" in issue.fields["labels"]
    assert "sso-saml" in issue.fields["labels"]


def test_the_delivery_statement_ties_the_key_to_the_bytes(jira: FakeJira, package: VerifiedPackage) -> None:
    publish(jira, package, MemoryJournal())

    statement = verify_delivery(sign_delivery("ENG-1", package.id, package.sha256, SIGNER))
    assert (statement.issue, statement.zip_sha256) == ("ENG-1", package.sha256)


def test_submitting_again_changes_nothing(jira: FakeJira, package: VerifiedPackage) -> None:
    journal = MemoryJournal()
    first = publish(jira, package, journal)
    second = publish(jira, package, journal)

    assert first.key == second.key
    check_filed_once(jira, package)
    assert jira.count(r"POST .*/attachments") == 2


def test_a_lost_journal_finds_the_issue_by_its_label(jira: FakeJira, package: VerifiedPackage) -> None:
    publish(jira, package, MemoryJournal())
    publish(jira, package, MemoryJournal())

    check_filed_once(jira, package)


@pytest.mark.parametrize(
    "faults",
    [
        [(r"POST .*/issue", "429")] * 3,
        [(r"POST .*/issue", "drop")],
        [(r"POST .*/issue", "502")],
        [(r"POST .*/issue", "503")],
        [(r"POST .*/attachments", "drop")],
        [(r"POST .*/attachments", "429"), (r"PUT .*/properties/.*", "502")],
        [(r"POST .*/search/jql", "503"), (r"GET .*/myself", "502")],
    ],
    ids=[
        "429x3",
        "drop after create",
        "502 after create",
        "503 before create",
        "drop after upload",
        "429+502",
        "reads",
    ],
)
def test_faults_end_in_one_issue(jira: FakeJira, package: VerifiedPackage, faults: list[tuple[str, str]]) -> None:
    jira.faults = list(faults)
    journal, clock = MemoryJournal(), Clock()

    told: list[str] = []
    for _ in range(3):
        try:
            publish(jira, package, journal, clock)
            break
        except RemoteError as problem:
            told.append(problem.id)
            clock.sleep(130)

    check_filed_once(jira, package)
    assert set(told) <= {"DP585"}


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_a_process_killed_at_any_journal_write_is_resumed(
    jira: FakeJira, package: VerifiedPackage, dies_at: int
) -> None:
    journal, clock = MemoryJournal(dies_at), Clock()
    with pytest.raises(Killed):
        publish(jira, package, journal, clock)

    publish(jira, package, journal, clock)

    check_filed_once(jira, package)


def test_an_index_that_lags_is_waited_for(jira: FakeJira, package: VerifiedPackage) -> None:
    jira.faults = [(r"POST .*/issue", "drop")]
    jira.index_delay = 0.3
    clock = Clock()
    real_sleep = clock.sleep

    def sleep(seconds: float) -> None:
        real_sleep(seconds)
        time.sleep(0.05)

    clock.sleep = sleep  # type: ignore[method-assign]
    publish(jira, package, MemoryJournal(), clock)

    check_filed_once(jira, package)


def test_while_the_outcome_is_unknown_nothing_is_sent_again(jira: FakeJira, package: VerifiedPackage) -> None:
    jira.faults = [(r"POST .*/issue", "drop")]
    jira.index_delay = 3600
    journal, clock = MemoryJournal(), Clock()

    with pytest.raises(RemoteError) as caught:
        publish(jira, package, journal, clock)

    assert caught.value.id == "DP585"
    assert caught.value.exit_code == 7
    assert jira.count(r"POST .*/issue") == 1
    assert next(iter(journal.values.values()))["state"] == "creating"


def test_wrong_credentials_are_exit_4_and_the_token_is_not_shown(
    jira: FakeJira, package: VerifiedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira.faults = [(r"GET .*/serverInfo", "captcha")]
    with pytest.raises(AuthenticationError) as refused:
        publish(jira, package, MemoryJournal())
    monkeypatch.delenv("DIAGPACK_JIRA_TOKEN")
    with pytest.raises(AuthenticationError) as absent:
        publish(jira, package, MemoryJournal())

    assert jira.count(r"GET .*/serverInfo") == 1
    assert refused.value.exit_code == absent.value.exit_code == 4
    assert TOKEN not in str(refused.value) + repr(refused.value)


@pytest.mark.parametrize(
    ("change", "id"),
    [({"upload_limit": 100}, "DP508"), ({"denied": ("CREATE_ISSUES",)}, "DP507")],
)
def test_what_would_fail_later_is_refused_before_the_issue_exists(
    jira: FakeJira, package: VerifiedPackage, change: dict[str, Any], id: str
) -> None:
    for name, value in change.items():
        setattr(jira, name, value)

    with pytest.raises(DiagpackError) as caught:
        publish(jira, package, MemoryJournal())

    assert caught.value.id == id
    assert jira.issues == {}


def test_a_wrong_issue_type_names_the_right_ones(jira: FakeJira, package: VerifiedPackage) -> None:
    with pytest.raises(UsageError) as caught:
        publish(jira, package, MemoryJournal(), issue_type="Escalation")

    assert "Bug, Task" in caught.value.hint


def test_a_description_the_site_finds_too_long_is_sent_short(jira: FakeJira) -> None:
    jira.max_description = 1000

    publish(jira, verified_package(text="x" * 5000), MemoryJournal())

    (issue,) = jira.issues.values()
    assert "did not fit" in json.dumps(issue.fields["description"])


def test_without_labels_on_the_screen_the_property_finds_the_issue(jira: FakeJira, package: VerifiedPackage) -> None:
    jira.has_labels = False
    said: list[str] = []
    publish(jira, package, MemoryJournal(), said=said)
    publish(jira, package, MemoryJournal(), said=said)

    check_filed_once(jira, package)
    assert any("labels" in each for each in said)


def test_two_issues_of_one_case_are_shown_and_neither_is_touched(jira: FakeJira, package: VerifiedPackage) -> None:
    publish(jira, package, MemoryJournal())
    jira.issues["ENG-2"] = jira.issues["ENG-1"].__class__(
        "ENG-2", dict(jira.issues["ENG-1"].fields), dict(jira.issues["ENG-1"].properties), 0.0
    )

    with pytest.raises(RemoteError, match="ENG-1, ENG-2") as caught:
        publish(jira, package, MemoryJournal())

    assert caught.value.id == "DP586"
    assert jira.issues["ENG-2"].attachments == []


def test_more_evidence_becomes_a_comment_and_one_more_attachment(jira: FakeJira, package: VerifiedPackage) -> None:
    journal = MemoryJournal()
    publish(jira, package, journal)
    publish(jira, verified_package(number=2), journal)

    (issue,) = jira.issues.values()
    assert len(issue.comments) == 1
    assert sum(each["filename"].endswith(".zip") for each in issue.attachments) == 2


def test_an_app_that_deletes_zips_is_noticed(jira: FakeJira, package: VerifiedPackage) -> None:
    jira.deletes_zips = True

    with pytest.raises(RemoteError, match=r"attach|disappeared"):
        publish(jira, package, MemoryJournal())


def test_a_ticket_with_the_same_signature_is_named_before_filing(jira: FakeJira) -> None:
    said: list[str] = []
    publish(jira, verified_package("CS-7", labels=("dp1-0123456789ab",)), MemoryJournal())
    publish(jira, verified_package("CS-8", labels=("dp1-0123456789ab",)), MemoryJournal(), said=said)
    publish(jira, verified_package("CS-9", labels=("dp1-ffffffffffff",)), MemoryJournal(), said=said)

    assert [each for each in said if "same signature" in each] == ["the same signature (dp1:0123456789ab) is on ENG-1"]
    assert len(jira.issues) == 3


def test_a_dry_run_sends_only_reads(jira: FakeJira, package: VerifiedPackage) -> None:
    said: list[str] = []
    publish(jira, package, MemoryJournal(), said=said, dry_run=True)

    assert jira.issues == {}
    assert all(method == "GET" or path.endswith("/search/jql") for method, path in jira.log)
    assert any("would create" in each for each in said)


def test_data_center_gets_wiki_markup_over_v2(
    jira: FakeJira, package: VerifiedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira.is_cloud = False
    monkeypatch.delenv("DIAGPACK_JIRA_EMAIL")

    publish(jira, package, MemoryJournal())

    check_filed_once(jira, package)
    (issue,) = jira.issues.values()
    assert issue.fields["description"] == "h1. ticket\n"
    assert not any(path.startswith("/rest/api/3") for _, path in jira.log)


def test_plain_http_to_another_machine_is_refused(package: VerifiedPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", TOKEN)
    server = FakeJira(url="http://jira.example.com")

    with pytest.raises(UsageError, match="https"):
        publish(server, package, MemoryJournal())
