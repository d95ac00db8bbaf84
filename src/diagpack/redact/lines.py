"""Text and JSON Lines, streamed: memory does not grow with the file.

Enters: a binary stream and a byte range of it. Leaves: redacted bytes, piece by piece. Pieces end at a line end; a
longer line is read through a window that overlaps its neighbours, and a PEM block is never cut.
"""

import functools
import json
import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from diagpack.redact.blocks.reader import Blocks
from diagpack.redact.engine import NeedsWithholding
from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.walk_json import JsonWalker, parse_together, redact_body

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine
    from diagpack.redact.replay import Units

PIECE = 64 << 10
# A line up to this size is one piece; a longer one is cut with an overlap.
_LONGEST = 4 << 20
_OVERLAP = 16 << 10
_PEM_HEAD = b"-----BEGIN "
_PEM_TAIL = b"-----END "
# The end of a line whose value stands on the next one: `key:`, `key=`, `"name": "…",`, a folded or continued line.
_GOES_ON = re.compile(
    rb"(?:[:=]|\\\\)[ \t]*\r?\n\Z|[\"']?(?:name|key|header|field|parameter|param)[\"']?[ \t]*[:=][^\n]{1,200}\r?\n\Z",
    re.IGNORECASE,
)
_JOINED_LINES = 8
_HEAD_LINES = 20
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_TIME = re.compile(r"[0-9TZ:.,+\- ]{0,40}")


def redact_text_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Plain text in `start` to `end`, which stand on line ends. Bytes that are not UTF-8 stay as they are."""
    windows, blocks = _Windows(engine), Blocks(engine)
    if start:
        # The first lines of the text may be the head of a table.
        stream.seek(0)
        blocks.prime(b"\n".join([*stream.read(PIECE).split(b"\n")[:_HEAD_LINES], b""]))
    for piece, is_cut in _pieces(stream, start, end, _LONGEST):
        if not is_cut and len(piece) <= _LONGEST and not windows.is_open:
            yield engine.data(piece, blocks=blocks)
        else:
            yield from windows.feed(piece, is_last=not is_cut)
    yield from windows.feed(b"", is_last=True)


def pieces(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Whole lines of about `PIECE` bytes. Raises NeedsWithholding for a line that is longer than 64 MiB."""
    for piece, is_cut in _pieces(stream, start, end, 16 * _LONGEST):
        if is_cut:
            raise NeedsWithholding("a record of more than 64 MiB")
        yield piece


