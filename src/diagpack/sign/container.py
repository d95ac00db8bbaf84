"""The package's zip: one way to write it, one way to read it.

Enters: names and bytes, or a zip from anywhere. Leaves: a deterministic zip, or the files of one that every program
unpacks to the same content. Programs disagree about zips (two end records, Unicode-path fields, hidden entries), so
the reader accepts only what the writer makes and refuses the rest with a PackageError (DP450); `zipfile` decides
nothing here. The numbers in the comments are the rules of the strict profile. Format: PKWARE APPNOTE 6.3.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from diagpack.errors import PackageError
from diagpack.sign import names

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED: Final = 0
_DEFLATED: Final = 8
_PIECE: Final = 64 * 1024
_DATE_1980: Final = (1 << 5) | 1
_REGULAR: Final = 0o100644 << 16
_DOS_NOT_A_FILE: Final = 0x10 | 0x08  # directory, volume label


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, enforced while inflating.

    `ratio` holds for each file of more than `ratio_from_bytes`, and for all together from `total_ratio_from_bytes`.
    """

    entries: int = 5000
    file_bytes: int = 512 << 20
    total_bytes: int = 1 << 30
    ratio: int = 250
    ratio_from_bytes: int = 1 << 20
    total_ratio_from_bytes: int = 64 << 20


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One record of the central directory."""

    raw_name: bytes
    name: str
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    compressed: int
    size: int
    offset: int

    @property
    def local_header(self) -> bytes:
        """(25) What must stand before the data, byte for byte."""
        return (
            _LOCAL.pack(
                b"PK\3\4",
                self.version,
                self.flags,
                self.method,
                self.time,
                self.date,
                self.crc,
                self.compressed,
                self.size,
                len(self.raw_name),
                0,
            )
            + self.raw_name
        )


def write_zip(top: str, files: Mapping[str, bytes], limits: Limits = DEFAULT_LIMITS) -> bytes:
    """A zip with one top folder, files in the order given. Raises PackageError (DP458) on a name or size it refuses.

    The same files give the same bytes with the same zlib; the promise to readers is about SHA256SUMS, not these bytes.
    """
    paths = [f"{top}/{path}" for path in files]
    _check_writable(top, paths, files, limits)
    data, directory = bytearray(), bytearray()
    for path, content in zip(paths, files.values(), strict=True):
        entry, packed = _packed(path, content, len(data), limits)
        data += entry.local_header + packed
        directory += _central_record(entry)
    count = len(paths)
    return bytes(data + directory + _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(data), 0))


def read_zip(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """Every file by its full name, in the order of the directory. Raises PackageError (DP450)."""
    try:
        directory_offset, count = _end_record(data, limits)
        entries = list(_central_directory(data, directory_offset, count, limits))
        names.check_distinct(entry.name for entry in entries)
        _check_layout(data, entries, directory_offset)
        return {entry.name: _content(data, entry, limits) for entry in entries}
    except ValueError as error:
        raise refused(str(error)) from None


def read_package(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, dict[str, bytes]]:
    """(28) The one top folder, and the files relative to it. Raises PackageError (DP450)."""
    top, files = "", {}
    for name, content in read_zip(data, limits).items():
        folder, separator, path = name.partition("/")
        if not separator:
            raise refused("a file stands outside the top folder")
        if top and folder != top:
            raise refused("there is more than one top folder")
        top = folder
        files[path] = content
    return top, files


def refused(reason: str) -> PackageError:
    """The one way a container is refused."""
    return PackageError("DP450", f"the zip is refused: {reason}", hint="ask for the package as diagpack wrote it")


def _end_record(data: bytes, limits: Limits) -> tuple[int, int]:
    if len(data) < _END.size:  # (1)
        raise ValueError("it is too short")
    position = len(data) - _END.size
    magic, disk, start_disk, here, count, size, offset, comment = _END.unpack_from(data, position)
    if magic != b"PK\5\6" or comment:  # (2)
        raise ValueError("it does not end with its end record")
    if disk or start_disk or here != count:  # (3)
        raise ValueError("it is one part of several")
    if count == 0xFFFF or size == 0xFFFFFFFF or offset == 0xFFFFFFFF:  # (4)
        raise ValueError("it is a zip64 file")
    if not count or count > limits.entries:  # (5)
        raise ValueError("it has no files, or too many")
    if offset + size != position:  # (6)
        raise ValueError("there are bytes around its directory")
    return offset, count


def _central_directory(data: bytes, offset: int, count: int, limits: Limits) -> Iterator[_Entry]:
    end = len(data) - _END.size
    total = 0
    for _ in range(count):
        entry, offset = _central_entry(data, offset, end)
        total += entry.size
        _check_sizes(entry, total, limits)
        yield entry
    if offset != end:  # (7)
        raise ValueError("its directory has more than its files")
    if total > limits.total_ratio_from_bytes and total > len(data) * limits.ratio:  # (13)
        raise ValueError("it unpacks to far more than its size")


def _central_entry(data: bytes, offset: int, end: int) -> tuple[_Entry, int]:
    if offset + _CENTRAL.size > end:  # (7)
        raise ValueError("its directory is cut short")
    fields = _CENTRAL.unpack_from(data, offset)
    magic, _made_by, version, flags, method, time, date, crc, compressed, size, name_length = fields[:11]
    extra_length, comment_length, disk, _internal, external, start = fields[11:]
    name_end = offset + _CENTRAL.size + name_length
    if magic != b"PK\1\2" or name_end > end:  # (7)
        raise ValueError("its directory is damaged")
    if extra_length or comment_length:  # (8)
        raise ValueError("an entry has an extra field or a comment")
    if flags & ~names.UTF8_FLAG:  # (9)
        raise ValueError("an entry is encrypted, streamed or otherwise flagged")
    if method not in (_STORED, _DEFLATED) or disk or version > 20:  # (10)
        raise ValueError("an entry uses a method or version that is not allowed")
    if (external >> 16) & 0o170000 not in (0, 0o100000) or external & _DOS_NOT_A_FILE:  # (11)
        raise ValueError("an entry is not a regular file")
    if 0xFFFFFFFF in (compressed, size, start):  # (4)
        raise ValueError("it is a zip64 file")
    if method == _STORED and compressed != size:  # (12)
        raise ValueError("a stored entry has two sizes")
    raw_name = data[offset + _CENTRAL.size : name_end]
    name = names.decode(raw_name, flags)
    return _Entry(raw_name, name, version, flags, method, time, date, crc, compressed, size, start), name_end


def _check_sizes(entry: _Entry, total: int, limits: Limits) -> None:
    """(13) What the headers claim; `_inflated` holds the data to it."""
    if entry.size > limits.file_bytes or total > limits.total_bytes:
        raise ValueError("a file, or all files together, are too big")
    if entry.size > limits.ratio_from_bytes and entry.size > entry.compressed * limits.ratio:
        raise ValueError("a file unpacks to far more than its size")


def _check_layout(data: bytes, entries: list[_Entry], directory_offset: int) -> None:
    """(24 to 26) Entries stand side by side from the first byte to the directory, each behind its own header."""
    position = 0
    for entry in sorted(entries, key=lambda each: each.offset):
        if entry.offset != position:
            raise ValueError("there are bytes between its files, or files overlap")
        header = entry.local_header
        if data[position : position + len(header)] != header:
            raise ValueError("a file's own header differs from the directory")
        position += len(header) + entry.compressed
        if position > directory_offset:
            raise ValueError("a file runs into the directory")
    if position != directory_offset:
        raise ValueError("there are bytes between its files and the directory")


def _content(data: bytes, entry: _Entry, limits: Limits) -> bytes:
    start = entry.offset + _LOCAL.size + len(entry.raw_name)
    packed = memoryview(data)[start : start + entry.compressed]
    content = bytes(packed) if entry.method == _STORED else _inflated(packed, entry.size)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:  # (27)
        raise ValueError("a file's size or checksum is not what it declares")
    return content


def _inflated(packed: memoryview, size: int) -> bytes:
    """(27) Inflate in pieces; stop at the first byte more than declared."""
    inflater = zlib.decompressobj(-15)
    content = bytearray()
    try:
        for at in range(0, len(packed), _PIECE):
            piece: bytes | memoryview = packed[at : at + _PIECE]
            while piece and not inflater.eof:
                content += inflater.decompress(piece, _PIECE)
                piece = inflater.unconsumed_tail
                if len(content) > size:
                    raise ValueError("a file unpacks to more than it declares")
            if inflater.eof and (inflater.unused_data or at + _PIECE < len(packed)):
                raise ValueError("there are bytes after a file's data")
        while not inflater.eof and (more := inflater.decompress(inflater.unconsumed_tail, _PIECE)):
            content += more
            if len(content) > size:
                raise ValueError("a file unpacks to more than it declares")
    except zlib.error:
        raise ValueError("a file's data is damaged") from None
    if not inflater.eof:
        raise ValueError("a file's data is cut short")
    return bytes(content)


def _check_writable(top: str, paths: list[str], files: Mapping[str, bytes], limits: Limits) -> None:
    try:
        if not paths or len(paths) > limits.entries:
            raise ValueError("there are no files, or too many")
        if "/" in top:
            raise ValueError("the top folder is one folder")
        for path in paths:
            names.check(path)
        names.check_distinct(paths)
        sizes = [len(content) for content in files.values()]
        if max(sizes) > limits.file_bytes or sum(sizes) > limits.total_bytes:
            raise ValueError("a file, or all files together, are too big")
    except ValueError as error:
        raise PackageError("DP458", f"this package cannot be written: {error}", hint="see diagpack explain") from None


def _packed(path: str, content: bytes, offset: int, limits: Limits) -> tuple[_Entry, bytes]:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflater.compress(content) + deflater.flush()
    # Content that shrinks beyond the reader's ratio is stored plain, so that whatever is written can be read.
    method = _DEFLATED
    if len(content) > len(packed) * limits.ratio or len(packed) >= len(content):
        packed, method = content, _STORED
    raw_name = path.encode()
    flags = 0 if path.isascii() else names.UTF8_FLAG
    crc = zlib.crc32(content)
    return (
        _Entry(raw_name, path, 20, flags, method, 0, _DATE_1980, crc, len(packed), len(content), offset),
        packed,
    )


def _central_record(entry: _Entry) -> bytes:
    return (
        _CENTRAL.pack(
            b"PK\1\2",
            (3 << 8) | 20,
            entry.version,
            entry.flags,
            entry.method,
            entry.time,
            entry.date,
            entry.crc,
            entry.compressed,
            entry.size,
            len(entry.raw_name),
            0,
            0,
            0,
            0,
            _REGULAR,
            entry.offset,
        )
        + entry.raw_name
    )
