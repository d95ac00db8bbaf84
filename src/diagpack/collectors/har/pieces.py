"""A byte stream that a JSON parser can trust.

Enters: any binary stream with an encoding. Leaves: UTF-8 in pieces of 64 KiB, without byte order mark and JSONP
wrapping, no larger and no deeper than the limits. The depth is counted before the parser sees a piece: ijson keeps one
path string per open bracket, so 100,000 brackets in 100 KB would take gigabytes.
"""

import codecs
from collections.abc import Callable
from typing import BinaryIO, Final

from diagpack.errors import CollectError

PIECE: Final = 1 << 16
MAX_DEPTH: Final = 3000
MAX_STRING: Final = 64 << 20

_NOT_STRUCTURE: Final = bytes(each for each in range(256) if each not in b'"[]{}')


class TooDeep(Exception):
    """The JSON is nested deeper, or holds a longer string, than any HAR."""


def too_large() -> CollectError:
    """The refusal of a file over the limits."""
    return CollectError(
        "DP102", "this HAR is larger than diagpack reads", hint="record only the failing steps and export again"
    )


class Utf8Pieces:
    """`read(size)` as ijson wants it. Raises CollectError DP102 above `limit()` bytes, TooDeep above the rest."""

    def __init__(
        self, stream: BinaryIO, encoding: str, mark: int, wrapping: int, is_forgiving: bool, limit: Callable[[], int]
    ) -> None:
        # `read1` hands over what a cut gzip stream still gave; `read` would raise and lose it.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._limit = limit
        self._consumed = 0
        self._skip = wrapping
        self._string = 0
        is_plain = encoding == "utf-8" and not is_forgiving and not wrapping
        self._decoder = None if is_plain else codecs.getincrementaldecoder(encoding)("replace")
        self._depth = Depth()
        stream.read(mark)

    def read(self, size: int = PIECE) -> bytes:
        if size == 0:
            return b""
        # The parser copies an unfinished string with every piece: growing pieces keep that linear.
        piece = self._read(max(PIECE, min(self._string, 8 << 20)))
        self._consumed += len(piece)
        if self._consumed > self._limit():
            raise too_large()
        if self._decoder is not None and piece:
            text = self._decoder.decode(piece)
            taken = min(self._skip, len(text))
            self._skip -= taken
            # Trailing NUL bytes (a file cut on a full disk) are blanks; an empty piece would mean the end.
            piece = text[taken:].replace("\0", " ").encode("utf-8", "replace") or b" "
        self._depth.count(piece)
        self._string = 0 if b'"' in piece else self._string + len(piece)
        if self._string > MAX_STRING:
            raise TooDeep
        return piece


class Depth:
    """How many brackets are open, with strings left out; all byte work is done by `bytes` methods."""

    def __init__(self) -> None:
        self.value = 0
        self._is_inside_string = False
        self._carry = b""

    def count(self, piece: bytes) -> None:
        """Raises TooDeep as soon as the depth could have passed MAX_DEPTH inside this piece."""
        piece = self._carry + piece
        trailing = len(piece) - len(piece.rstrip(b"\\"))
        self._carry = b"\\" if trailing % 2 else b""
        if trailing % 2:
            piece = piece[:-1]
        kept = piece.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
        parts = kept.split(b'"')
        outside = b"".join(parts[self._is_inside_string :: 2])
        self._is_inside_string ^= len(parts) % 2 == 0
        opened = len(outside.translate(None, b"]}"))
        if self.value + opened > MAX_DEPTH:
            self._exact(outside)
        self.value += 2 * opened - len(outside)

    def _exact(self, outside: bytes) -> None:
        depth = self.value
        for each in outside:
            depth += 1 if each in b"[{" else -1
            if depth > MAX_DEPTH:
                raise TooDeep