def _pieces(stream: BinaryIO, start: int, end: int, longest: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces, and whether the next one goes on in the same line. A PEM block or a pair of lines is not cut."""
    stream.seek(start)
    left = end - start
    held = b""
    while left > 0:
        # Growing blocks keep a long line linear.
        block = stream.read(min(max(PIECE, len(held)), left))
        if not block:
            break
        left -= len(block)
        held += block
        cut = held.rfind(b"\n", len(held) - len(block)) + 1
        if cut and left > 0:
            cut = _before_open_block(held, cut)
        if cut and left > 0:
            yield held[:cut], False
            held = held[cut:]
        elif len(held) > longest and left > 0:
            yield held, True
            held = b""
    if held:
        yield held, False


def _before_open_block(held: bytes, cut: int) -> int:
    """The cut moved in front of what goes on behind it: an open PEM block, a key whose value is on the next line.

    Bounded, so that a lone head costs nothing.
    """
    head = held.rfind(_PEM_HEAD, 0, cut)
    if head >= 0 and held.find(_PEM_TAIL, head, cut) < 0 and cut - head <= 4 * PIECE:
        cut = held.rfind(b"\n", 0, head) + 1
    for _ in range(_JOINED_LINES):
        line = held.rfind(b"\n", 0, max(0, cut - 1)) + 1
        if cut - line > PIECE or _GOES_ON.search(held, max(line, cut - 300), cut) is None:
            break
        cut = line
    return cut


class _Windows:
    """A line of any length: each window sees what stands before and behind it, and only windows are held."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._held = b""
        # How much of `_held` was written already and only serves as context.
        self._done = 0

    @property
    def is_open(self) -> bool:
        return bool(self._held)

    def feed(self, more: bytes, *, is_last: bool) -> Iterator[bytes]:
        """Redacted bytes; `is_last`: the line ends here."""
        self._held += more
        while len(self._held) - self._done > _LONGEST + _OVERLAP:
            yield self._written(self._done + _LONGEST, self._done + _LONGEST + _OVERLAP)
        if is_last and self._held:
            yield self._written(len(self._held), len(self._held))
            self._held, self._done = b"", 0

    def _written(self, limit: int, stop: int) -> bytes:
        """Everything up to `limit`, or to the end of the finding that stands there; `stop`: what the window sees."""
        window = self._held[:stop]
        out = bytearray()
        at = self._done
        for edit in self._engine.edits(window):
            if edit.end <= at or edit.start >= limit:
                continue
            out += window[at : max(at, edit.start)]
            out += edit.new or b""
            at = edit.end
            if edit.entity:
                self._engine.tally[f"{edit.entity}/{edit.rule}"] += 1
        if at < limit:
            out += window[at:limit]
            at = limit
        begin = max(0, at - _OVERLAP)
        self._held, self._done = self._held[begin:], at - begin
        return bytes(out)


def redact_jsonl_stream(engine: "Engine", stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """JSON Lines: one record a line, `text` of a log record is log text. Same number of lines."""
    walker = _RecordWalker(engine)
    if start:
        walker.prime(stream)
    for piece in pieces(stream, start, end):
        yield walker.piece(piece)


def redact_jsonl_units(
    engine: "Engine", stream: BinaryIO, found: Sequence[tuple[int, int]], units: "Units"
) -> Iterator[bytes]:
    """The same in units of these ranges, which the second pass may have from the first."""
    walker = _RecordWalker(engine)
    if found[0][0]:
        walker.prime(stream)
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

    def prime(self, stream: BinaryIO) -> None:
        """Read the first records when this is not the first range: they may be the head of a table."""
        stream.seek(0)
        records = map(_parsed, stream.read(PIECE).split(b"\n")[:_HEAD_LINES])
        texts = [each["text"] for each in records if each is not None]
        self._blocks.prime("".join(f"{each}\n" for each in texts).encode("utf-8", "surrogatepass"))

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
        is_structured = [_is_structured(each) for each in texts]
        structured = list(compress(texts, is_structured))
        plain = [each for each, is_one in zip(texts, is_structured, strict=True) if not is_one]
        redacted = iter(self._engine.texts(plain, self._blocks))
        if structured:
            parse_together(self._engine, [each for each in structured if each[:1] in "{["])
        out = [
            redact_body(self._engine, each) if is_one else next(redacted)
            for each, is_one in zip(texts, is_structured, strict=True)
        ]
        self._engine.parsed.clear()
        return out

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


def ranges(stream: BinaryIO, size: int, step: int, start: int = 0, *, is_even: bool = False) -> list[tuple[int, int]]:
    """Byte ranges from `start` that end on line ends outside of PEM blocks: the same for any number of workers.

    `is_even`: the last ones are no smaller than the others.
    """
    found = []
    while start < size:
        end = min(size, start + (step if is_even else _next_step(size, start, step)))
        if end < size:
            end = _line_end_behind(stream, start, end, size)
        found.append((start, end))
        start = end
    return found or [(start, start)]


def _next_step(size: int, start: int, step: int) -> int:
    """The last ranges of a long text are smaller: nobody waits long for whoever took the last one."""
    left = size - start
    return step if size <= 2 * step or left > 2 * step else max(step // 4, left // 3)


def _line_end_behind(stream: BinaryIO, start: int, position: int, size: int) -> int:
    """Behind `start` in any case: what is open there since before it does not move the cut."""
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
    lookback = min(position - start, 4 * PIECE)
    stream.seek(position - lookback)
    behind = stream.read(lookback)
    cut = _before_open_block(behind, len(behind))
    return position - lookback + cut if cut else position
