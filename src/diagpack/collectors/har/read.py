"""Reads what people send as HAR.

Enters: a file: plain, gzip, zip with one HAR, with a byte order mark, JSONP, a bare list of entries or one entry,
cut off in the middle. Leaves: the head of the log (creator, browser, pages) and entries one at a time, so that a file
of 500 MB needs the memory of one entry. Raises CollectError when nothing can be read, and says what it probably is.
"""

import codecs
import gzip
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import ijson

from diagpack.collectors.har.pieces import PIECE, TooDeep, Utf8Pieces, too_large
from diagpack.errors import CollectError

MAX_BYTES: Final = 4 << 30
MAX_ENTRIES: Final = 300_000
SMALL_BYTES: Final = 16 << 20
_HEAD_LIMIT: Final = 8 << 20
_BOMB_BYTES: Final = 4 << 20
_BOMB_RATIO: Final = 200
_FREE: Final = 1 << 20
_MAX_RATIO: Final = 100
_DAMAGE: Final = (ijson.JSONError, UnicodeDecodeError, TooDeep, OverflowError, EOFError, OSError, zlib.error)
_RE_EXPORT: Final = "export it again from the browser's Network panel with “Save all as HAR”"


@dataclass(slots=True)
class Reading:
    """What was learnt while entries were read; complete when the iterator is exhausted."""

    log: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    truncated_percent: int | None = None
    notes: list[str] = field(default_factory=list)


def read_entries(path: Path, reading: Reading) -> Iterator[Any]:
    """Every entry of the file at `path`, as parsed; `reading` is filled on the way. Raises CollectError (DP101…)."""
    with open_har(path) as (stream, raw):
        is_compressed = stream is not raw
        head = _head(stream)
    encoding, mark = _encoding(head)
    text = head[mark:].decode(encoding, "replace")
    _refuse_others(text, head)
    prefix, wrapping = _shape(text)
    plan = _Plan(path, encoding, mark, wrapping, prefix, is_compressed)
    document = None if path.stat().st_size > SMALL_BYTES else _whole(plan)
    if document is not None:
        yield from _from_document(document, reading)
    else:
        yield from _streamed(plan, reading)
    if reading.entries == 0:
        raise _nothing(reading)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read one file: its encoding, the bytes of its byte order mark, the characters of JSONP before it."""

    path: Path
    encoding: str
    mark: int
    wrapping: int
    prefix: str
    is_compressed: bool


def _nothing(reading: Reading) -> CollectError:
    if reading.truncated_percent is not None:
        return CollectError(
            "DP105",
            f"this HAR is damaged: its JSON breaks off at {reading.truncated_percent} % of the file, before any entry",
            hint="the download or upload was probably cut; ask for the file again",
        )
    return CollectError(
        "DP104",
        "this HAR has no entries",
        hint="open the Network panel first, then repeat the failing steps, then export",
    )


@contextmanager
def open_har(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The bytes of the HAR inside the file, and the file itself (the same stream when it is not compressed)."""
    if path.stat().st_size == 0:
        raise CollectError("DP101", "this file is empty", hint=_RE_EXPORT)
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            yield gzip.GzipFile(fileobj=raw), raw  # type: ignore[misc]
        elif magic == b"PK\x03\x04":
            with _zip_member(raw) as stream:
                yield stream, raw
        else:
            yield raw, raw


@contextmanager
def _zip_member(raw: BinaryIO) -> Iterator[BinaryIO]:
    try:
        with zipfile.ZipFile(raw) as archive:
            names = [each for each in archive.infolist() if each.filename.lower().endswith(".har")]
            if len(names) != 1:
                raise CollectError(
                    "DP103", f"this zip holds {len(names)} HAR files, not one", hint="unpack it and give the files"
                )
            if names[0].flag_bits & 1:
                raise CollectError("DP103", "the HAR in this zip is encrypted", hint="unpack it first")
            with archive.open(names[0]) as stream:
                yield stream  # type: ignore[misc]
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


_OTHERS: Final = (
    ("<!doctype html", "a web page saved under the name of a HAR"),
    ("<html", "a web page saved under the name of a HAR"),
    ("bplist00", "a Safari .webarchive"),
    ("<?xml", "an XML file"),
    ("%pdf-", "a PDF"),
    ("curl ", "a saved curl command"),
)


def _refuse_others(text: str, head: bytes) -> None:
    start = text.lstrip("\ufeff\0 \t\r\n")[:4096]
    lowered = start.lower()
    for beginning, meaning in _OTHERS:
        if lowered.startswith(beginning):
            raise CollectError("DP101", f"this is not a HAR but {meaning}", hint=_RE_EXPORT)
    if not start:
        raise CollectError("DP101", "this file is empty but for blanks", hint=_RE_EXPORT)
    if '"requests"' in start[:200] and '"entries"' not in start:
        raise CollectError(
            "DP101", "this is a SAML-tracer export, not a HAR", hint="give it to `diagpack collect`, which reads it too"
        )
    if '"constants"' in start[:400] and ('"logEventTypes"' in text or '"events"' in text):
        raise CollectError("DP101", "this is a Chrome NetLog, not a HAR", hint=_RE_EXPORT)
    if head.count(b"\0") > len(head) // 3 and not head.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0")):
        raise CollectError("DP101", "this is a binary file, not a HAR", hint=_RE_EXPORT)


