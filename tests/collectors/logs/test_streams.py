"""Plain and compressed logs read alike; a break ends the text, not the program."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from diagpack.collectors.logs.excerpt import log_of

DATA = b"".join(b"line %d\n" % n for n in range(50_000))


def _read(path: Path, *, start: int = 0) -> tuple[bytes, bool]:
    log, found = log_of(path), b""
    with log.open() as cursor:
        cursor.move_to(start)
        while piece := cursor.read(10_000):
            found += piece
    return found, log.is_cut_off


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_every_compression_gives_the_same_bytes(tmp_path: Path, pack: Callable[[bytes], bytes]):
    path = tmp_path / "log"
    path.write_bytes(pack(DATA))

    assert _read(path) == (DATA, False)
    assert _read(path, start=123_456) == (DATA[123_456:], False)


def test_gzip_files_written_one_behind_the_other_are_one_log(tmp_path: Path):
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]))

    assert _read(path) == (DATA, False)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_cut_file_gives_all_that_can_be_read(tmp_path: Path, pack: Callable[[bytes], bytes]):
    path = tmp_path / "log"
    path.write_bytes(pack(DATA)[:-20])

    found, is_cut_off = _read(path)

    assert is_cut_off
    assert DATA.startswith(found)


def test_a_gzip_cut_in_its_middle_gives_its_first_half(tmp_path: Path):
    path = tmp_path / "log"
    packed = gzip.compress(DATA)
    path.write_bytes(packed[: len(packed) // 2])

    assert 0.3 * len(DATA) < len(_read(path)[0]) < 0.7 * len(DATA)


def test_moving_behind_the_end_gives_nothing(tmp_path: Path):
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(b"short"))

    assert _read(path, start=99) == (b"", False)
