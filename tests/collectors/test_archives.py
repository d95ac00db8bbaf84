"""Archives are taken apart within limits, or refused whole; nothing is ever written outside the given folder."""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors.archives import Limits, Member, expand, is_archive
from diagpack.errors import CollectError

LOG = b"".join(b"2026-03-03T10:11:%02dZ INFO tick\n" % n for n in range(60))


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return output.getvalue()


def _tar(*members: tarfile.TarInfo | tuple[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for each in members:
            if isinstance(each, tarfile.TarInfo):
                archive.addfile(each)
            else:
                entry = tarfile.TarInfo(each[0])
                entry.size = len(each[1])
                archive.addfile(entry, io.BytesIO(each[1]))
    return output.getvalue()


def _special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    return entry


def _expand(tmp_path: Path, data: bytes, **limits: int) -> list[Member]:
    path, into = tmp_path / "given", tmp_path / "into"
    path.write_bytes(data)
    into.mkdir(exist_ok=True)
    return list(expand(path, into, limits=Limits(**limits)))


def _refused(tmp_path: Path, data: bytes, **limits: int) -> str:
    """The id of the refusal, after a look at what it cost and left behind."""
    started = time.process_time()
    tracemalloc.start()
    with pytest.raises(CollectError) as caught:
        _expand(tmp_path, data, **limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - started < 2  # tracing memory makes everything several times slower
    assert peak < 100 << 20
    assert sorted(os.listdir(tmp_path)) == ["given", "into"]
    assert list((tmp_path / "into").iterdir()) == []
    assert "canary" not in str(caught.value)
    return caught.value.id


@pytest.mark.parametrize(
    "pack",
    [
        _zip,
        lambda members: _tar(*members.items()),
        lambda members: _tar(*members.items(), form=tarfile.GNU_FORMAT),
        lambda members: _tar(*members.items(), mode="w:gz"),
        lambda members: _tar(*members.items(), mode="w:bz2"),
        lambda members: _tar(*members.items(), mode="w:xz"),
    ],
)
def test_members_come_in_order_under_names_of_ours(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]):
    wanted = {"logs/app.log": LOG, "login.har": b'{"log": {"entries": []}}', f"{'deep/' * 40}long.txt": b"x"}
    data = pack(wanted)

    members = _expand(tmp_path, data)

    assert is_archive(data[:65536])
    assert {each.name: each.path.read_bytes() for each in members} == wanted
    assert {each.path.parent for each in members} == {tmp_path / "into"}
    assert all(each.path.name.startswith("member-") for each in members)
    assert "app.log" not in repr(members)


def test_a_compressed_single_log_is_left_to_the_log_collector():
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert not is_archive(pack(LOG))


def test_any_other_compressed_file_is_taken_apart(tmp_path: Path):
    document = b'{"log": {"creator": {}, "entries": []}}'

    assert is_archive(gzip.compress(document))
    assert [each.path.read_bytes() for each in _expand(tmp_path, gzip.compress(document))] == [document]


def test_archives_inside_archives_are_taken_apart_and_named_by_their_way(tmp_path: Path):
    inner = _tar(("b.log", LOG), mode="w:gz")

    members = _expand(tmp_path, _zip({"a.tgz": inner, "c.log.gz": gzip.compress(LOG)}))

    assert [each.name for each in members] == ["a.tgz/b.log", "c.log.gz"]
    assert members[0].path.read_bytes() == LOG
    assert members[1].path.read_bytes() == gzip.compress(LOG)


def test_a_zip_bomb_is_refused(tmp_path: Path):
    assert _refused(tmp_path, _zip({"canary": bytes(64 << 20)})) == "DP140"


def test_a_zip_that_hides_its_size_is_refused_while_inflating(tmp_path: Path):
    data = bytearray(_zip({"canary": bytes(64 << 20)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = data.index(signature) + at
        data[where : where + 4] = struct.pack("<L", 100)

    assert _refused(tmp_path, bytes(data)) in ("DP140", "DP145")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_bomb_is_refused(tmp_path: Path, pack: Callable[[bytes], bytes]):
    assert _refused(tmp_path, pack(bytes(64 << 20))) == "DP140"


def test_a_tar_bomb_of_empty_space_is_refused(tmp_path: Path):
    assert _refused(tmp_path, _tar(("canary", bytes(64 << 20)), mode="w:gz")) == "DP140"


def test_nested_bombs_are_refused(tmp_path: Path):
    data = _zip({"canary": bytes(32 << 20)})
    for _ in range(2):
        data = _zip({f"canary-{n}": data for n in range(10)})

    assert _refused(tmp_path, data) == "DP140"


def test_a_matryoshka_is_refused(tmp_path: Path):
    data = _zip({"canary": b"x"})
    for _ in range(5):
        data = _zip({"canary": data})

    assert _refused(tmp_path, data) == "DP146"


def test_an_xz_file_that_asks_for_gigabytes_is_refused(tmp_path: Path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20, "mode": lzma.MODE_FAST}]
    data = bytearray(lzma.compress(b"canary\0" * 100, filters=filters))
    # The LZMA2 filter in the block header: id 0x21, one byte of properties; 40 stands for 4 GiB.
    at = data.index(b"\x21\x01") + 2
    data[at] = 40
    header_end = 12 + (data[12] + 1) * 4
    data[header_end - 4 : header_end] = struct.pack("<L", __import__("zlib").crc32(bytes(data[12 : header_end - 4])))

    assert _refused(tmp_path, bytes(data)) == "DP145"


def test_zstd_is_read_within_limits_or_refused(tmp_path: Path):
    # A frame header that announces a window of 2 TiB.
    assert _refused(tmp_path, b"\x28\xb5\x2f\xfd\x00\xf8" + bytes(50)) in ("DP144", "DP145")


def test_a_zip_member_with_a_huge_lzma_dictionary_is_refused(tmp_path: Path):
    assert _refused(tmp_path, _zip({"canary": b"x" * 1000}, zipfile.ZIP_LZMA)) == "DP144"


def test_more_members_than_allowed_are_refused(tmp_path: Path):
    many = {f"canary-{n}": b"x" for n in range(30)}

    assert _refused(tmp_path, _zip(many), entries=20) == "DP140"


def test_more_members_than_allowed_in_a_tar_are_refused(tmp_path: Path):
    assert _refused(tmp_path, _tar(*((f"canary-{n}", b"x") for n in range(30))), entries=20) == "DP140"


def test_a_directory_that_announces_too_much_is_not_even_parsed(tmp_path: Path):
    data = bytearray(_zip({"canary": b"x"}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 10 : end + 12] = b"\xfe\xff"

    assert _refused(tmp_path, bytes(data)) == "DP140"


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes):
    assert _refused(tmp_path, _tar(("a.log", LOG), _special("canary", kind, "/etc/passwd"))) == "DP142"


def test_a_link_in_a_zip_is_refused(tmp_path: Path):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        entry = zipfile.ZipInfo("canary")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")

    assert _refused(tmp_path, output.getvalue()) == "DP142"


@pytest.mark.parametrize(
    "name", ["/etc/canary", "../canary", "a/../../canary", "C:\\canary", "..\\canary", "\\\\h\\canary"]
)
def test_absolute_and_climbing_names_are_refused(tmp_path: Path, name: str):
    assert _refused(tmp_path, _tar((name, b"x"))) == "DP141"
    assert _refused(tmp_path, _zip({name: b"x"})) == "DP141"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("canary", "1")
        archive.writestr("./canary", "2")

    assert _refused(tmp_path, output.getvalue()) == "DP147"
    assert _refused(tmp_path, _tar(("canary", b"1"), ("canary", b"2"))) == "DP147"


def test_a_zip_with_a_password_is_refused(tmp_path: Path):
    data = bytearray(_zip({"canary": b"x"}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + at] |= 1

    assert _refused(tmp_path, bytes(data)) == "DP143"


def test_an_oversized_pax_header_is_refused_before_it_is_read(tmp_path: Path):
    header = bytearray(_special("canary", b"x").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)

    assert _refused(tmp_path, bytes(header) + bytes(1024)) == "DP140"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_cut_off_tar_is_refused(tmp_path: Path, mode: str):
    data = _tar(("canary", os.urandom(20_000)), mode=mode)

    assert _refused(tmp_path, data[: len(data) // 3]) == "DP145"


def test_a_cut_off_zip_is_refused(tmp_path: Path):
    data = _zip({"canary": os.urandom(20_000)})

    assert _refused(tmp_path, data[: len(data) // 2]) == "DP145"


def test_a_wrong_checksum_is_refused(tmp_path: Path):
    data = bytearray(_zip({"canary": b"x" * 100}, zipfile.ZIP_STORED))
    data[data.index(b"x" * 100)] = 0x79

    assert _refused(tmp_path, bytes(data)) == "DP145"


_WHOLE = [_zip({"a": b"x" * 500, "b/c": LOG}), _tar(("a", b"x" * 500), ("b", LOG)), _tar(("a", LOG), mode="w:gz")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(_WHOLE), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_a_damaged_archive_gives_members_or_one_clear_error(
    tmp_path: Path, whole: bytes, changes: list[tuple[int, int]]
):
    data = bytearray(whole)
    for at, value in changes:
        data[at % len(data)] = value

    refusal = None
    members: list[Member] = []
    try:
        members = _expand(tmp_path, bytes(data))
    except CollectError as error:
        refusal = error.id

    assert refusal is None or refusal.startswith("DP14")
    assert sorted((tmp_path / "into").iterdir()) == sorted(each.path for each in members)
    for each in members:
        each.path.unlink()


@given(st.binary(max_size=600))
def test_any_bytes_can_be_asked_whether_they_are_an_archive(head: bytes):
    assert is_archive(head) in (True, False)