def _shape(text: str) -> tuple[str, int]:
    """Where entries stand (an ijson prefix), and how many characters of JSONP wrapping come first."""
    start = text.lstrip()
    wrapping = 0
    if start[:1] not in ("{", "["):
        opening = text.find("(", 0, 200)
        if opening < 0 or text[opening + 1 :].lstrip()[:1] not in ("{", "["):
            raise CollectError("DP101", "this is not a HAR: it does not begin like JSON", hint=_RE_EXPORT)
        wrapping = opening + 1
        start = text[wrapping:].lstrip()
    if start[:1] == "[":
        return "item", wrapping
    compact = "".join(start[:2000].split())
    if compact.startswith('{"entries"'):
        return "entries.item", wrapping
    is_entry = compact.startswith(('{"request"', '{"startedDateTime"', '{"pageref"')) and '"log":{' not in compact
    return "" if is_entry else "log.entries.item", wrapping


def _whole(plan: _Plan) -> Any:
    """A small file as one document, by the forgiving parser (NaN, bytes that are not UTF-8); None when it cannot be."""
    with suppress(ValueError, RecursionError, OSError, EOFError, zlib.error):
        with open_har(plan.path) as (stream, raw):
            content = stream.read(SMALL_BYTES + 1)
            if plan.is_compressed and len(content) > max(_BOMB_BYTES, raw.tell() * _BOMB_RATIO):
                raise too_large()
        if len(content) > SMALL_BYTES:
            return None
        text = content[plan.mark :].decode(plan.encoding, "replace")[plan.wrapping :].rstrip("\0 \t\r\n;")
        return json.loads(text.rstrip(")") if plan.wrapping else text)
    return None


def _from_document(document: Any, reading: Reading) -> Iterator[Any]:
    log = document.get("log") if isinstance(document, dict) else None
    entries: Any = None
    if isinstance(document, list):
        entries = document
    elif isinstance(log, dict):
        reading.log = {name: value for name, value in log.items() if name != "entries"}
        # `entries: null` is a HAR without entries, not another format.
        entries = log.get("entries") or []
    elif isinstance(log, list):
        entries = log
    elif isinstance(document, dict):
        entries = [document] if "request" in document else document.get("entries")
    if isinstance(entries, dict):
        entries = list(entries.values())
    if not isinstance(entries, list):
        raise CollectError("DP101", "this is JSON, but not a HAR: it has no log with entries", hint=_RE_EXPORT)
    yield from _counted(iter(entries), reading)


def _counted(entries: Iterator[Any], reading: Reading) -> Iterator[Any]:
    for entry in entries:
        if reading.entries >= MAX_ENTRIES:
            reading.notes.append(f"only the first {MAX_ENTRIES} entries were read")
            return
        reading.entries += 1
        yield entry


def _streamed(plan: _Plan, reading: Reading) -> Iterator[Any]:
    """Entries through the C parser. After damage the entries before it are kept and the share read is stated."""
    reading.log = _log_head(plan)
    done = 0
    # Bytes that are not UTF-8 stop the parser; the second attempt replaces them and goes on where the first stopped.
    for is_forgiving in (False, True):
        with open_har(plan.path) as (stream, raw):
            text = Utf8Pieces(stream, plan.encoding, plan.mark, plan.wrapping, is_forgiving, _limit(plan, raw))
            try:
                found = ijson.items(text, plan.prefix, use_float=True, buf_size=PIECE)
                for position, entry in enumerate(found):
                    if position >= done:
                        yield from _counted(iter((entry,)), reading)
                        done += 1
                return
            except (ijson.JSONError, UnicodeDecodeError) as error:
                if "UTF8" in str(error) and not is_forgiving:
                    continue
                if "trailing garbage" in str(error):
                    return
                reading.truncated_percent = _percent(raw, plan)
                return
            except _DAMAGE:
                reading.truncated_percent = _percent(raw, plan)
                return


def _limit(plan: _Plan, raw: BinaryIO) -> Callable[[], int]:
    """The most bytes there may be by now: a compressed file may not unpack to far more than was read of it."""
    return lambda: min(MAX_BYTES, max(_FREE, raw.tell() * _MAX_RATIO)) if plan.is_compressed else MAX_BYTES


def _percent(raw: BinaryIO, plan: _Plan) -> int:
    return min(100, round(100 * raw.tell() / max(1, plan.path.stat().st_size)))


def _log_head(plan: _Plan) -> dict[str, Any]:
    """Creator, browser and pages when they stand before the entries, as every writer met puts them."""
    log: dict[str, Any] = {}
    if not plan.prefix.startswith("log"):
        return log
    name, builder = "", ijson.ObjectBuilder()
    with open_har(plan.path) as (stream, _), suppress(*_DAMAGE, CollectError):
        text = Utf8Pieces(stream, plan.encoding, plan.mark, plan.wrapping, True, lambda: _HEAD_LIMIT)
        for prefix, event, value in ijson.parse(text, use_float=True, buf_size=PIECE):
            if event == "map_key" and prefix == "log":
                if name:
                    log[name] = builder.value
                name, builder = value, ijson.ObjectBuilder()
                if name == "entries":
                    break
            elif name and (prefix == f"log.{name}" or prefix.startswith(f"log.{name}.")):
                builder.event(event, value)
    return log
