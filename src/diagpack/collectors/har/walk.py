"""Where entries stand in what people send as HAR.

Enters: a window over a JSON text: a HAR, a HAR inside another object, a bare list of entries, one entry, with the keys
of the log in any order. Leaves: entries one at a time, as parsed, and the other keys of the log. Damage costs the entry
it stands in, and no other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from diagpack.collectors.har.truncation import Break, Truncation
from diagpack.collectors.har.window import Broken, CutOff, Window, parsed

MAX_ENTRIES: Final = 300_000
_HEAD_BYTES: Final = 8 << 20
# Programs that hand on a HAR as a part of their own answer.
_WRAPPERS: Final = frozenset({"har", "data", "value", "result"})
_FIRST_KEY: Final = re.compile(rb'\{\s*"([A-Za-z_][A-Za-z0-9_]{0,40})"\s*:')


class _Enough(Exception):
    """The limit of entries was reached."""


@dataclass(slots=True)
class Reading:
    """What was learnt while entries were read; complete when the iterator is exhausted."""

    log: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    damaged: int = 0
    bodies_missing: int = 0
    broken_off: Break | None = None
    truncation: Truncation | None = None
    has_entries: bool = False
    notes: list[str] = field(default_factory=list)


class Walk:
    """One reading of one text. Iterate `entries()`; `reading` is filled on the way."""

    def __init__(self, window: Window, reading: Reading) -> None:
        self._window = window
        self._reading = reading
        self._loose: dict[str, Any] = {}
        self._kept_bytes = 0
        self._first_key = b""

    def entries(self) -> Iterator[Any]:
        """Entries in file order; None for one that is damaged."""
        try:
            if self._window.peek() == b"[":
                yield from self._list()
            elif self._window.peek() == b"{":
                yield from self._object(is_log=False)
            else:
                raise Broken(self._window.offset)
            if not self._reading.has_entries and "request" in self._loose:
                yield from self._one(self._loose)
        except _Enough:
            return
        except CutOff as cut:
            self._break(cut.at, is_inside=False)
        except Broken as broken:
            self._break(broken.at, is_inside=True)

    def _object(self, *, is_log: bool) -> Iterator[Any]:
        self._window.take()
        while True:
            following = self._following(b"}")
            if following == b"}":
                return
            if following != b'"':
                raise Broken(self._window.offset)
            key = self._key()
            if self._window.peek() != b":":
                raise Broken(self._window.offset)
            self._window.take()
            yield from self._member(key, is_log)

    def _member(self, key: str, is_log: bool) -> Iterator[Any]:
        start = self._window.peek()
        if key == "entries" and start == b"[":
            yield from self._list()
        elif key == "entries" and start == b"{":
            yield from self._by_name()
        elif key == "log" and not is_log and start == b"{":
            yield from self._object(is_log=True)
        elif key == "log" and not is_log and start == b"[":
            yield from self._list()
        elif key in _WRAPPERS and not is_log and start == b"{":
            yield from self._object(is_log=False)
        else:
            value = self._window.value()
            if key == "entries":
                # `entries: null` is a HAR without entries, not another format.
                self._reading.has_entries = True
            else:
                self._keep(key, value, is_log)

    def _keep(self, key: str, value: bytes, is_log: bool) -> None:
        self._kept_bytes += len(value)
        if is_log and self._kept_bytes > _HEAD_BYTES:
            return
        try:
            (self._reading.log if is_log else self._loose)[key] = parsed(value)
        except (ValueError, RecursionError):
            self._reading.notes.append("a part of the HAR's head is not valid JSON and was left out")

    def _by_name(self) -> Iterator[Any]:
        """`entries` as an object of entries, its names being numbers or ids."""
        self._reading.has_entries = True
        self._window.take()
        while self._following(b"}") == b'"':
            self._key()
            if self._window.peek() == b":":
                self._window.take()
            yield from self._entry()

    def _list(self) -> Iterator[Any]:
        self._reading.has_entries = True
        self._window.take()
        while (following := self._following(b"]")) != b"]":
            start, is_entry = self._window.offset, following in (b"{", b"[")
            try:
                yield from self._entry()
            except (Broken, CutOff) as damage:
                if not self._went_on(start):
                    raise damage from None
                # The rest of an entry that seemed to end early is no entry of its own.
                if is_entry:
                    yield from self._one(None)

    def _entry(self) -> Iterator[Any]:
        value = self._window.value()
        # An entry that ends in odd places took a part of the next one with it.
        if self._window.peek() not in (b",", b"]", b"}", b""):
            raise Broken(self._window.offset)
        if not self._first_key and (match := _FIRST_KEY.match(value)):
            self._first_key = match[1]
        try:
            entry = parsed(value)
        except (ValueError, RecursionError):
            self._reading.damaged += 1
            entry = None
        inner = entry.get("log") if isinstance(entry, dict) and "request" not in entry else None
        if isinstance(inner, dict) and isinstance(inner.get("entries"), list):
            # A list of HARs.
            for each in inner["entries"]:
                yield from self._one(each)
            return
        yield from self._one(entry)

    def _one(self, entry: Any) -> Iterator[Any]:
        if self._reading.entries >= MAX_ENTRIES:
            self._reading.notes.append(f"only the first {MAX_ENTRIES} entries were read")
            raise _Enough
        self._reading.entries += 1
        yield entry

    def _went_on(self, start: int) -> bool:
        """Whether a later entry was found behind the damage that began at `start`: it begins as the first one did."""
        if not self._first_key:
            return False
        self._window.rewind(start)
        is_found = self._window.seek(re.compile(rb'\}\s*,\s*(\{\s*"' + self._first_key + rb'"\s*:)'))
        self._reading.damaged += is_found
        return is_found

    def _following(self, closing: bytes) -> bytes:
        """The next byte behind commas; the closing bracket is taken. Raises CutOff at the end of the text."""
        while True:
            found = self._window.peek()
            if not found:
                raise CutOff(-1)
            if found not in (b",", closing):
                return found
            self._window.take()
            if found == closing:
                return found

    def _key(self) -> str:
        try:
            return str(parsed(self._window.value()))
        except ValueError:
            return ""

    def _break(self, at: int, *, is_inside: bool) -> None:
        is_between = at < 0
        self._reading.broken_off = Break(
            self._reading.entries, self._window.offset if is_between else at, is_inside, is_between
        )
