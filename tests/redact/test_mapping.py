"""The map: readable with the key, silent without it."""

from pathlib import Path

import pytest

from diagpack.errors import RedactionError, UsageError
from diagpack.redact.mapping import TokenMap, entries, reveal
from tests.redact.planting import KEY


def test_a_value_comes_back_and_an_unknown_token_does_not(tmp_path: Path) -> None:
    made = TokenMap(KEY)
    made.add({"dp-name-x": "canary"})
    made.save(tmp_path / "map")

    assert reveal(tmp_path / "map", KEY, "dp-name-x") == "canary"
    with pytest.raises(UsageError):
        reveal(tmp_path / "map", KEY, "dp-name-y")
    assert "canary" not in repr(made)


@pytest.mark.parametrize("content", [b"", b"x" * 10, b"x" * 100])
def test_a_damaged_map_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "map").write_bytes(content)

    with pytest.raises(RedactionError):
        reveal(tmp_path / "map", KEY, "t")


def test_the_holder_of_the_key_reads_every_entry(tmp_path: Path) -> None:
    made = TokenMap(KEY)
    made.add({"dp-name-x": "canary", "dp-key-y": "canary-2"})
    made.save(tmp_path / "map")

    assert entries(tmp_path / "map", KEY) == {"dp-name-x": "canary", "dp-key-y": "canary-2"}
