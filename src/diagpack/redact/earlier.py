"""What a long text said before the range that is read: names of columns that still count there.

Enters: a stream of text or of records, and where reading starts. Leaves: the lines that open the table, the insert or
the tables that the range goes on with. Another process reads what stands before; only where the first line of the range
asks for it is it searched, backwards, for the last heading.
"""

import json
from collections.abc import Iterator
from typing import BinaryIO, Final

from diagpack.redact.detectors._engine import compiled

_WINDOW: Final = 4 << 20
# A definition or the head of a statement; escapes make it longer in records.
_TEXT: Final = 64 << 10
_CREATE = compiled(r"\bcreate[ \t]+(?:[a-z]+[ \t]+)?table[ \t]", ignore_case=True)
_INSERTS: Final = (b"INSERT INTO ", b"insert into ", b"REPLACE INTO ", b"replace into ")
_MOST_DEFINITIONS: Final = 5_000


class Earlier:
    """The part of a stream in front of `start`. `is_records`: JSON Lines, of which `text` is what is meant."""

    def __init__(self, stream: BinaryIO, start: int, *, is_records: bool) -> None:
        self._stream = stream
        self._start = start
        self._is_records = is_records
        # How a line of the text begins in the stream.
        self._begin = b'"' if is_records else b"\n"

    def heading(self) -> bytes:
        """The line that opens the table of the range: `#Fields:` of a W3C log, `COPY … FROM stdin`."""
        first = self._lines(self._start, 4096)[0]
        if b"\t" in first:
            copied = self._last(self._begin + b"COPY ")
            ended = self._last(b'"\\\\."' if self._is_records else b"\n\\.\n")
            if copied > ended:
                return self._lines(copied + 1, _TEXT)[0] + b"\n"
        if self._lines(0, 4096)[0].startswith(b"#"):
            fields = self._last(self._begin + b"#Fields:")
            if fields >= 0:
                return self._lines(fields + 1, _TEXT)[0] + b"\n"
        return b""

    def insert(self) -> bytes:
        """The head of the statement whose rows go on in the range."""
        if not self._lines(self._start, 4096)[0].lstrip().startswith(b"("):
            return b""
        at = max(map(self._last, _INSERTS))
        return b"" if at < 0 else b"\n".join(self._lines(at, _TEXT))

    def definitions(self) -> Iterator[bytes]:
        """The definitions of tables, each with the text behind it."""
        found, position = 0, 0
        while position < self._start and found < _MOST_DEFINITIONS:
            window = self._read(position, min(_WINDOW, self._start - position))
            for start, _ in _CREATE.spans(window):
                yield b"\n".join(self._lines(position + start, _TEXT))
                found += 1
            # A word of them may stand on the cut.
            position += max(1, len(window) - 64) if len(window) == _WINDOW else len(window) + 1

    def _read(self, position: int, size: int) -> bytes:
        here = self._stream.tell()
        self._stream.seek(position)
        data = self._stream.read(size)
        self._stream.seek(here)
        return data

    def _last(self, mark: bytes) -> int:
        """Where a mark stands for the last time, or -1."""
        end = self._start
        while end > 0:
            begin = max(0, end - _WINDOW)
            # With what a mark on the cut needs, but no further than the range begins.
            size = min(self._start, end + len(mark) - 1) - begin
            at = self._read(begin, size).rfind(mark)
            if at >= 0:
                return begin + at
            end = begin
        return -1

    def _lines(self, position: int, size: int) -> list[bytes]:
        """Lines of the text from a place on; the first is whole from there, of the others as many as fit."""
        if not self._is_records:
            return self._read(position, size).split(b"\n")
        begin = max(0, position - _TEXT)
        line = begin + self._read(begin, position - begin).rfind(b"\n") + 1
        lines = []
        for each in self._read(line, 4 * size).split(b"\n"):
            try:
                record = json.loads(each)
            except ValueError:
                continue
            text = record.get("text") if isinstance(record, dict) else None
            if isinstance(text, str):
                lines += text.encode("utf-8", "surrogatepass").split(b"\n")
        return lines or [b""]
