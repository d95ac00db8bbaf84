"""A byte stream that a JSON parser can trust.

Enters: any binary stream with an encoding. Leaves: UTF-8 in pieces, without byte order mark and JSONP wrapping, no
larger than the limit.
"""

import codecs
from collections.abc import Callable
from typing import BinaryIO, Final

from diagpack.errors import CollectError

PIECE: Final = 1 << 16


def too_large() -> CollectError:
    """The refusal of a file over the limits."""
    return CollectError(
        "DP102", "this HAR is larger than diagpack reads", hint="record only the failing steps and export again"
    )


class Utf8Pieces:
    """`read(size)` gives up to `size` bytes of UTF-8, b"" at the end. Raises CollectError DP102 above `limit()` bytes.

    UTF-8 is handed on as it is: bytes that are none are the parser's to forgive, one entry at a time.
    """

    def __init__(self, stream: BinaryIO, encoding: str, mark: int, wrapping: int, limit: Callable[[], int]) -> None:
        # `read1` hands over what a cut gzip stream still gave; `read` would raise and lose it.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._limit = limit
        self._consumed = 0
        self._skip = wrapping
        is_plain = encoding == "utf-8" and not wrapping
        self._decoder = None if is_plain else codecs.getincrementaldecoder(encoding)("replace")
        stream.read(mark)

    def read(self, size: int = PIECE) -> bytes:
        piece = self._read(size)
        self._consumed += len(piece)
        if self._consumed > self._limit():
            raise too_large()
        if self._decoder is not None and piece:
            text = self._decoder.decode(piece)
            taken = min(self._skip, len(text))
            self._skip -= taken
            # An empty piece would mean the end.
            piece = text[taken:].encode("utf-8", "replace") or b" "
        return piece
