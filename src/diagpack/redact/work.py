"""One pass over one artifact, or over a range of it.

Enters: an engine and what to read (`Task`: path, media type, range; never content). Leaves: redacted bytes to a sink.
"""

import functools
import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from diagpack.redact.engine import NeedsWithholding
from diagpack.redact.entries import check_frame, entry_ranges, framed, unframed
from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.lines import redact_jsonl_stream, redact_jsonl_units
from diagpack.redact.pieces import ranges
from diagpack.redact.text_stream import redact_text_stream, redact_text_units
from diagpack.redact.walk_har import HarWalker
from diagpack.redact.walk_json import JsonWalker, MarkedWalker
from diagpack.redact.walk_markup import is_markup

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine
    from diagpack.redact.replay import Units

HAR, JSON, JSONL, TEXT, PNG = (
    "application/har+json",
    "application/json",
    "application/jsonl",
    "text/plain",
    "image/png",
)
STREAMED = frozenset({JSONL, TEXT})
# Documents of our own collectors, which mark what is sensitive (`{"$sensitive": class, "value": …}`).
MARKED_KINDS = frozenset({"saml", "oidc", "request-ids", "environment", "collection", "case"})
PROSE_KINDS = frozenset({"note", "case"})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"


# Of an artifact that several workers share: big enough that its start costs nothing, small enough that two share 20 MB.
RANGE = 8 << 20
# What is used again or redacted again as one: small, so that one name costs little; each begins with nothing known.
UNIT = 2 << 20
# A document in one piece is held three times.
_MOST_REPLAYED = 16 << 20
# A page that is longer is read as text, line by line.
_MARKUP_BYTES = 32 << 20


class NotJson(NeedsWithholding):
    """A document that does not parse."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to read. `is_approved`: a picture that the analyst approved. `is_part`: some entries of a HAR."""

    id: str
    kind: str
    media_type: str
    path: Path
    start: int
    end: int
    is_approved: bool = False
    is_part: bool = False


def parts(task: Task, step: int, *, is_even: bool = False) -> list[Task]:
    """Ranges of about `step` bytes that can be read apart: the same for any number of workers.

    `is_even`: the last ones are no smaller than the others, for which a worker would have to wait.
    """
    if task.media_type in STREAMED and not _is_whole(task):
        with task.path.open("rb") as stream:
            found = ranges(stream, task.end, step, task.start)
    elif task.media_type == HAR:
        with task.path.open("rb") as stream:
            found = entry_ranges(stream, task.path.stat().st_size, step, task.start, task.end, is_even=is_even)
    else:
        return [task]
    is_part = task.is_part or (task.media_type == HAR and len(found) > 1)
    return [replace(task, start=start, end=end, is_part=is_part) for start, end in found]


def run(engine: "Engine", task: Task, sink: Callable[[bytes], object], units: "Units | None" = None) -> None:
    """Raises NeedsWithholding when the content cannot be inspected. `units`: see `is_replayed`."""
    with _no_cycles_sought():
        for piece in _pieces(engine, task) if units is None else _in_units(engine, task, units):
            sink(piece)


def is_replayed(task: Task) -> bool:
    """Whether the second pass may use again what the first wrote: most of what it does is parsing and walking."""
    is_small = task.end - task.start <= _MOST_REPLAYED
    return task.media_type in STREAMED or (task.media_type in (HAR, JSON) and is_small)


def _in_units(engine: "Engine", task: Task, units: "Units") -> Iterator[bytes]:
    if task.media_type in STREAMED and not _is_whole(task):
        with task.path.open("rb") as stream:
            _check_text(stream.read(4096) if task.start == 0 else b"")
            if task.media_type == TEXT:
                yield from redact_text_units(engine, stream, task.start, task.end, units)
            else:
                found = ranges(stream, task.end, UNIT, task.start, is_even=True)
                yield from redact_jsonl_units(engine, stream, found, units)
        return
    for part in parts(task, UNIT, is_even=True):
        yield units.unit(engine, part.end - part.start, functools.partial(_joined, engine, part))


@contextmanager
def _no_cycles_sought() -> Iterator[None]:
    """Parsed documents hold no cycles, and looking for some takes up to half of the time; what was off stays off."""
    was_on = gc.isenabled()
    gc.disable()
    _leave_imports()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@functools.cache
def _leave_imports() -> None:
    """What was imported stays for good: later searches for cycles need not look at half a million objects again."""
    gc.freeze()


