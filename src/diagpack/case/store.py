"""The raw zone: what was given, kept unchanged, numbered once.

Enters: files, pasted text. Leaves: `Source`s in the order of their first ingest, and the context that collectors work
in. An ingest is durable when it returns: the content first, then its line in `raw/sources.jsonl`, so a kill leaves at
most an unlisted file and never a listed one that is not there. The same content is one source.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from diagpack.case import jsonl
from diagpack.case.context import RunContext
from diagpack.case.durable import new_private_file, private_folder, sync, sync_folder
from diagpack.case.layout import CaseDir
from diagpack.case.numbering import Numberer
from diagpack.errors import CollectError
from diagpack.model.case import Case
from diagpack.model.missing import Missing
from diagpack.model.raw import Source

_PIECE: Final = 1 << 20
_READ_ONLY: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
REFERENCE_OVER: Final = 256 << 20


class RawStore:
    """The raw zone of one case. `reference_over` (bytes): bigger files are referenced where they lie, not copied."""

    def __init__(self, case: CaseDir, *, reference_over: int = REFERENCE_OVER) -> None:
        self._case = case
        self._reference_over = reference_over
        self.numberer = Numberer(case.raw / "ids.json")
        self._read: tuple[int, list[dict[str, Any]]] = (-1, [])

    def ingest_file(self, path: Path, *, origin: str = "file", name: str = "") -> Source:
        """Take a file in, under `name` when it is not the path's own.

        Raises CollectError (DP620 to DP625) with a message that does not name it.
        """
        with _opened(path) as stream:
            status = os.fstat(stream.fileno())
            if status.st_size > self._reference_over:
                return self._reference(path, stream, status, origin)
            return self._keep(_pieces(stream), name or path.name, origin)

    def ingest_bytes(self, data: bytes, name: str, origin: str) -> Source:
        """Take pasted text or a part of an archive in. Raises CollectError (DP625) when it is empty."""
        return self._keep([data], name, origin)

    def sources(self) -> list[Source]:
        """Every source that is still what it was, in the order of first ingest; `lost` names the others."""
        return [source for record in self._records() if not _loss(source := self._source(record), record)]

    def lost(self) -> list[Missing]:
        """Sources that are gone or changed since their ingest (a referenced file that was rotated away)."""
        return [
            Missing(source.label, reason, name=source.name, id="DP626")
            for record in self._records()
            if (reason := _loss(source := self._source(record), record))
        ]

    def context(self, case: Case, now: datetime) -> RunContext:
        """What collectors work with in one run; what an earlier run derived is cleared."""
        return RunContext(self._case, case, now, self.numberer)

    def _records(self) -> list[dict[str, Any]]:
        """Read again only when the list has grown: an archive may bring thousands of members."""
        path = self._case.raw / "sources.jsonl"
        size = path.stat().st_size if path.exists() else 0
        if size != self._read[0]:
            self._read = (size, jsonl.read(path))
        return self._read[1]

    def _keep(self, pieces: Iterable[bytes], name: str, origin: str) -> Source:
        folder = private_folder(self._case.raw / "sources")
        digest, size = hashlib.sha256(), 0
        with new_private_file(folder) as (stream, temporary):
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                stream.write(piece)
            if not size:
                raise CollectError("DP625", "the file is empty", hint="export or copy it again")
            sync(stream)
            stream.close()
            temporary.replace(folder / digest.hexdigest())
        sync_folder(folder)
        return self._list({"sha256": digest.hexdigest(), "size": size, "name": name, "origin": origin})

    def _reference(self, path: Path, stream: BinaryIO, status: os.stat_result, origin: str) -> Source:
        private_folder(self._case.raw)
        reference = {"path": str(path.absolute()), "inode": status.st_ino}
        digest = _ends(stream, status.st_size)
        return self._list(
            {"sha256": digest, "size": status.st_size, "name": path.name, "origin": origin, "reference": reference}
        )

    def _list(self, record: dict[str, Any]) -> Source:
        records = self._records()
        for known in records:
            if known["sha256"] == record["sha256"]:
                return self._source(known)
        record["label"] = f"source-{len(records) + 1}"
        jsonl.append(self._case.raw / "sources.jsonl", record)
        return self._source(record)

    def _source(self, record: dict[str, Any]) -> Source:
        reference = record.get("reference")
        path = Path(reference["path"]) if reference else self._case.raw / "sources" / record["sha256"]
        return Source(record["label"], record["name"], path, record["sha256"], record["size"], record["origin"])


def _loss(source: Source, record: dict[str, Any]) -> str:
    """Why a source cannot be used any more; "" when it can."""
    try:
        status = source.raw_path.stat()
        if status.st_size != source.size_bytes:
            return "the file changed after it was collected"
        if reference := record.get("reference"):
            with _opened(source.raw_path) as stream:
                is_same = _ends(stream, status.st_size) == source.sha256
            if status.st_ino != reference["inode"] or not is_same:
                return "the file changed after it was collected"
    except (OSError, CollectError):
        return "the file is not there any more, or cannot be read"
    return ""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, open. A pipe is never waited for: it is opened without blocking and looked at first."""
    try:
        handle = os.open(path, _READ_ONLY)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        _check_kind(os.fstat(handle).st_mode)
    except CollectError:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as stream:
        yield stream


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise _is_folder()
    if not stat.S_ISREG(mode):
        raise CollectError("DP622", "this is not a file but a pipe, a device or a socket", hint="give a regular file")


def _unreadable(path: Path, error: OSError) -> CollectError:
    if isinstance(error, FileNotFoundError):
        return CollectError("DP620", "there is no such file", hint="check the path")
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return _is_folder()
    if isinstance(error, PermissionError):
        return CollectError("DP624", "the file may not be read by you", hint="change its permissions")
    return CollectError(
        "DP623", "the file cannot be opened", hint="a link that leads back to itself, a socket, or a broken disk?"
    )


def _is_folder() -> CollectError:
    return CollectError("DP621", "this is a folder", hint="give the files in it, or an archive of it")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    try:
        while piece := stream.read(_PIECE):
            yield piece
    except OSError:
        raise CollectError("DP623", "the file could not be read to its end", hint="copy it to this machine") from None


def _ends(stream: BinaryIO, size: int) -> str:
    """A digest of size, first and last MiB: enough to notice another file, cheap for a very big one."""
    stream.seek(0)
    digest = hashlib.sha256(b"diagpack.reference/1\n%d\n" % size)
    digest.update(stream.read(_PIECE))
    stream.seek(max(0, size - _PIECE))
    digest.update(stream.read(_PIECE))
    return digest.hexdigest()
