"""Compressed streams are known by their first bytes and inflated within a memory limit."""

import bz2
import gzip
import io
import lzma
import zlib

import pytest

from diagpack.collectors._compressed import compression, first_bytes, open_inflated


@pytest.mark.parametrize(
    ("pack", "kind"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz"), (bytes, None)]
)
def test_the_kind_is_in_the_first_bytes(pack, kind: str | None):
    assert compression(pack(b"x" * 100)) == kind


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_the_first_bytes_are_had_from_a_part_of_the_file(pack):
    plain = b"".join(b"%d " % n for n in range(300_000))

    found = first_bytes(pack(plain)[:400_000], 1000)

    assert plain.startswith(found)
    assert len(found) == 1000


@pytest.mark.parametrize("head", [b"", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00canary", b"\x28\xb5\x2f\xfd\x00\xf8"])
def test_a_head_that_inflates_to_nothing_gives_nothing(head: bytes):
    assert first_bytes(head, 100) == b""


def test_padding_between_streams_is_skipped():
    data = lzma.compress(b"one ") + bytes(8) + lzma.compress(b"two")
    stream = open_inflated(io.BytesIO(data), "xz")

    assert stream.read(99) + stream.read(99) == b"one two"


def test_a_missing_end_is_an_error_only_after_all_bytes_were_given():
    stream = open_inflated(io.BytesIO(gzip.compress(b"x" * 5000)[:-4]), "gzip")

    found = stream.read(5000)

    assert found == b"x" * 5000
    with pytest.raises(EOFError):
        stream.read(1)


def test_a_wrong_checksum_is_noticed():
    data = bytearray(gzip.compress(b"x" * 100))
    data[-8] ^= 1
    stream = open_inflated(io.BytesIO(bytes(data)), "gzip")

    with pytest.raises(zlib.error):
        stream.read(200)
