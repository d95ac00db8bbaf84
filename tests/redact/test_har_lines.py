"""A HAR in any layout becomes one with an entry a line, and nothing else of it changes."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.entries import entry_ranges
from diagpack.redact.har_lines import lay_out
from tests.redact.planting import har, har_entry

_TEXT = st.text(alphabet='ab {}[]",\n\r\t\\:é😀\u2028', max_size=12)
_ENTRY = st.dictionaries(_TEXT, st.recursive(_TEXT | st.integers() | st.none(), st.lists, max_leaves=4), max_size=4)


def _laid(folder: Path, content: str | bytes) -> bytes | None:
    source, target = folder / "in", folder / "lines"
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    target.unlink(missing_ok=True)
    return target.read_bytes() if lay_out(source, target) else None


@given(
    entries=st.lists(_ENTRY, min_size=1, max_size=6),
    before=st.dictionaries(st.sampled_from(["version", "creator", "pages"]), _TEXT),
    after=st.dictionaries(st.sampled_from(["browser", "comment", "_more"]), _TEXT),
    indent=st.sampled_from([None, 0, 1, 2, "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=150, deadline=None)
def test_any_layout_gives_the_same_values(
    entries: list[Any], before: dict[str, str], after: dict[str, str], indent: Any, end: str
) -> None:
    document = {"log": {**before, "entries": entries, **after}}
    with tempfile.TemporaryDirectory() as folder:
        content = json.dumps(document, indent=indent, ensure_ascii=False).replace("\n", end)
        laid = _laid(Path(folder), content)

        assert laid is not None
        assert json.loads(laid) == document
        assert laid.count(b"\n") == len(entries) + 2


def test_it_can_be_read_in_ranges(tmp_path: Path) -> None:
    document = har(*(har_entry(index) for index in range(50)), pages=[{"id": "p"}])
    laid = _laid(tmp_path, json.dumps(document, indent=2))
    assert laid is not None

    with (tmp_path / "lines").open("rb") as stream:
        assert len(entry_ranges(stream, len(laid), 2000)) > 3


def test_how_a_number_or_a_repeated_key_is_written_stays(tmp_path: Path) -> None:
    laid = _laid(tmp_path, '{"log": {"entries": [ {"time": 1.50e0, "a": 1, "a": 2}\n, {} ], "version": 1.20}}')

    assert laid is not None
    assert b'"time": 1.50e0, "a": 1, "a": 2' in laid
    assert b'"version":1.20' in laid


@pytest.mark.parametrize(
    "content",
    [
        '{"log": {"entries": []}}',
        '{"log": {"entries": [{}]}, "more": 1}',
        '{"log": {"entries": [{"a": 1}], "entries": [{"b": 2}]}}',
        '{"log": {"entries": [{"a": 1}]}, "log": {"entries": [{"b": 2}]}}',
        '{"log": {"entries": [{"a": 1}, {"b": ',
        '{"log": {"entries": {"a": 1}}}',
        '{"log": {}}',
        "[]",
        "no JSON",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_har_of_the_usual_form_is_left_alone(tmp_path: Path, content: str | bytes) -> None:
    assert _laid(tmp_path, content) is None
    assert not (tmp_path / "lines").exists()
