"""The audit log: who did what to a case, each line chained to the one before by its SHA-256.

Enters: events, without values from the evidence. Leaves: a chain whose head is written into every package, which
anchors the log outside of this machine. The chain alone shows an edited or missing line; only an anchor shows a log
that was cut at its end or written anew.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from diagpack.case.durable import sync
from diagpack.case.jsonl import canonical, cut_torn_tail, open_locked
from diagpack.case.locking import release

_NONE = "0" * 64
_RESERVED = frozenset({"seq", "prev", "ts", "event"})


@dataclass(frozen=True, slots=True)
class Head:
    """The last line: its number (from 1; 0 for an empty log) and the SHA-256 of its bytes without the newline."""

    seq: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """`broken_at` is the first line that does not hold. Lines up to `anchored_to` are vouched for by a package;
    `unanchored` lines after it could have been rewritten by whoever holds this folder."""

    lines: int
    broken_at: int | None = None
    reason: str = ""
    anchored_to: int = 0

    @property
    def is_intact(self) -> bool:
        return self.broken_at is None

    @property
    def unanchored(self) -> int:
        return max(0, self.lines - self.anchored_to) if self.is_intact else 0


class AuditLog:
    """One file of canonical JSON lines with `seq`, `prev`, `ts` (UTC), `event` and fields."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, event: str, *, at: datetime | None = None, **fields: Any) -> Head:
        """Add a line and sync it. Several processes may append at once. Values must be JSON-like."""
        if taken := _RESERVED & set(fields):
            raise ValueError(f"{min(taken)} is a field of the chain")
        when = (at or datetime.now(UTC)).astimezone(UTC).isoformat()
        with open_locked(self._path) as stream:
            torn = cut_torn_tail(stream)
            head = _head(stream)
            if torn:
                # A crash cut a line short. It is removed, and this line says so.
                head = _write(stream, head, {"event": "repair", "ts": when, "torn_bytes": torn})
            head = _write(stream, head, {"event": event, "ts": when, **fields})
            sync(stream)
            release(stream)
        return head

    def head(self) -> Head:
        """Number and digest of the last whole line."""
        if not self._path.exists():
            return Head(0, _NONE)
        with self._path.open("rb") as stream:
            return _head(stream)

    def verify(self, against: Iterable[Head] = ()) -> AuditReport:
        """Walk the chain and hold it against heads taken from packages that were sent."""
        anchors: dict[int, set[str]] = {}
        for each in against:
            anchors.setdefault(each.seq, set()).add(each.sha256)
        content = self._path.read_bytes() if self._path.exists() else b""
        previous, count, anchored = _NONE, 0, 0
        *lines, torn = content.split(b"\n")
        for count, line in enumerate(lines, start=1):
            if reason := _broken(line, count, previous):
                return AuditReport(len(lines), count, reason, anchored)
            previous = hashlib.sha256(line).hexdigest()
            if expected := anchors.pop(count, None):
                if expected != {previous}:
                    return AuditReport(len(lines), count, "differs from what a sent package recorded", anchored)
                anchored = count
        if lost := [seq for seq in anchors if seq > 0]:
            return AuditReport(len(lines), count + 1, f"cut short: a sent package recorded line {max(lost)}", anchored)
        if torn:
            return AuditReport(len(lines), count + 1, "the last line is cut short", anchored)
        return AuditReport(len(lines), anchored_to=anchored)


def _write(stream: BinaryIO, head: Head, fields: dict[str, Any]) -> Head:
    line = canonical({**fields, "seq": head.seq + 1, "prev": head.sha256})
    stream.seek(0, os.SEEK_END)
    stream.write(line + b"\n")
    return Head(head.seq + 1, hashlib.sha256(line).hexdigest())


def _head(stream: BinaryIO) -> Head:
    """From the tail only: the log may be long."""
    end = stream.seek(0, os.SEEK_END)
    size = 4096
    while True:
        start = max(0, end - size)
        stream.seek(start)
        lines = stream.read(end - start).split(b"\n")[:-1]
        # A line is whole when another one, or the start of the file, stands before it.
        if len(lines) > 1 or (lines and start == 0):
            return Head(_sequence(lines[-1]), hashlib.sha256(lines[-1]).hexdigest())
        if start == 0:
            return Head(0, _NONE)
        size *= 4


def _sequence(line: bytes) -> int:
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0  # a damaged line: the next one restarts the count, and `verify` shows where


def _broken(line: bytes, number: int, previous: str) -> str:
    try:
        record = json.loads(line)
        if not isinstance(record, dict) or canonical(record) != line:
            return "is not in the form it was written in"
    except (ValueError, RecursionError):
        return "cannot be read"
    if record.get("seq") != number:
        return "has another number than its place"
    return "" if record.get("prev") == previous else "does not follow the line before it"
