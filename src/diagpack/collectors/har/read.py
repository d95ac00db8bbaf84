"""Reads what people send as HAR.

Enters: a file: plain, gzip, zip with one HAR, with a byte order mark, JSONP, a bare list of entries or one entry,
cut off in the middle. Leaves: the head of the log (creator, browser, pages) and entries one at a time, so that a file
of 500 MB needs the memory of one entry. Raises CollectError when nothing can be read, and says what it probably is.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from diagpack.collectors.har.beside import Beside, is_har_name
from diagpack.collectors.har.others import RE_EXPORT, refuse_others
from diagpack.collectors.har.pieces import PIECE, Utf8Pieces
from diagpack.collectors.har.truncation import describe
from diagpack.collectors.har.walk import Reading, Walk
from diagpack.collectors.har.window import Window
from diagpack.errors import CollectError

MAX_BYTES: Final = 4 << 30
_FREE: Final = 4 << 20
_MAX_RATIO: Final = 200


def read_entries(path: Path, reading: Reading) -> Iterator[Any]:
    """Every entry of the file at `path`, as parsed, None for a damaged one; `reading` is filled on the way.

    Raises CollectError DP101 (not a HAR) to DP105 (damaged before the first entry).
    """
    with open_har(path) as (stream, raw, _):
        is_compressed = stream is not raw
        head = _head(stream)
    encoding, mark = _encoding(head)
    text = head[mark:].decode(encoding, "replace")
    refuse_others(text, head)
    wrapping = _wrapping(text)
    has_call = False
    with open_har(path) as (stream, raw, archive):
        pieces = Utf8Pieces(stream, encoding, mark, wrapping, _limit(raw, is_compressed))
        window = Window(pieces.read)
        beside = Beside(archive)
        for entry in Walk(window, reading).entries():
            has_call = has_call or _is_call(entry)
            beside.fill(entry)
            yield entry
        reading.bodies_missing = beside.missing
    if reading.damaged:
        reading.notes.append(f"{reading.damaged} of {reading.entries} entries are damaged and could not be read")
    if reading.broken_off is not None:
        size = 0 if is_compressed or encoding != "utf-8" else path.stat().st_size
        reading.truncation = describe(reading.broken_off, size, is_stream_damaged=window.is_stream_damaged)
    if not has_call and not reading.log.get("creator"):
        _refuse_empty(reading)
    if not reading.entries:
        raise _nothing(reading)


def _is_call(entry: Any) -> bool:
    return isinstance(entry, dict) and ("request" in entry or "response" in entry)


def _refuse_empty(reading: Reading) -> None:
    if reading.broken_off is None and (reading.entries or not reading.has_entries):
        raise CollectError("DP101", "this is JSON, but not a HAR: it has no log with entries", hint=RE_EXPORT)


def _nothing(reading: Reading) -> CollectError:
    if reading.truncation is not None:
        return CollectError(
            "DP105",
            f"this HAR is damaged: {reading.truncation.words}",
            hint="the download or upload was probably cut; ask for the file again",
        )
    return CollectError(
        "DP104",
        "this HAR has no entries",
        hint="open the Network panel first, then repeat the failing steps, then export",
    )


@contextmanager
def open_har(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO, zipfile.ZipFile | None]]:
    """The bytes of the HAR inside the file, the file (the same stream when not compressed), and its zip if any."""
    if path.stat().st_size == 0:
        raise CollectError("DP101", "this file is empty", hint=RE_EXPORT)
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            yield gzip.GzipFile(fileobj=raw), raw, None  # type: ignore[misc]
        elif magic == b"PK\x03\x04":
            with _zip_member(raw) as (stream, archive):
                yield stream, raw, archive
        else:
            yield raw, raw, None


@contextmanager
def _zip_member(raw: BinaryIO) -> Iterator[tuple[BinaryIO, zipfile.ZipFile]]:
    try:
        with zipfile.ZipFile(raw) as archive:
            names = [each for each in archive.infolist() if is_har_name(each.filename)]
            if not names and any(each.filename.startswith("raw/") for each in archive.infolist()):
                raise CollectError(
                    "DP101",
                    "this is a Fiddler archive (.saz), not a HAR",
                    hint="open it in Fiddler and use File, Export Sessions, HTTPArchive",
                )
            if len(names) != 1:
                raise CollectError(
                    "DP103", f"this zip holds {len(names)} HAR files, not one", hint="unpack it and give the files"
                )
            if names[0].flag_bits & 1:
                raise CollectError("DP103", "the HAR in this zip is encrypted", hint="unpack it first")
            with archive.open(names[0]) as stream:
                yield stream, archive  # type: ignore[misc]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise CollectError("DP103", "this zip is damaged", hint="ask for it again") from None


def _head(stream: BinaryIO) -> bytes:
    try:
        return stream.read1(PIECE)  # type: ignore[attr-defined, no-any-return]
    except (OSError, EOFError, zlib.error):
        raise CollectError("DP103", "this compressed file is damaged", hint="ask for it again") from None


def _encoding(head: bytes) -> tuple[str, int]:
    """(codec, length of the byte order mark)."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return name, len(mark)
    if head[1:2] == b"\0" and head[:1] in b"{[":
        return "utf-16-le", 0
    return "utf-8", 0


def _wrapping(text: str) -> int:
    """How many characters of JSONP come before the JSON."""
    if text.lstrip()[:1] in ("{", "["):
        return 0
    opening = text.find("(", 0, 200)
    if opening < 0 or text[opening + 1 :].lstrip()[:1] not in ("{", "["):
        raise CollectError("DP101", "this is not a HAR: it does not begin like JSON", hint=RE_EXPORT)
    return opening + 1


def _limit(raw: BinaryIO, is_compressed: bool) -> Callable[[], int]:
    """The most bytes there may be by now: a compressed file may not unpack to far more than was read of it."""
    return lambda: min(MAX_BYTES, max(_FREE, raw.tell() * _MAX_RATIO)) if is_compressed else MAX_BYTES
