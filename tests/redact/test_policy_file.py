"""Policy files of a team: what YAML would pass over in silence is an error with its place."""

from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.redact.policy import load_policy


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """YAML takes the last one, and the words of the first would stay without a sign."""
    path = tmp_path / "team.yaml"
    path.write_text("words:\n  hide: [Nightjar]\nprivate_ip: keep\nwords:\n  hide: [Bluebird]\n")

    with pytest.raises(UsageError, match=r"team\.yaml: line 4") as caught:
        load_policy([path])

    assert "twice" in caught.value.message


@pytest.mark.parametrize("text", ["a: " + "[" * 5000, "a: " + "{a: " * 3000])
def test_a_policy_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(text)

    with pytest.raises(UsageError, match=r"team\.yaml") as caught:
        load_policy([path])

    assert caught.value.id == "DP220"


def test_a_fault_in_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "team.yaml"
    path.write_text("private_ip: keep\nclasses: {ip: [\n")

    with pytest.raises(UsageError, match=r"team\.yaml.*line [23]") as caught:
        load_policy([path])

    assert caught.value.hint


def test_a_file_that_is_not_there_or_not_utf8_says_what_to_check(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"words: {hide: [caf\xe9]}")

    for name in ("none.yaml", "latin.yaml"):
        with pytest.raises(UsageError, match=name) as caught:
            load_policy([tmp_path / name])
        assert caught.value.id == "DP220"
        assert caught.value.hint


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text("# later\n")

    assert load_policy([tmp_path / "team.yaml"]).sha256 == load_policy().sha256
