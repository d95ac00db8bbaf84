"""Notes keep their words, in UTF-8 with line feeds."""

from pathlib import Path

import pytest

from diagpack.collectors.notes import COLLECTOR
from diagpack.errors import CollectError
from tests.collectors._lent import Lent, content, source


def test_a_note_is_kept_as_it_was_typed(tmp_path: Path):
    text = "customer rang at 10:42\r\ncannot sign in\n"

    (artifact,) = COLLECTOR.collect(source(tmp_path, text.encode(), origin="note"), Lent(tmp_path))

    assert content(artifact) == b"customer rang at 10:42\ncannot sign in\n"
    assert (artifact.kind, artifact.media_type, artifact.folder, artifact.suffix) == (
        "note",
        "text/plain",
        "notes",
        ".txt",
    )


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1252"])
def test_other_encodings_become_utf_8(tmp_path: Path, codec: str):
    ctx = Lent(tmp_path)

    (artifact,) = COLLECTOR.collect(source(tmp_path, "Müller: geht nicht\n".encode(codec)), ctx)

    assert content(artifact).decode() == "Müller: geht nicht\n"
    assert [id for id, _ in ctx.gaps] == (["DP132"] if codec == "cp1252" else [])


def test_a_note_that_is_too_long_is_cut_and_says_so(tmp_path: Path):
    ctx = Lent(tmp_path)

    (artifact,) = COLLECTOR.collect(source(tmp_path, b"word \n" * 1_000_000), ctx)

    assert artifact.size_bytes <= (4 << 20) + 1
    assert [id for id, _ in ctx.gaps] == ["DP137"]


@pytest.mark.parametrize(("data", "id"), [(b"", "DP135"), (b" \n", "DP135"), (b"canary\x00\x01\x02\x03" * 50, "DP136")])
def test_what_is_no_note_is_one_clear_error(tmp_path: Path, data: bytes, id: str):
    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(source(tmp_path, data), Lent(tmp_path)))

    assert caught.value.id == id
    assert "canary" not in str(caught.value)


def test_text_scores_low_and_binary_nothing():
    assert 0 < COLLECTOR.recognise(b"hello", "x") <= 0.3
    assert COLLECTOR.recognise(bytes(range(256)), "x.txt") == 0
    assert COLLECTOR.recognise(b"", "x.txt") == 0
