"""Before the issue exists, everything that can be refused is asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from diagpack.errors import UsageError
from diagpack.publish._client import JiraClient
from diagpack.publish._preflight import Plan, Ticket, preflight
from diagpack.publish._settings import JiraSettings
from tests.support.fake_jira import FakeJira, running
from tests.support.packages import adf

TICKET = Ticket("One\nline  only", ("two words",), adf(), "wiki", "S1")


@pytest.fixture
def jira() -> Iterator[FakeJira]:
    with running(FakeJira()) as server:
        yield server
    assert server.violations == []


def plan(jira: FakeJira, **changes: Any) -> Plan:
    values = {"project": "ENG", "issue_type": "Bug", "email": "a@example.com", "token": "t", **changes}
    settings = JiraSettings(site=jira.url, api_base=jira.url, **values)
    with JiraClient(settings, sleep=lambda seconds: None) as client:
        return preflight(client, settings, TICKET, 10, "diagpack-label")


def test_the_request_is_ready_to_send(jira: FakeJira) -> None:
    fields = plan(jira).fields

    assert fields["summary"] == "One line only"
    assert fields["issuetype"] == {"id": "10004"}
    assert fields["labels"] == ["diagpack-label", "two-words"]
    assert fields["customfield_10050"] == {"id": "1"}


def test_a_field_that_is_not_on_the_screen_is_said_and_left_out(jira: FakeJira) -> None:
    made = plan(jira, fields={"Team": "Identity", "Severity": "Blocker"})

    assert len(made.notes) == 2
    assert "customfield_10050" not in made.fields


def test_an_unknown_project_is_a_usage_error(jira: FakeJira) -> None:
    with pytest.raises(UsageError, match="project"):
        plan(jira, project="NOPE")


@pytest.mark.parametrize("is_cloud", [True, False])
def test_the_dialect_is_detected(jira: FakeJira, is_cloud: bool) -> None:
    jira.is_cloud = is_cloud

    made = plan(jira)

    assert made.is_cloud is is_cloud
    assert isinstance(made.fields["description"], dict) is is_cloud
