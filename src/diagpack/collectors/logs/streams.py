"""A log as a stream that can be opened again and moved forward, plain or compressed.

Enters: an opener of raw bytes. Leaves: plain bytes. A compressed file that is cut off gives what was readable and
remembers that it was cut.
"""

import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Final

from diagpack.collectors._compressed import compression, open_inflated

_PIECE: Final = 1 << 18
Opener = Callable[[], AbstractContextManager[BinaryIO]]


class LogBytes:
    """The plain bytes of one log. `is_cut_off` is known once the end was reached."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        with opener() as raw:
            self.kind = compression(raw.read(16))
        self.is_cut_off = False

    @contextmanager
    def open(self) -> Iterator["Cursor"]:
        with self._opener() as raw:
            stream = raw if self.kind is None else open_inflated(raw, self.kind)
            yield Cursor(self, stream, can_seek=self.kind is None)


class Cursor:
    """A forward-only reading position."""

    def __init__(self, log: LogBytes, stream: BinaryIO, *, can_seek: bool) -> None:
        self._log, self._stream, self._can_seek = log, stream, can_seek
        self.at = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; empty at the end, also where a compressed file is cut off."""
        try:
            piece = self._stream.read(size)
        except (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError):
            if self._log.kind is None:
                raise
            self._log.is_cut_off = True
            return b""
        self.at += len(piece)
        return piece

    def move_to(self, offset: int) -> None:
        """Forward to an offset of the plain bytes."""
        if self._can_seek:
            self._stream.seek(offset)
            self.at = offset
            return
        while self.at < offset and self.read(min(_PIECE, offset - self.at)):
            pass
