"""JSON Lines, streamed: memory does not grow with the file.

Enters: a binary stream and a byte range of it. Leaves: redacted bytes, piece by piece.
"""

import functools
import json
import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from diagpack.redact.blocks.reader import Blocks
from diagpack.redact.documents import redact_documents
from diagpack.redact.earlier import Earlier
from diagpack.redact.json_text import Document
from diagpack.redact.pieces import head_of, pieces
from diagpack.redact.walk_json import JsonWalker

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine
    from diagpack.redact.replay import Units

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_TIME = re.compile(r"[0-9TZ:.,+\- ]{0,40}")


def redact_jsonl_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """JSON Lines: one record a line, `text` of a log record is log text. Same number of lines."""
    walker = _RecordWalker(engine)
    if start:
        walker.prime(stream, start)
    for piece in pieces(stream, start, end):
        yield walker.piece(piece)


def redact_jsonl_units(
    engine: "Engine", stream: BinaryIO, found: Sequence[tuple[int, int]], units: "Units"
) -> Iterator[bytes]:
    """The same in units of these ranges, which the second pass may have from the first."""
    walker = _RecordWalker(engine)
    if found[0][0]:
        walker.prime(stream, found[0][0])
    for start, end in found:
        is_apart = walker.is_apart
        walker.begin(is_first=(start, end) == found[0])
        write = functools.partial(walker.range, stream, start, end)
        yield units.unit(engine, end - start, write, is_apart=is_apart)


class _RecordWalker:
    """Redacts the records of one piece together, so that short texts cost one scan."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._blocks = Blocks(engine)
        self._unchanged: set[str] = set()

    @property
    def is_apart(self) -> bool:
        """Whether the records to come stand for themselves: no table or statement goes on in them."""
        return self._blocks.is_apart

    def begin(self, *, is_first: bool) -> None:
        """A unit of records begins: what was found in others is found anew. The one before may not have been read."""
        self._unchanged.clear()
        if not is_first:
            self._blocks.skip()

    def range(self, stream: BinaryIO, start: int, end: int) -> bytes:
        """All records of a range."""
        return b"".join(map(self.piece, pieces(stream, start, end)))

    def prime(self, stream: BinaryIO, start: int) -> None:
        """Read the first records when this is not the first range: they may be the head of a table."""
        records = map(_parsed, head_of(stream))
        texts = [each["text"] for each in records if each is not None]
        head = "".join(f"{each}\n" for each in texts).encode("utf-8", "surrogatepass")
        self._blocks.prime(head, Earlier(stream, start, is_records=True))

    def piece(self, piece: bytes) -> bytes:
        lines = piece.split(b"\n")
        records: list[tuple[int, dict[str, Any]]] = []
        texts: list[str] = []
        others: list[int] = []
        for index, line in enumerate(lines):
            if not line.strip():
                continue
            record = _parsed(line)
            if record is None:
                others.append(index)
                continue
            records.append((index, record))
            texts.append(record["text"])
        if records:
            for (index, record), text in zip(records, self._texts(texts), strict=True):
                lines[index] = self._written(lines[index], record, text)
        for index, new in zip(others, self._others([lines[each] for each in others]), strict=True):
            lines[index] = new
        return b"\n".join(lines)

    def _texts(self, texts: list[str]) -> list[str]:
        is_structured = [_is_structured(each) for each in texts]
        structured = list(compress(texts, is_structured))
        plain = [each for each, is_one in zip(texts, is_structured, strict=True) if not is_one]
        redacted = iter(self._engine.texts(plain, self._blocks))
        documents = iter(self._documents(structured))
        return [next(documents) if is_one else next(redacted) for is_one in is_structured]

    def _documents(self, texts: list[str]) -> list[str]:
        """Texts that are JSON or markup."""
        engine = self._engine
        with engine.deeper():
            walked = redact_documents(engine, texts)
        return [engine.value(text) if new is None else new for text, new in zip(texts, walked, strict=True)]

    def _written(self, line: bytes, record: dict[str, Any], text: str) -> bytes:
        changed: dict[str, Any] = {}
        unchanged = self._unchanged
        for name, value in record.items():
            kind = type(value)
            if kind is str:
                if name == "text" or value in unchanged:
                    continue
            elif kind is int or value is None or (kind is list and (not value or _is_range(name, value))):
                continue
            new = self._field(name, value)
            if new != value:
                changed[name] = new
            elif kind is str and len(unchanged) < 10_000:
                unchanged.add(value)
        if text != record["text"]:
            changed["text"] = text
        if not changed or not self._engine.is_writing:
            return line
        return _dumped({**record, **changed})

    def _field(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, list) and _is_range(name, value):
            return value
        if name in ("time", "zone", "level") and isinstance(value, str) and (_TIME.fullmatch(value) or len(value) < 4):
            return value
        if name == "ids" and isinstance(value, list):
            return [self._engine.keep(each) if isinstance(each, str) else each for each in value]
        if isinstance(value, str):
            return self._engine.value(value)
        return JsonWalker(self._engine, Document()).walk(value, name)

    def _others(self, lines: list[bytes]) -> list[bytes]:
        """Records without `text`, and lines that are no JSON object."""
        walked = redact_documents(self._engine, [each.decode("utf-8", "surrogateescape") for each in lines])
        return [
            self._engine.data(line) if new is None else new.encode("utf-8", "surrogateescape")
            for line, new in zip(lines, walked, strict=True)
        ]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # What is outside of JSON or UTF-8 in the strict sense, Python may still read.
        record = _parsed_by_python(line)
    if type(record) is not dict or type(record.get("text")) is not str or "line" not in record:
        return None
    return record


def _parsed_by_python(line: bytes) -> Any:
    try:
        # Decoded here: `loads` would first find out which kind of Unicode it is.
        is_utf8 = b"\0" not in line and not line.startswith(b"\xef\xbb\xbf")
        return json.loads(line.decode("utf-8", "surrogatepass") if is_utf8 else line)
    except (ValueError, RecursionError):
        return None


def _dumped(record: dict[str, Any]) -> bytes:
    try:
        return _encode(record)
    except (ValueError, TypeError):
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


def _is_range(name: str, value: list[Any]) -> bool:
    return name == "bytes" and (set(map(type, value)) == {int} or all(isinstance(each, int) for each in value))


def _is_structured(text: str) -> bool:
    head = text[:1]
    return head in ("{", "[", "<") and text.rstrip()[-1:] in ("}", "]", ">")
