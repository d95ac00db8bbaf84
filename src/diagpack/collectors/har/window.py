"""One JSON value after another out of a stream, however damaged the stream is.

Enters: UTF-8 in pieces. Leaves: the bytes of each value, so that memory holds one value and not the document. Strict
values are found by msgspec, which skips a gigabyte a second; values it refuses (NaN, raw line ends, lone surrogates,
very deep ones) by their brackets. Source of the grammar: RFC 8259.
"""

import json
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec

MAX_VALUE: Final = 64 << 20
_READ: Final = 1 << 20
# NUL: a file cut on a full disk ends in them.
_BLANK: Final = re.compile(rb"[ \t\r\n\0]*+")
_BLANKS: Final = b" \t\r\n\0"
_TOKEN: Final = re.compile(rb'[{}\[\]]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_SCALAR: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^,\]}\s"]++', re.DOTALL)
_PAIRS: Final = {b"{": b"}", b"[": b"]"}
_TRAILING: Final = re.compile(r"trailing characters \(byte (\d+)\)")
_SKIP: Final = msgspec.json.Decoder(msgspec.Raw)
_DECODE: Final = msgspec.json.Decoder()
_STREAM_ENDS: Final = (EOFError, OSError, zlib.error)


class CutOff(Exception):
    """The stream ended inside a value. `at` is the offset where that value begins."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class Broken(Exception):
    """What stands at offset `at` is not JSON that can be followed."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class Window:
    """The part of a stream between what was taken and what was read. Offsets count UTF-8 bytes from its start."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._data = b""
        self._position = 0
        self._base = 0
        self.is_ended = False
        # The stream itself broke (a cut gzip), in contrast to text that ended too early.
        self.is_stream_damaged = False

    @property
    def offset(self) -> int:
        """Where the next byte stands in the stream."""
        return self._base + self._position

    def peek(self) -> bytes:
        """The next byte that is not blank, not taken; empty at the end."""
        here = self._data[self._position : self._position + 1]
        if here and here not in _BLANKS:
            return here
        while True:
            match = _BLANK.match(self._data, self._position)
            self._position = match.end() if match else self._position
            if self._position < len(self._data):
                return self._data[self._position : self._position + 1]
            if not self._more(_READ):
                return b""

    def take(self) -> None:
        """Take the byte that `peek` showed."""
        self._position += 1

    def value(self) -> bytes:
        """Take the next value.

        Raises CutOff at the end of the stream, Broken where brackets do not match or it is longer than any HAR's.
        """
        self.peek()
        size = _READ
        while True:
            end = self._end()
            if end >= 0:
                found = self._data[self._position : end]
                self._position = end
                return found
            start = self.offset
            if len(self._data) - self._position > MAX_VALUE:
                raise Broken(start)
            if not self._more(size) and self._end() < 0:
                raise CutOff(start)
            # Doubling keeps the work linear although the value is looked at again from its start.
            size = min(size * 2, MAX_VALUE)

    def rewind(self, offset: int) -> None:
        """Go back to an offset, as far as its bytes are still here."""
        self._position = max(0, offset - self._base)

    def seek(self, pattern: re.Pattern[bytes]) -> bool:
        """Go on to where group 1 of `pattern` begins, at least one byte further; False when nothing follows."""
        self._position += 1
        while True:
            match = pattern.search(self._data, self._position)
            if match is not None:
                self._position = match.start(1)
                return True
            # A match may begin in this piece and end in the next.
            self._position = max(self._position, len(self._data) - 200)
            if not self._more(_READ):
                return False

    def _end(self) -> int:
        """Where the value at the position ends, as an index into the data; -1 when its end was not read yet."""
        rest = memoryview(self._data)[self._position :]
        try:
            _SKIP.decode(rest)
        except msgspec.DecodeError as problem:
            match = _TRAILING.search(str(problem))
            if match is not None:
                return self._position + int(match[1]) - 1
        except RecursionError:
            pass
        else:
            # It fills the data; a number could go on.
            return len(self._data) if self.is_ended or self._data[-1:] in b'}]"' else -1
        return self._by_brackets()

    def _by_brackets(self) -> int:
        if self._data[self._position : self._position + 1] not in (b"{", b"["):
            match = _SCALAR.match(self._data, self._position)
            is_whole = match is not None and (self.is_ended or match.end() < len(self._data) or match[0][:1] == b'"')
            return match.end() if match is not None and is_whole else -1
        closing = bytearray()
        for match in _TOKEN.finditer(self._data, self._position):
            token = match[0]
            if token in _PAIRS:
                closing += _PAIRS[token]
            elif token[:1] != b'"':
                if closing[-1:] != token:
                    raise Broken(self._base + match.start())
                del closing[-1]
                if not closing:
                    return match.end()
        return -1

    def _more(self, size: int) -> bool:
        if self.is_ended:
            return False
        piece = b""
        try:
            piece = self._read(size)
        except _STREAM_ENDS:
            self.is_stream_damaged = True
        if not piece:
            self.is_ended = True
            return False
        self._base += self._position
        self._data = self._data[self._position :] + piece
        self._position = 0
        return True


def parsed(value: bytes) -> Any:
    """The value as Python objects: strictly, else forgiving NaN, bytes that are not UTF-8 and raw control characters.

    Raises ValueError when it is no JSON, RecursionError when it is deeper than any HAR.
    """
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return _DECODE.decode(value)
    return json.loads(value.decode("utf-8", "replace"), strict=False)
