from pathlib import Path

import pytest

from diagpack.assess.documents import parse_yaml, read_yaml, shipped
from diagpack.errors import UsageError


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2", "a: &x [1]\nb: *x", "a: [", "? [1]\n: 2", "!!python/object/apply:os.system [canary]", "[" * 3_000],
)
def test_what_could_mislead_or_harm_is_refused_without_its_content(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_yaml(text, "DP301", "checklist")

    assert caught.value.id == "DP301"
    assert "canary" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None


def test_the_line_of_the_fault_is_named() -> None:
    with pytest.raises(UsageError, match="at line 3"):
        parse_yaml("a: 1\nb: 2\na: 3", "DP301", "checklist")


def test_files_that_cannot_be_read_are_one_clear_error(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: \xe9\xff")
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * 2_000_001)

    for path, says in (
        (tmp_path / "none.yaml", "cannot be read"),
        (latin, "cannot be read"),
        (huge, "larger than 2 MB"),
    ):
        with pytest.raises(UsageError, match=says):
            read_yaml(path, "DP301", "checklist")


def test_shipped_files_are_read() -> None:
    assert shipped("matrix.yaml")["schema"] == "diagpack.matrix/1"