def _pieces(engine: "Engine", task: Task) -> Iterator[bytes]:
    if task.media_type in STREAMED:
        with task.path.open("rb") as stream:
            _check_text(stream.read(4096) if task.start == 0 else b"")
            if _is_whole(task):
                yield _in_one_piece(engine, task)
                return
            reader = redact_jsonl_stream if task.media_type == JSONL else redact_text_stream
            yield from reader(engine, stream, task.start, task.end)
    elif task.media_type in (HAR, JSON):
        yield from _document_or_text(engine, task)
    elif task.media_type == PNG:
        yield _picture(task)
    else:
        raise NeedsWithholding("a kind of file that cannot be inspected")


def _joined(engine: "Engine", task: Task) -> bytes:
    return b"".join(_pieces(engine, task))


def has_lone_nulls(head: bytes) -> bool:
    """Whether the NUL bytes of what is otherwise UTF-8 are so few that each is a character: no binary, no UTF-16."""
    count = head.count(0)
    # The head may end inside of a character.
    return count <= max(1, len(head) // 50) and "\ufffd" not in head.decode("utf-8", "replace")[:-4]


def _check_text(head: bytes) -> None:
    if (b"\0" in head and not has_lone_nulls(head)) or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NeedsWithholding("text that is not UTF-8")


def _read(task: Task) -> bytes:
    with task.path.open("rb") as stream:
        stream.seek(task.start)
        return stream.read(task.end - task.start)


def _is_whole(task: Task) -> bool:
    """Markup, or JSON that somebody pasted as a note: keys and elements say what their content is."""
    if task.media_type != TEXT or task.start or not task.path.stat().st_size == task.end <= _MARKUP_BYTES:
        return False
    with task.path.open("rb") as stream:
        bare = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if task.kind in PROSE_KINDS and bare[:1] in (b"{", b"["):
        return True
    return bare.startswith(b"<") and is_markup(bare.decode("utf-8", "replace"))


def _in_one_piece(engine: "Engine", task: Task) -> bytes:
    """A document as a value; what only begins like one is read as text."""
    text = task.path.read_bytes().decode("utf-8", "surrogateescape")
    return engine.value(text).encode("utf-8", "surrogateescape")


def _document_or_text(engine: "Engine", task: Task) -> Iterator[bytes]:
    """What begins like JSON and is none is a log whose lines begin with `[`, a file of settings, a cut document."""
    try:
        yield _document(engine, task, _read(task))
    except NotJson:
        if task.kind != "file" or task.media_type != JSON:
            raise
        with task.path.open("rb") as stream:
            yield from redact_text_stream(engine, stream, 0, task.end)


def _document(engine: "Engine", task: Task, content: bytes) -> bytes:
    if task.end > engine.policy.limit("document_bytes"):
        raise NeedsWithholding("a document too large to be inspected")
    try:
        text = (framed(content, is_first=task.start == 0) if task.is_part else content).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NeedsWithholding("a document that is not UTF-8") from None
    document = Document()
    try:
        parsed = document.loads(text)
        if task.is_part:
            check_frame(parsed)
        is_large = not engine.ahead.read(parsed)
        if task.media_type == HAR:
            walked = HarWalker(engine, document).har(parsed)
        elif task.kind == "api":
            walked = HarWalker(engine, document).calls(parsed)
        else:
            walker = (MarkedWalker if task.kind in MARKED_KINDS else JsonWalker)(engine, document)
            walker.is_owner, walker.is_large = True, is_large
            walked = walker.walk(parsed)
        # Each of the trees takes fifty times the memory of its text: one at a time.
        del parsed
        if not engine.is_writing:
            return b""
        written = document.dumps(walked)
        del walked
    except TooDeep:
        raise NeedsWithholding("a document nested too deep to be inspected") from None
    except ValueError:
        raise NotJson("a document that is not valid JSON of its kind") from None
    data = written.encode("utf-8", "surrogatepass")
    _check_written(data, written)
    return unframed(data, content, is_first=task.start == 0) if task.is_part else data


def _check_written(data: bytes, text: str) -> None:
    """What was written must still be what it was. Raises ValueError, which ends the run."""
    try:
        msgspec.json.decode(data)
    except (ValueError, RecursionError):
        try:
            # What is outside of JSON or Unicode in the strict sense, Python may still read.
            json.loads(text)
        except ValueError:
            # It reads no number of more than 4300 digits.
            json.loads(text, parse_int=str)


def _picture(task: Task) -> bytes:
    content = task.path.read_bytes()
    if not task.is_approved:
        raise NeedsWithholding("a picture that was not approved")
    if not content.startswith(_PNG_HEAD):
        raise NeedsWithholding("a picture that is not a PNG file")
    return content


def redact_facts(engine: "Engine", facts: Any, kind: str = "") -> Any:
    """Facts of an artifact, through the JSON walker."""
    document = Document()
    parsed = document.loads(json.dumps(facts, ensure_ascii=False))
    walker = MarkedWalker if kind in MARKED_KINDS else JsonWalker
    return json.loads(document.dumps(walker(engine, document).walk(parsed)))
