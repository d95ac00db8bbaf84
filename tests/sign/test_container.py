"""The strict profile: each refusal with the zip that provokes it."""

import io
import random
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.errors import PackageError
from diagpack.sign import container
from diagpack.sign.container import Limits, read_package, read_zip, write_zip
from tests.sign.packages import End, Member, crafted, deflated

ROOT = Path(__file__).parents[2]
SECOND = Member(name=b"top/b.txt", content=b"content of b")


def unpacked_by_zip64() -> bytes:
    """A zip64 end record and locator, hidden between directory and end record."""
    plain = crafted(Member())
    body, end = plain[:-22], plain[-22:]
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(body), 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    return body + record + locator + end


PLAIN = crafted(Member(), SECOND)
OTHER = crafted(Member(content=b"something else"))
INFLATES_FURTHER = deflated(b"x" * 5000)

REFUSED = {
    "1 shorter than an end record": b"PK\5\6",
    "1 empty": b"",
    "2 a byte behind the end": PLAIN + b"\n",
    "2 an archive comment": crafted(Member(), end=End(comment=b"hello")),
    "2 a comment length without comment": crafted(Member(), end=End(comment_length=1)),
    "2 a second end record inside the comment": crafted(Member(), end=End(comment=PLAIN[-22:])),
    "2 not a zip": b"%PDF-1.7" + b" " * 100,
    "3 a disk number": crafted(Member(), end=End(disk=1)),
    "3 a start disk": crafted(Member(), end=End(start_disk=1)),
    "3 fewer entries on this disk": crafted(Member(), SECOND, end=End(here=1)),
    "4 a zip64 count": crafted(Member(), end=End(here=0xFFFF, total=0xFFFF)),
    "4 a zip64 directory size": crafted(Member(), end=End(size=0xFFFFFFFF)),
    "4 a zip64 directory offset": crafted(Member(), end=End(offset=0xFFFFFFFF)),
    "4 a zip64 size of an entry": crafted(Member(size=0xFFFFFFFF)),
    "4 a zip64 compressed size": crafted(Member(compressed=0xFFFFFFFF)),
    "4 a zip64 offset of an entry": crafted(Member(offset=0xFFFFFFFF)),
    "5 no entry": crafted(),
    "6 a gap before the end record": crafted(Member(), gap=b"\0\0\0\0"),
    "6 a hidden zip64 locator": unpacked_by_zip64(),
    "6 a signing block before the directory": crafted(Member(after=b"APK Sig Block 42")),
    "6 bytes in front of everything": b"#!/bin/sh\n" + PLAIN,
    "6 two zips joined": OTHER + PLAIN,
    "7 an entry of another kind": crafted(Member(magic=b"PK\1\3")),
    "7 more entries than the directory holds": crafted(Member(), end=End(here=2, total=2)),
    "7 more in the directory than entries": crafted(Member(), SECOND, end=End(here=1, total=1)),
    "7 bytes behind the last entry": crafted(Member(), directory_extra=b"PK\1\2"),
    "8 an extra field": crafted(Member(extra=b"UT\x05\0\x01\0\0\0\0")),
    "8 a Unicode path field": crafted(Member(extra=b"up\x09\0\x01\0\0\0\0evil")),
    "8 an entry comment": crafted(Member(comment=b"hello")),
    "8 an extra field of the local header only": crafted(Member(local={"extra": b"UT\x05\0\x01\0\0\0\0"})),
    "9 an encrypted entry": crafted(Member(flags=0x1)),
    "9 a data descriptor": crafted(Member(flags=0x8)),
    "9 patch data": crafted(Member(flags=0x20)),
    "9 strong encryption": crafted(Member(flags=0x40)),
    "9 masked headers": crafted(Member(flags=0x2000)),
    "9 compression option bits": crafted(Member(flags=0x2)),
    "10 bzip2": crafted(Member(method=12, packed=b"BZh9")),
    "10 lzma": crafted(Member(method=14)),
    "10 zstandard": crafted(Member(method=93)),
    "10 an entry on another disk": crafted(Member(disk=1)),
    "10 a newer version needed": crafted(Member(version=45)),
    "11 a symbolic link": crafted(Member(external=0o120777 << 16, content=b"/etc/passwd")),
    "11 a directory by mode": crafted(Member(external=0o040755 << 16)),
    "11 a device": crafted(Member(external=0o020644 << 16)),
    "11 a block device": crafted(Member(external=0o060644 << 16)),
    "11 a fifo": crafted(Member(external=0o010644 << 16)),
    "11 a socket": crafted(Member(external=0o140644 << 16)),
    "11 a directory by attribute": crafted(Member(external=0x10)),
    "11 a volume label": crafted(Member(external=0x08)),
    "11 a link under another system's flag": crafted(Member(made_by=20, external=0o120777 << 16)),
    "12 a stored entry of two sizes": crafted(Member(method=0, size=3)),
    "14 bytes that are not ASCII without the flag": crafted(Member(name="top/ä.txt".encode())),
    "14 bytes that are not UTF-8 with the flag": crafted(Member(name=b"top/\xff.txt", flags=0x800)),
    "14 overlong UTF-8": crafted(Member(name=b"top/\xc0\xae\xc0\xae/a", flags=0x800)),
    "14 a surrogate": crafted(Member(name=b"top/\xed\xa0\x80", flags=0x800)),
    "15 an empty name": crafted(Member(name=b"")),
    "15 a long name": crafted(Member(name=b"top/" + b"a" * 177)),
    "15 nine segments": crafted(Member(name=b"a/b/c/d/e/f/g/h/i")),
    "19 absolute": crafted(Member(name=b"/etc/passwd")),
    "19 a directory entry": crafted(Member(name=b"top/a/", content=b"", method=0)),
    "19 a doubled slash": crafted(Member(name=b"top//a")),
    "19 upwards": crafted(Member(name=b"top/../../a")),
    "19 here": crafted(Member(name=b"top/./a")),
    "18 a backslash": crafted(Member(name=b"top\\..\\a")),
    "18 a drive": crafted(Member(name=b"C:/a")),
    "18 a stream": crafted(Member(name=b"top/a.txt:hidden")),
    "17 a NUL": crafted(Member(name=b"top/a.txt\0.png")),
    "23 a name twice": crafted(Member(), Member(content=b"another a")),
    "23 names that differ in case": crafted(Member(), Member(name=b"top/A.TXT")),
    "23 names that fold to one": crafted(Member(name="top/straße".encode(), flags=0x800), Member(name=b"top/STRASSE")),
    "23 a ligature": crafted(Member(name="top/ﬁle".encode(), flags=0x800), Member(name=b"top/file")),
    "23 a file that is also a folder": crafted(Member(name=b"top/a"), Member(name=b"top/a/b")),
    "23 a folder that is also a file": crafted(Member(name=b"top/a/b"), Member(name=b"top/A")),
    "24 bytes before the first entry": crafted(Member(before=b"\0" * 8)),
    "24 bytes between entries": crafted(Member(after=b"\0" * 8), SECOND),
    "24 bytes before the directory": crafted(Member(after=b"\0" * 8)),
    "24 two entries on one place": crafted(Member(), Member(name=b"top/b.txt", offset=0)),
    "24 an offset into another entry": crafted(Member(), Member(name=b"top/b.txt", offset=10)),
    "24 an offset behind the end": crafted(Member(offset=1 << 30)),
    "24 a hidden entry": crafted(Member(after=crafted(SECOND)[:-22]), SECOND),
    "25 another name": crafted(Member(local={"name": b"top/z.txt"})),
    "25 another method": crafted(Member(local={"method": 0})),
    "25 another flag": crafted(Member(local={"flags": 0x800})),
    "25 another checksum": crafted(Member(local={"crc": 1})),
    "25 another size": crafted(Member(local={"size": 1})),
    "25 another compressed size": crafted(Member(local={"compressed": 1})),
    "25 another time": crafted(Member(local={"time": 1})),
    "25 another date": crafted(Member(local={"date": 34})),
    "25 another version": crafted(Member(local={"version": 10})),
    "25 another signature": crafted(Member(local={"magic": b"PK\7\x08"})),
    "26 data that runs into the directory": crafted(Member(compressed=5000)),
    "26 stored data that runs into the directory": crafted(Member(method=0, size=5000, compressed=5000)),
    "27 a stream that does not end": crafted(Member(packed=deflated(b"content of a")[:-2])),
    "27 bytes behind the stream": crafted(Member(packed=deflated(b"content of a") + b"hidden")),
    "27 a second stream": crafted(Member(packed=deflated(b"content of a") + deflated(b"hidden"))),
    "27 more than declared": crafted(Member(packed=INFLATES_FURTHER)),
    "27 less than declared": crafted(Member(size=5000)),
    "27 a wrong checksum": crafted(Member(crc=1)),
    "27 a wrong checksum of stored data": crafted(Member(method=0, crc=1)),
    "27 not deflate at all": crafted(Member(packed=b"\xff" * 20)),
    "27 no data": crafted(Member(packed=b"")),
    "27 a declared size of nothing": crafted(Member(size=0, crc=0)),
    "28 two top folders": crafted(Member(), Member(name=b"other/b.txt")),
    "28 a file outside the folder": crafted(Member(), Member(name=b"b.txt")),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_the_reader_refuses(rule: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_package(REFUSED[rule])

    assert caught.value.id == "DP450"


def test_what_the_crafted_zips_start_from_is_accepted() -> None:
    assert read_package(PLAIN) == ("top", {"a.txt": b"content of a", "b.txt": b"content of b"})


@pytest.mark.parametrize(
    "member",
    [
        Member(method=0),
        Member(version=10),
        Member(external=0),
        Member(made_by=20, external=0x20),
        Member(name="top/größe-日本.txt".encode(), flags=0x800),
        Member(name=b"top/plain-with-flag", flags=0x800),
        Member(date=0x5A6B, time=0x7C00),
        Member(content=b"", method=0),
        Member(content=b""),
    ],
)
def test_harmless_variations_are_accepted(member: Member) -> None:
    assert read_zip(crafted(member)) == {member.name.decode(): member.content}


def test_the_directory_may_list_entries_in_another_order() -> None:
    written = crafted(Member(), SECOND)
    first = 46 + len(b"top/a.txt")
    start = written.index(b"PK\1\2")
    directory = written[start:-22]
    swapped = written[:start] + directory[first:] + directory[:first] + written[-22:]

    assert list(read_zip(swapped)) == ["top/b.txt", "top/a.txt"]


def test_every_truncation_is_refused() -> None:
    for size in range(len(PLAIN)):
        with pytest.raises(PackageError):
            read_zip(PLAIN[:size])


class TestCaps:
    def test_too_many_entries(self) -> None:
        with pytest.raises(PackageError, match="too many"):
            read_zip(PLAIN, Limits(entries=1))

    def test_one_file_too_big(self) -> None:
        with pytest.raises(PackageError, match="too big"):
            read_zip(PLAIN, Limits(file_bytes=11))

    def test_all_files_together_too_big(self) -> None:
        with pytest.raises(PackageError, match="too big"):
            read_zip(PLAIN, Limits(total_bytes=23))

    def test_a_ratio_that_is_a_bomb(self) -> None:
        bomb = crafted(Member(content=b"\0" * (2 << 20)))

        with pytest.raises(PackageError, match="far more"):
            read_zip(bomb)

    def test_many_small_files_that_are_a_bomb_together(self) -> None:
        bomb = crafted(*(Member(name=b"top/%d" % each, content=bytes(1 << 20)) for each in range(65)))

        with pytest.raises(PackageError, match="it unpacks to far more"):
            read_zip(bomb)

    def test_a_small_file_may_compress_well(self) -> None:
        assert read_zip(crafted(Member(content=b"\0" * (1 << 20))))

    def test_a_bomb_that_lies_about_its_size_is_stopped_early(self) -> None:
        """1 GiB behind a declared 12 bytes: stopped after the first piece, in time and memory."""
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = b"".join(deflater.compress(b"\0" * (1 << 20)) for _ in range(256)) + deflater.flush()
        bomb = crafted(Member(packed=packed))

        started = time.process_time()
        with pytest.raises(PackageError, match="more than it declares"):
            read_zip(bomb)

        assert time.process_time() - started < 1

    def test_memory_stays_bounded_while_inflating(self) -> None:
        pytest.importorskip("resource")
        script = (
            "import sys, zlib, resource\n"
            "from diagpack.sign.container import read_zip\n"
            "from tests.sign.packages import Member, crafted\n"
            "d = zlib.compressobj(9, zlib.DEFLATED, -15)\n"
            "packed = b''.join(d.compress(bytes(1 << 20)) for _ in range(300)) + d.flush()\n"
            "bomb = crafted(Member(packed=packed, size=200 << 10))\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "try:\n    read_zip(bomb)\nexcept Exception as error:\n    print(error.id)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
        )

        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)

        id, grown = done.stdout.split()
        # Linux counts in KiB, macOS in bytes.
        assert id == "DP450"
        assert int(grown) / (1024 if sys.platform == "darwin" else 1) < 50 * 1024


class TestWriter:
    def test_the_same_files_give_the_same_bytes(self) -> None:
        files = {"a": b"1" * 1000, "b/c": b"2"}

        assert write_zip("top", files) == write_zip("top", dict(files))

    def test_other_programs_read_what_it_writes(self) -> None:
        written = write_zip("top", {"a": b"1" * 1000, "ordner/größe.txt": b"2"})

        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == ["top/a", "top/ordner/größe.txt"]
            assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {each.external_attr >> 16 for each in archive.infolist()} == {0o100644}

    @pytest.mark.parametrize(
        ("top", "files"),
        [
            ("top", {}),
            ("top", {"../a": b""}),
            ("top", {"a": b"", "A": b""}),
            ("a/b", {"c": b""}),
            ("top", {"CON": b""}),
            ("", {"a": b""}),
        ],
    )
    def test_it_refuses_what_the_reader_would(self, top: str, files: dict[str, bytes]) -> None:
        with pytest.raises(PackageError) as caught:
            write_zip(top, files)

        assert caught.value.id == "DP458"

    def test_content_that_would_look_like_a_bomb_is_stored(self) -> None:
        files = {"log.txt": b"the same line\n" * 500_000, "small.txt": bytes(10_000)}

        assert read_package(write_zip("top", files)) == ("top", files)

    def test_what_is_too_big_to_read_is_not_written(self) -> None:
        with pytest.raises(PackageError, match="too big"):
            write_zip("top", {"a": b"12345"}, Limits(file_bytes=4))

    @given(
        st.dictionaries(
            st.text("abcdefghij-_.é", min_size=1, max_size=8).filter(
                lambda name: not name.endswith(".") and name.startswith(tuple("abcdefghij"))
            ),
            st.binary(max_size=3000),
            min_size=1,
            max_size=8,
        )
    )
    def test_whatever_is_written_is_read_back(self, files: dict[str, bytes]) -> None:
        try:
            written = write_zip("top", files)
        except PackageError:
            return  # a name that is not in composed form, or a device

        assert read_package(written) == ("top", files)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash_the_reader(junk: bytes) -> None:
    with pytest.raises(PackageError):
        read_zip(junk)


@given(st.integers(0, len(PLAIN) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_changes_no_content(position: int, change: int) -> None:
    """Times and attributes are not content; everything else must be noticed by the container itself."""
    damaged = bytearray(PLAIN)
    damaged[position] ^= change

    try:
        read = container.read_zip(bytes(damaged))
    except PackageError:
        return

    assert read == container.read_zip(PLAIN)


def _random_member(rng: random.Random) -> Member:
    member = Member(
        name=rng.choice([b"top/a", b"top/b", b"top/c", b"top/d/e", "top/ä".encode()]),
        content=rng.randbytes(rng.randint(0, 30)) * rng.randint(1, 20),
        method=rng.choice([0, 8]),
        flags=rng.choice([0, 0, 0, 0x800, rng.randrange(1 << 16)]),
    )
    for name in ("version", "external", "time", "date", "disk"):
        if rng.random() < 0.05:
            setattr(member, name, rng.randrange(1 << 16))
    for name in ("crc", "size", "compressed", "offset"):
        if rng.random() < 0.03:
            setattr(member, name, rng.randrange(300))
    for name in ("extra", "comment", "before", "after"):
        if rng.random() < 0.03:
            setattr(member, name, rng.randbytes(rng.randint(1, 8)))
    return member


@pytest.mark.deep
def test_what_is_accepted_reads_the_same_in_another_program() -> None:
    """Random headers and flipped bits: whatever the strict reader lets through, `zipfile` reads to the same files."""
    rng = random.Random(7)  # noqa: S311 - repeatable on purpose
    accepted = 0
    for _ in range(60_000):
        crafted_zip = bytearray(crafted(*(_random_member(rng) for _ in range(rng.randint(1, 3)))))
        for _ in range(rng.choice([0, 0, 1, 2, 3])):
            crafted_zip[rng.randrange(len(crafted_zip))] ^= 1 << rng.randrange(8)
        try:
            read = read_zip(bytes(crafted_zip))
        except PackageError:
            continue
        accepted += 1
        with zipfile.ZipFile(io.BytesIO(crafted_zip)) as archive:
            assert archive.testzip() is None
            assert {each.filename: archive.read(each) for each in archive.infolist()} == read
    assert accepted > 1000
