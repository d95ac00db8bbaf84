"""The tar reader reads what tar programs write, and allocates nothing it is told to."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors._tar import is_tar, tar_members
from diagpack.errors import CollectError


def _tar(form: int, members: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    return output.getvalue()


def _read(data: bytes) -> dict[str, bytes]:
    stream = io.BytesIO(data)
    return {name: content.read(1 << 20) for name, content in tar_members(stream.read)}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_format_gives_names_and_contents(form: int):
    long = "a" * 90 + "/" + "b" * 90
    members = {"plain.log": b"x" * 1000, long: b"", "exact": b"y" * 512}
    if form != tarfile.USTAR_FORMAT:
        members["ü" * 120] = b"z"

    data = _tar(form, members)

    assert is_tar(data)
    assert _read(data) == members


def test_members_that_are_not_read_are_passed_over():
    stream = io.BytesIO(_tar(tarfile.PAX_FORMAT, {"a": b"x" * 5000, "b": b"y"}))

    assert [name for name, _ in tar_members(stream.read)] == ["a", "b"]


def test_text_is_no_tar():
    assert not is_tar(b"ustar" * 200)
    assert not is_tar(b"")


@given(st.binary(max_size=2000), st.integers(0, 511), st.binary(min_size=1, max_size=12))
def test_a_damaged_header_gives_members_or_a_collect_error(noise: bytes, at: int, change: bytes):
    data = bytearray(_tar(tarfile.PAX_FORMAT, {"ü" * 120: noise}))
    data[at : at + len(change)] = change
    outcome = "read"

    try:
        _read(bytes(data))
    except CollectError as error:
        outcome = error.id

    assert outcome in ("read", "DP140", "DP142", "DP145")
