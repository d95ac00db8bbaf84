from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.team.profile import Profile, load_profile


def profile(folder: Path, text: str) -> Path:
    path = folder / "profile.yaml"
    path.write_text("schema: diagpack.profile/1\n" + text, "utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    assert load_profile(None) == Profile()


def test_paths_are_relative_to_the_profile(tmp_path: Path) -> None:
    found = load_profile(profile(tmp_path, "severity_matrix: matrix.yaml\nchecklists: [lists/own.yaml]\n"))

    assert found.severity_matrix == tmp_path / "matrix.yaml"
    assert found.checklists == (tmp_path / "lists/own.yaml",)


@pytest.mark.parametrize(
    ("text", "nearest"), [("host: [a.example.com]", "hosts"), ("routing: [{projekt: A}]", "project")]
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(tmp_path: Path, text: str, nearest: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(profile(tmp_path, text))

    assert caught.value.id == "DP331"
    assert nearest in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["hosts: app.example.com", "retention_days: -1", "retention_days: true", "language: xx", "routing: [{when: '=='}]"],
)
def test_a_value_of_the_wrong_kind_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(profile(tmp_path, text))

    assert caught.value.id == "DP332"


def test_a_secret_in_the_profile_is_refused_and_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(profile(tmp_path, "jira: {url: 'https://jira.example.com', api_token: canary-token}"))

    assert caught.value.id == "DP333"
    assert "canary" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


def test_the_place_of_a_secret_may_be_named(tmp_path: Path) -> None:
    found = load_profile(profile(tmp_path, "jira: {token_env: JIRA_TOKEN}"))

    assert found.jira == {"token_env": "JIRA_TOKEN"}


@pytest.mark.parametrize("text", ["hosts: [", "a: &a [*a]\n\t- x"])
def test_broken_yaml_is_one_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(profile(tmp_path, text))

    assert caught.value.id == "DP330"


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_profile(tmp_path / "none.yaml")


def test_the_first_routing_rule_that_holds_wins(tmp_path: Path) -> None:
    rules = "routing:\n- {when: \"severity == 'S1'\", project: OPS}\n- {project: APP, labels: [support]}\n"
    found = load_profile(profile(tmp_path, rules))

    assert found.route({"severity": "S1"}) == {"project": "OPS"}
    assert found.route({"severity": "S3"}) == {"project": "APP", "labels": ["support"]}
    assert Profile().route({"severity": "S1"}) == {}


def test_the_assess_room_is_told_hosts_and_nothing_secret(tmp_path: Path) -> None:
    found = load_profile(profile(tmp_path, "hosts: ['*.example.com']\njira: {token_env: X}"))

    assert found.view() == {"hosts": ["*.example.com"], "production": [], "regions": []}
