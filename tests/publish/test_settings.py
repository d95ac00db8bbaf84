"""Settings say what is missing and never show the token."""

import pytest

from diagpack.errors import AuthenticationError, UsageError
from diagpack.publish._settings import JiraSettings


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGPACK_JIRA_TOKEN", "canary-jira-token")


@pytest.mark.parametrize(
    ("given", "named"),
    [({"project": "ENG"}, "jira.site"), ({"site": "https://example.atlassian.net"}, "jira.project")],
)
def test_what_is_missing_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        JiraSettings.read(given)


@pytest.mark.parametrize("site", ["http://example.com", "ftp://example.com", "example.com", "https://"])
def test_only_https_is_spoken_to(site: str) -> None:
    with pytest.raises(UsageError, match="https"):
        JiraSettings.read({"site": site, "project": "ENG"})


def test_scoped_tokens_use_another_address_than_people() -> None:
    read = JiraSettings.read(
        {"site": "https://example.atlassian.net/", "project": "ENG", "api_base": "https://api.example.com/ex/jira/1"}
    )

    assert read.site == "https://example.atlassian.net"
    assert read.api_base == "https://api.example.com/ex/jira/1"


def test_the_token_is_not_in_the_repr() -> None:
    assert "canary" not in repr(JiraSettings.read({"site": "https://example.com", "project": "ENG"}))


def test_without_a_token_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIAGPACK_JIRA_TOKEN")

    with pytest.raises(AuthenticationError) as caught:
        JiraSettings.read({"site": "https://example.com", "project": "ENG"})

    assert "DIAGPACK_JIRA_TOKEN" in caught.value.hint
