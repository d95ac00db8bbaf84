"""Text and JSON Lines, streamed: memory does not grow with the file.

Enters: a binary stream and a byte range of it. Leaves: redacted bytes, piece by piece. Pieces end at a line end; a
longer line is read through a window that overlaps its neighbours, and a PEM block is never cut.
"""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from diagpack.redact.walk_json import Document, JsonWalker, TooDeep, parse_together

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

PIECE = 64 << 10
# A line up to this size is one piece; a longer one is cut with an overlap.
_LONGEST = 4 << 20
_OVERLAP = 16 << 10
_PEM_HEAD = b"-----BEGIN "
_PEM_TAIL = b"-----END "
_TIME = re.compile(r"[0-9TZ:.,+\- ]{0,40}")


def redact_text_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Plain text in `start` to `end`, which stand on line ends. Bytes that are not UTF-8 stay as they are."""
    for piece in pieces(stream, start, end):
        if len(piece) <= _LONGEST:
            yield engine.data(piece)
        else:
            yield from _windows(engine, piece)


def pieces(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Whole lines of about `PIECE` bytes; longer when a line or a PEM block is longer."""
    stream.seek(start)
    left = end - start
    held = b""
    while left > 0:
        block = stream.read(min(PIECE, left))
        if not block:
            break
        left -= len(block)
        held += block
        cut = held.rfind(b"\n") + 1
        if cut and left > 0:
            cut = _before_open_block(held, cut)
        if cut and left > 0:
            yield held[:cut]
            held = held[cut:]
        elif len(held) > 16 * _LONGEST:
            # One line of 64 MiB: hand it on in parts, with the window's overlap.
            yield held
            held = b""
    if held:
        yield held


def _before_open_block(held: bytes, cut: int) -> int:
    """The cut moved in front of a PEM block that is still open (bounded, so that a lone head costs nothing)."""
    head = held.rfind(_PEM_HEAD, 0, cut)
    if head < 0 or held.find(_PEM_TAIL, head, cut) >= 0 or cut - head > 4 * PIECE:
        return cut
    line = held.rfind(b"\n", 0, head) + 1
    return line


def _windows(engine: "Engine", line: bytes) -> Iterator[bytes]:
    """A very long line: each window sees what stands before and behind it."""
    position = 0
    while position < len(line):
        begin = max(0, position - _OVERLAP)
        body_end = min(len(line), position + _LONGEST)
        stop = min(len(line), body_end + _OVERLAP)
        window = line[begin:stop]
        out = bytearray()
        at = position - begin
        limit = body_end - begin
        for edit in engine.edits(window):
            if edit.end <= at or edit.start >= limit:
                continue
            out += window[at : max(at, edit.start)]
            out += edit.new or b""
            at = edit.end
            if edit.entity:
                engine.tally[f"{edit.entity}/{edit.rule}"] += 1
        out += window[at:limit] if at < limit else b""
        yield bytes(out)
        position = begin + max(at, limit)


def redact_jsonl_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """JSON Lines: one record a line, `text` of a log record is log text. Same number of lines."""
    walker = _RecordWalker(engine)
    for piece in pieces(stream, start, end):
        yield walker.piece(piece)


class _RecordWalker:
    """Redacts the records of one piece together, so that short texts cost one scan."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._unchanged: set[str] = set()

    def piece(self, piece: bytes) -> bytes:
        lines = piece.split(b"\n")
        records: list[tuple[int, dict[str, Any]]] = []
        texts: list[str] = []
        for index, line in enumerate(lines):
            if not line.strip():
                continue
            record = _parsed(line)
            if record is None:
                lines[index] = self._other(line)
                continue
            records.append((index, record))
            texts.append(record["text"])
        if records:
            for (index, record), text in zip(records, self._texts(texts), strict=True):
                lines[index] = self._written(lines[index], record, text)
        return b"\n".join(lines)

    def _texts(self, texts: list[str]) -> list[str]:
        plain = [each for each in texts if not _is_structured(each)]
        redacted = iter(self._engine.texts(plain))
        if len(plain) < len(texts):
            parse_together(self._engine, [each for each in texts if each[:1] in "{[" and _is_structured(each)])
        out = [self._engine.value(each) if _is_structured(each) else next(redacted) for each in texts]
        self._engine.parsed.clear()
        return out

    def _written(self, line: bytes, record: dict[str, Any], text: str) -> bytes:
        changed: dict[str, Any] = {}
        for name, value in record.items():
            if name == "text" or value is None or type(value) is int or value == []:
                continue
            if name == "bytes" and type(value) is list and all(type(each) is int for each in value):
                continue
            if type(value) is str and value in self._unchanged:
                continue
            new = self._field(name, value)
            if new != value:
                changed[name] = new
            elif type(value) is str and len(self._unchanged) < 10_000:
                self._unchanged.add(value)
        if text != record["text"]:
            changed["text"] = text
        if not changed or self._engine.learned is not None:
            # The first pass only learns; what it writes is thrown away.
            return line
        return json.dumps({**record, **changed}, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )

    def _field(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, int | float):
            return value
        if name == "bytes" and isinstance(value, list) and all(isinstance(each, int) for each in value):
            return value
        if name in ("time", "zone", "level") and isinstance(value, str) and (_TIME.fullmatch(value) or len(value) < 4):
            return value
        if name == "ids" and isinstance(value, list):
            return [self._engine.keep(each) if isinstance(each, str) else each for each in value]
        if isinstance(value, str):
            return self._engine.value(value)
        return JsonWalker(self._engine, Document()).walk(value, name)

    def _other(self, line: bytes) -> bytes:
        """A record without `text`, or a line that is no JSON object."""
        document = Document()
        text = line.decode("utf-8", "surrogateescape")
        try:
            walked = JsonWalker(self._engine, document).walk(document.loads(text))
        except (ValueError, TooDeep):
            return self._engine.data(line)
        return document.dumps(walked).encode("utf-8", "surrogateescape")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        # Decoded here: `loads` would first find out which kind of Unicode it is.
        is_utf8 = b"\0" not in line and not line.startswith(b"\xef\xbb\xbf")
        record = json.loads(line.decode("utf-8", "surrogatepass") if is_utf8 else line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "line" not in record:
        return None
    return record


def _is_structured(text: str) -> bool:
    head = text[:1]
    return head in ("{", "[", "<") and text.rstrip()[-1:] in ("}", "]", ">")


def ranges(stream: BinaryIO, size: int, step: int) -> list[tuple[int, int]]:
    """Byte ranges that end on line ends outside of PEM blocks: the same for any number of workers."""
    found = []
    start = 0
    while start < size:
        end = min(size, start + step)
        if end < size:
            end = _line_end_behind(stream, end, size)
        found.append((start, end))
        start = end
    return found or [(0, 0)]


def _line_end_behind(stream: BinaryIO, position: int, size: int) -> int:
    stream.seek(position)
    while position < size:
        block = stream.read(PIECE)
        if not block:
            return size
        at = block.find(b"\n")
        if at >= 0:
            position += at + 1
            break
        position += len(block)
    else:
        return size
    lookback = min(position, 4 * PIECE)
    stream.seek(position - lookback)
    behind = stream.read(lookback)
    cut = _before_open_block(behind, len(behind))
    moved = position - lookback + cut
    return moved if moved > position - lookback else position
