"""Zip archives: the directory is judged before it is parsed, each member before it is inflated.

Enters: a path. Leaves: the members as streams. Source: PKWARE APPNOTE 6.3.10.
"""

import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from diagpack.errors import CollectError

_END: Final = b"PK\x05\x06"
_DIRECTORY_MAX: Final = 4 << 20
_TAIL: Final = 22 + 65_535


def is_zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", _END))


def zip_members(path: Path, *, entries: int, total: int) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each file. Raises CollectError (DP140, DP142 to DP145)."""
    _check_directory(path, entries)
    try:
        archive = zipfile.ZipFile(path)
    except Exception:  # zipfile raises more than BadZipFile on hostile input
        raise _damaged() from None
    with archive:
        members = archive.infolist()
        _check_members(members, entries, total)
        for each in members:
            if each.is_dir():
                continue
            try:
                stream = archive.open(each)
            except Exception:
                raise _damaged() from None
            with stream:
                yield each.filename, cast(BinaryIO, stream)


def _check_directory(path: Path, entries: int) -> None:
    """The end record, before zipfile reads the directory it announces into memory."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise _damaged()
    count, directory_bytes = struct.unpack_from("<HL", tail, at + 10)
    if count > entries:
        raise CollectError(
            "DP140",
            f"this archive is refused: it has more than {entries} members",
            hint="send the files that matter, not the whole archive",
        )
    # 0xFFFF and 0xFFFFFFFF point to a zip64 record: no archive within the limits needs one.
    if directory_bytes > _DIRECTORY_MAX:
        raise CollectError(
            "DP140",
            "this archive is refused: its directory is oversized",
            hint="send the files that matter, not the whole archive",
        )


def _check_members(members: list[zipfile.ZipInfo], entries: int, total: int) -> None:
    if len(members) > entries or sum(each.file_size for each in members) > total:
        raise CollectError(
            "DP140",
            f"this archive is refused: it holds more than {entries} members or {total >> 20} MiB",
            hint="send the files that matter, not the whole archive",
        )
    for each in members:
        if each.flag_bits & 0x1:
            raise CollectError(
                "DP143", "this archive is protected by a password", hint="send it without one, or send the files"
            )
        mode = each.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
            raise CollectError(
                "DP142",
                "this archive has a member that is a link, a device or another special file",
                hint="make it again from plain files",
            )
        # LZMA members announce a dictionary of up to 4 GiB, and zipfile sets no limit.
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
            raise CollectError(
                "DP144", "this zip uses a compression other than deflate", hint="make it again with an ordinary zip"
            )


def _damaged() -> CollectError:
    return CollectError(
        "DP145", "this archive is damaged or cut off", hint="make it again, or send the files themselves"
    )
