"""Compressed streams: which kind a file is, and its plain bytes, within a memory limit.

Enters: the first bytes, or an open file. Leaves: a reader of plain bytes. A dictionary or window of more than 64 MiB
(`MEMORY`) is refused: an honest log or archive has no need of one, and xz and zstd would allocate it before the first
byte. Sources: RFC 1952 (gzip), the .xz file format 1.2.1, RFC 8878 (zstd).
"""

import bz2
import importlib
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol, cast

from diagpack.errors import CollectError

MEMORY: Final = 64 << 20
_MAGIC: Final = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_FAILURES: Final = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


def compression(head: bytes) -> str | None:
    """`gzip`, `bzip2`, `xz` or `zstd`, by the first bytes."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def open_inflated(stream: BinaryIO, kind: str) -> BinaryIO:
    """Plain bytes of a compressed stream. Reading may raise OSError, EOFError, zlib.error or LZMAError."""
    match kind:
        case "gzip":
            return cast(BinaryIO, _Inflated(stream, _Gzip))
        case "bzip2":
            return cast(BinaryIO, _Inflated(stream, bz2.BZ2Decompressor))
        case "xz":
            return cast(BinaryIO, _Inflated(stream, _xz))
        case _:
            return _open_zstd(stream)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)


def first_bytes(head: bytes, size: int) -> bytes:
    """What the first bytes of a compressed file inflate to, as far as they go; the head itself if not compressed."""
    kind = compression(head)
    if kind is None:
        return head[:size]
    found = bytearray()
    try:
        stream = open_inflated(io.BytesIO(head), kind)
        while len(found) < size and (piece := stream.read(min(4096, size - len(found)))):
            found += piece
    except (*_FAILURES, CollectError):
        pass  # the head ends in the middle of the stream: what came before the cut is what was asked for
    return bytes(found)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib in the words of bz2 and lzma."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail and not self.eof

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self.unused_data = self._zlib.unused_data
        return piece


class _Inflated(io.RawIOBase):
    """Plain bytes of one or more concatenated streams, all of them before a cut is reported as EOFError.

    The standard readers lose what they had inflated when the end is missing, and `LZMAFile` knows no memory limit.
    """

    def __init__(self, stream: BinaryIO, new: Callable[[], _Decompressor]) -> None:
        self._stream, self._new = stream, new
        self._decompressor = new()
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while len(view):
            if self._decompressor.eof and not self._next_stream():
                return 0
            data = b""
            if self._decompressor.needs_input:
                data = self._pending or self._stream.read(1 << 16)
                self._pending = b""
                if not data:
                    raise EOFError("the compressed stream is cut off")
            piece = self._decompressor.decompress(data, len(view))
            if piece:
                view[: len(piece)] = piece
                return len(piece)
        return 0

    def _next_stream(self) -> bool:
        """Whether another stream follows; padding (NUL bytes) is skipped."""
        rest = (self._decompressor.unused_data or self._stream.read(1 << 16)).lstrip(b"\0")
        if not rest:
            return False
        self._decompressor, self._pending = self._new(), rest
        return True


def _open_zstd(stream: BinaryIO) -> BinaryIO:
    """Python 3.14 reads zstd itself; before that the `zstandard` package does, if it is there."""
    for name in ("compression.zstd", "backports.zstd"):
        module = _module(name)
        if module is not None:
            options = {module.DecompressionParameter.window_log_max: 26}
            return cast(BinaryIO, module.ZstdFile(stream, options=options))
    module = _module("zstandard")
    if module is not None:
        return cast(BinaryIO, module.ZstdDecompressor(max_window_size=MEMORY).stream_reader(stream))
    raise CollectError(
        "DP144",
        "this file is compressed with zstd, which this Python cannot read",
        hint="decompress it first (unzstd), or install the zstandard package",
    )


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
