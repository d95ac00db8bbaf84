"""The client knows what happened, or says that it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest

from diagpack.errors import RemoteError
from diagpack.publish._client import JiraClient, Rejected, UnknownOutcome
from diagpack.publish._settings import JiraSettings
from tests.support.fake_jira import FakeJira, running

ISSUE = r"POST .*/issue"


@pytest.fixture
def jira() -> Iterator[FakeJira]:
    with running(FakeJira()) as server:
        yield server


@contextmanager
def client(url: str, waits: list[float]) -> Iterator[JiraClient]:
    settings = JiraSettings(url, url, "ENG", "Bug", "analyst@example.com", "canary-token")
    with JiraClient(settings, sleep=waits.append) as one:
        yield one


def test_reads_are_tried_again_after_any_fault(jira: FakeJira) -> None:
    waits: list[float] = []
    jira.faults = [(r"GET .*/myself", "503"), (r"GET .*/myself", "drop"), (r"GET .*/myself", "429")]

    with client(jira.url, waits) as one:
        assert one.get("/myself") == {"accountId": "1"}

    assert len(waits) >= 3


@pytest.mark.parametrize("fault", ["drop", "502", "503"])
def test_a_create_of_unknown_outcome_is_never_sent_twice(jira: FakeJira, fault: str) -> None:
    jira.faults = [(ISSUE, fault)]

    with client(jira.url, []) as one, pytest.raises(UnknownOutcome):
        one.post("/issue", {"fields": {"description": ""}})

    assert jira.count(ISSUE) == 1


def test_a_server_that_is_not_there_is_not_an_unknown_outcome() -> None:
    waits: list[float] = []

    with client("http://127.0.0.1:9", waits) as one, pytest.raises(RemoteError) as caught:
        one.post("/issue", {})

    assert caught.value.id == "DP582"
    assert len(waits) == 5


def test_a_refusal_names_the_field(jira: FakeJira) -> None:
    jira.max_description = 1

    with client(jira.url, []) as one, pytest.raises(Rejected) as caught:
        one.post("/issue", {"fields": {"description": "long"}})

    assert caught.value.fields == ("description",)
    assert "canary" not in str(caught.value)


def test_an_upload_reads_its_file_again_after_a_rate_limit(jira: FakeJira) -> None:
    jira.faults = [(r"POST .*/attachments", "429")]
    with client(jira.url, []) as one:
        key = one.post("/issue", {"fields": {"description": ""}})["key"]
        one.attach(f"/issue/{key}/attachments", "a.zip", BytesIO(b"content"), "application/zip")

    assert jira.issues[key].attachments[0]["size"] == 7
