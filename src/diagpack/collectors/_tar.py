"""A tar reader that allocates nothing it is told to.

Enters: a `read(size)` of plain bytes. Leaves: regular files, in order, as streams to be read before the next one.
The standard library's `tarfile` reads extended headers whole into memory, whatever size they claim; here each is
capped.
Source: POSIX.1-2017, pax interchange format; GNU tar manual, "Basic Tar Format".
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

from diagpack.errors import CollectError

_BLOCK: Final = 512
_EXTENDED_MAX: Final = 1 << 16
_REGULAR: Final = b"0\x007"
_EXTENDED: Final = b"xgLK"

Read = Callable[[int], bytes]


def is_tar(head: bytes) -> bool:
    """Whether these bytes start with a tar header: magic and a right checksum."""
    return len(head) >= _BLOCK and head[257:262] == b"ustar" and _checksum_is_right(head[:_BLOCK])


def tar_members(read: Read) -> Iterator[tuple[str, BinaryIO]]:
    """Name and content of each regular file. Raises CollectError for links, devices and damage."""
    overrides: dict[str, str] = {}
    while True:
        header = _exactly(read, _BLOCK)
        if not header.strip(b"\0"):
            return
        if not _checksum_is_right(header):
            raise _damaged()
        kind, size = header[156:157], _number(header[124:136])
        if kind in _EXTENDED:
            overrides |= _extended(kind, _exactly(read, _padded(size, _EXTENDED_MAX))[:size])
            continue
        name = overrides.get("path") or _name(header)
        size = _override(overrides, size)
        overrides = {}
        if kind == b"5":
            _skip(read, _padded(size))
        elif kind in _REGULAR:
            content = _Content(read, size)
            yield name, cast(BinaryIO, content)
            content.finish()
        else:
            raise CollectError(
                "DP142",
                "this archive has a member that is a link, a device or another special file",
                hint="make it again from plain files",
            )


class _Content:
    """One member's bytes, and no more."""

    def __init__(self, read: Read, size: int) -> None:
        self._read, self._left, self._padding = read, size, -size % _BLOCK

    def read(self, size: int) -> bytes:
        piece = self._read(min(size, self._left)) if self._left else b""
        if self._left and not piece:
            raise _damaged()
        self._left -= len(piece)
        return piece

    def finish(self) -> None:
        _skip(self._read, self._left + self._padding)
        self._left = self._padding = 0


def _extended(kind: bytes, content: bytes) -> dict[str, str]:
    """A pax header (`27 path=some/name`, LF) or GNU long name; only names and sizes matter here."""
    if kind == b"L":
        return {"path": content.rstrip(b"\0").decode("utf-8", "backslashreplace")}
    if kind != b"x":
        return {}
    found: dict[str, str] = {}
    while content:
        length = content.partition(b" ")[0]
        if not length.isdigit() or not 0 < int(length) <= len(content):
            raise _damaged()
        record = content[len(length) + 1 : int(length) - 1]
        key, _, value = record.partition(b"=")
        if key in (b"path", b"size"):
            found[key.decode()] = value.decode("utf-8", "backslashreplace")
        if key.startswith(b"GNU.sparse"):
            raise CollectError("DP142", "this archive has a sparse file", hint="make it again without --sparse")
        content = content[int(length) :]
    return found


def _override(overrides: dict[str, str], size: int) -> int:
    given = overrides.get("size")
    if given is None:
        return size
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise _damaged()
    return int(given)


def _name(header: bytes) -> str:
    name, prefix = header[:100].split(b"\0")[0], header[345:500].split(b"\0")[0]
    if prefix and header[257:263] == b"ustar\0":
        name = prefix + b"/" + name
    return name.decode("utf-8", "backslashreplace")


def _number(field: bytes) -> int:
    if field[0] & 0x80:  # GNU: big-endian binary for sizes of 8 GiB and more
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.strip(b" \0")
    if not digits:
        return 0
    try:
        return int(digits, 8)
    except ValueError:
        raise _damaged() from None


def _checksum_is_right(header: bytes) -> bool:
    digits = header[148:156].strip(b" \0")
    try:
        return int(digits, 8) == sum(header[:148]) + 8 * 32 + sum(header[156:512])
    except ValueError:
        return False


def _padded(size: int, limit: int | None = None) -> int:
    if limit is not None and size > limit:
        raise CollectError(
            "DP140", "this archive is refused: it has an oversized header", hint="send the files themselves"
        )
    return size + -size % _BLOCK


def _exactly(read: Read, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = read(size - len(found))
        if not piece:
            raise _damaged()
        found += piece
    return bytes(found)


def _skip(read: Read, size: int) -> None:
    while size > 0:
        piece = read(min(size, 1 << 18))
        if not piece:
            raise _damaged()
        size -= len(piece)


def _damaged() -> CollectError:
    return CollectError(
        "DP145", "this archive is damaged or cut off", hint="make it again, or send the files themselves"
    )
