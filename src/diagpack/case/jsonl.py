"""A file of JSON lines that is only ever appended to, and survives a crash in the middle of a line.

Enters: records. Leaves: records, in order. A line without its newline was never promised to anyone (`append` returns
after the sync): it is cut off, and a record says so. Any other damage is an error (DP603), not something to skip.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from diagpack.case.durable import PRIVATE_FILE, sync, sync_folder
from diagpack.case.locking import acquire, release
from diagpack.errors import UsageError

REPAIR = "repaired_torn_bytes"


def canonical(record: Mapping[str, Any]) -> bytes:
    """One line: sorted, compact, ASCII."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Add a record; durable on return."""
    with open_locked(path) as stream:
        torn = cut_torn_tail(stream)
        lines = [{REPAIR: torn}, record] if torn else [record]
        stream.seek(0, os.SEEK_END)
        stream.write(b"".join(canonical(each) + b"\n" for each in lines))
        sync(stream)
        release(stream)


def read(path: Path) -> list[dict[str, Any]]:
    """Every whole record but the repair records. Raises UsageError (DP603)."""
    if not path.exists():
        return []
    *lines, _torn = path.read_bytes().split(b"\n")
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise UsageError(
                "DP603", f"{path.name} is damaged at line {number}", hint="restore it from a backup; do not edit it"
            ) from None
        if REPAIR not in record:
            records.append(record)
    return records


def open_locked(path: Path) -> BinaryIO:
    """The file, created 0600 when absent, open for reading and writing under an exclusive lock."""
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    stream = os.fdopen(handle, "r+b")
    if not acquire(stream, wait=True):
        stream.close()
        raise UsageError("DP602", "another diagpack run is working on this case", hint="run this again")
    if is_new:
        sync_folder(path.parent)
    return stream


def cut_torn_tail(stream: BinaryIO) -> int:
    """Remove what stands behind the last newline; its size in bytes. Reads from the end only."""
    size = stream.seek(0, os.SEEK_END)
    keep, position = 0, size
    while position:
        start = max(0, position - 65536)
        stream.seek(start)
        newline = stream.read(position - start).rfind(b"\n")
        if newline >= 0:
            keep = start + newline + 1
            break
        position = start
    if keep != size:
        stream.truncate(keep)
    return size - keep
