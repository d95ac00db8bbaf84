"""What must stay: identifiers, times, versions and protocol values that engineering needs.

Enters: bytes. Leaves: ranges that no vendor rule and no detector of personal data may touch; only a structural secret
(a key name, a header, a PEM block) outranks them. Shapes of timestamps: those that the log collector reads.
"""

import functools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

import re2

from diagpack.errors import UsageError
from diagpack.redact.detectors._engine import Pattern, compiled

_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*"
_DAY: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_CLOCK: Final = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,:][0-9]{1,9})?)?"
_ZONE: Final = r"(?:[ ]?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-][0-9]{2}:?[0-9]{2})\b)?"

# Ordered: an alternation is leftmost-first, so the longer shape stands before the one it contains.
_SHAPES: Final = (
    # traceparent (W3C Trace Context 3.2), before its parts
    r"\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b",
    # UUID, with its usual prefixes
    r"\b(?:urn:uuid:|_)?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b",
    # AWS trace header: Root=1-67891233-abcdef012345678912345678
    r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b",
    # hexadecimal ids and digests
    r"\b(?:0x|_|id|sha256:|sha1:|md5:)?(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9A-F]{64}|[0-9A-F]{40}|[0-9A-F]{32}|[0-9A-F]{16})\b",
    # ISO 8601 and relatives, basic form, year and day of year
    rf"\b[0-9]{{4}}[-/.][0-9]{{2}}[-/.][0-9]{{2}}(?:[T _-]{_CLOCK}{_ZONE})?",
    r"\b[0-9]{8}T[0-9]{6}(?:[.,][0-9]{1,9})?Z?\b",
    rf"\b[0-9]{{4}}-[0-9]{{3}}T{_CLOCK}{_ZONE}",
    # CLF, RFC 2822, ctime, syslog, month names, in any order of day and year
    rf"\b[0-9]{{1,2}}[/ -]{_MONTH}[/ -][0-9]{{2,4}}[: ]{_CLOCK}{_ZONE}",
    rf"\b(?:{_DAY},?[ ]+)?(?:[0-9]{{1,2}}[ -]{_MONTH}[ -][0-9]{{2,4}}|{_MONTH}[ ]+[0-9]{{1,2}}(?:,?[ ]+[0-9]{{4}})?)"
    rf",?[ ]+{_CLOCK}(?:[ ][AP]M\b)?{_ZONE}(?:[ ][0-9]{{4}}\b)?",
    rf"\b[0-9]{{4}}[ ]{_MONTH}[ ]+[0-9]{{1,2}}(?:[ ]{_DAY})?[ ]{_CLOCK}",
    # US slash, EU dotted, two-digit year
    rf"\b[0-9]{{1,2}}[/.][0-9]{{1,2}}[/.][0-9]{{2,4}},?[ ]+{_CLOCK}(?:[ ][AP]M\b)?",
    # compact, glog, month-day
    r"\b(?:[0-9]{8}|[0-9]{6})[ -][0-9]{2}:?[0-9]{2}:?[0-9]{2}\b",
    r"\b[IWEF][0-9]{4}[ ][0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,9}\b",
    r"\b[0-9]{2}-[0-9]{2}[ ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?\b",
    # TAI64N
    r"@4[0-9a-f]{23}\b",
    # time only
    r"\b[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,:][0-9]{1,9})?\b",
    # epoch seconds (with a fraction), milliseconds, microseconds, nanoseconds
    r"\b1[0-9]{9}(?:\.[0-9]{1,9})?\b|\b1[0-9]{12}\b|\b1[0-9]{15}\b|\b1[0-9]{18}\b",
    # ULID
    r"\b0[1-7][0-9A-HJKMNP-TV-Z]{24}\b",
    # versions, products, durations, sizes
    r"\b(?:[A-Za-z][A-Za-z0-9.-]*/)v?[0-9]+(?:\.[0-9A-Za-z]+)+(?:[-+][0-9A-Za-z.-]+)?",
    r"\bv?[0-9]+\.[0-9]+\.[0-9]+(?:[.-][0-9A-Za-z]+)*(?:\+[0-9A-Za-z.]+)?\b",
    r"\b[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h|d|min|sec|B|KB|MB|GB|KiB|MiB|GiB|kB|%)\b",
    # protocol names of SAML and OIDC, XML schema
    r"\burn:oasis:names:tc:[A-Za-z0-9:._-]+|\burn:ietf:[A-Za-z0-9:._-]+|\bhttps?://(?:www\.w3\.org|schemas\.xmlsoap\.org|schemas\.microsoft\.com|openid\.net)/[^\s\"'<>]*",
    # exception classes, frames, error codes
    r"\b(?:[A-Za-z_$][A-Za-z0-9_$]*\.)*[A-Z][A-Za-z0-9_$]*(?:Exception|Error|Fault|Timeout|Warning)\b",
    r"\bat[ ][A-Za-z_$][A-Za-z0-9_$.<>]*\([A-Za-z0-9_$. ]*(?::[0-9]+)?\)",
    r"\b[A-Za-z0-9_$-]+\.(?:java|kt|py|js|ts|tsx|go|rb|cs|php|rs|c|cc|cpp|h):[0-9]+(?::[0-9]+)?\b",
    r"\b[A-Z]{2,10}[-_]?[0-9]{3,6}\b",
)  # fmt: skip


_NO_IDS: Final = (b"Quillon", b"drakeworth", b"q.drakeworth@mail.example", b"198.51.100.73", b"correct-horse-7")
# Longer than any date with blanks in it.
_LOOK_AHEAD: Final = 64


@functools.cache
def _lexer() -> Pattern:
    return compiled("|".join(_SHAPES))


class Lexer:
    """The built-in shapes and the vendor's own identifiers. Raises UsageError (DP254) for a pattern outside RE2."""

    def __init__(self, vendor_ids: Iterable[str] = ()) -> None:
        self.vendor_ids = tuple(vendor_ids)
        self._rows = _Rows(b"")
        patterns = "|".join(_vendor_pattern(each) for each in self.vendor_ids)
        try:
            self._vendor = compiled(patterns, ignore_case=True) if patterns else None
        except re2.error:
            raise UsageError(
                "DP254",
                "a pattern under vendor_ids is not valid",
                hint="patterns use RE2 syntax: no lookaround, no back-references",
            ) from None
        wide = [each for each in self.vendor_ids if "*" in each or each[:1] == each[-1:] == "/"]
        if wide and _matches_anything("|".join(map(_vendor_pattern, wide))):
            raise UsageError(
                "DP254",
                "a pattern under vendor_ids matches ordinary words, names or addresses",
                hint="let it begin with what only your ids begin with, for example /acct-[a-z0-9]+/",
            )

    def ranges(
        self, data: bytes, start: int = 0, end: int | None = None, until: int | None = None, beyond: int = 0
    ) -> list[tuple[int, int]]:
        """Protected ranges between `start` and `end`, sorted; they may overlap.

        Those behind `until` and those that end at or before `beyond` may be missing.
        """
        limit = len(data) if end is None else end
        if data is not self._rows.data:
            self._rows = _Rows(data)
        found = []
        position = start
        while True:
            span = self._rows.next(position, limit, beyond)
            if span is None or (until is not None and span[0] >= until):
                break
            if not _is_plain_number(data[span[0] : span[1]]):
                found.append(span)
            position = span[1]
        if self._vendor is not None:
            found += self._vendor.spans(data, start, end)
            found.sort()
        return found


class _Rows:
    """Shapes of one text, with a memory for numbers in a row: the windows around findings overlap, and a row of numbers
    would be read again for each of them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._find = _lexer().find
        # The numbers, by the position they were sought from; where each ends; where the row starts that it belongs to.
        self._at: dict[int, int] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._rows: list[int] = []

    def next(self, position: int, limit: int, beyond: int) -> tuple[int, int] | None:
        """The first shape at or behind `position`; of a row of numbers those that end before `beyond` are left out."""
        index = self._at.get(position)
        if index is not None:
            last = bisect_right(self._ends, beyond, index) - 1
            if last > index and self._rows[last] <= index:
                index = last
            if self._ends[index] + _LOOK_AHEAD <= limit:
                return self._starts[index], self._ends[index]
            position = self._starts[index]
        span = self._find(self.data, position, limit)
        if span is not None and span[1] + _LOOK_AHEAD <= limit and _is_lone_number(self.data, position, span):
            self._remember(position, span)
        return span

    def _remember(self, position: int, span: tuple[int, int]) -> None:
        known = len(self._ends)
        if not known or span[1] > self._ends[-1]:
            is_next = known and self._ends[-1] == position
            self._at[position] = known
            self._rows.append(self._rows[-1] if is_next else known)
            self._starts.append(span[0])
            self._ends.append(span[1])
            return
        index = bisect_left(self._ends, span[1])
        if self._ends[index] == span[1] and self._starts[index] == span[0]:
            self._at[position] = index


def _is_lone_number(data: bytes, position: int, span: tuple[int, int]) -> bool:
    """Starts with a digit, blanks around it: no window would show another shape there.

    The shapes that start with a digit and hold a blank are shorter than `_LOOK_AHEAD`.
    """
    is_apart = span[0] == position or data[position : span[0]].isspace()
    return is_apart and 48 <= data[span[0]] <= 57 and data[span[1] : span[1] + 1].isspace()


def _is_plain_number(text: bytes) -> bool:
    """Digits that fit a hexadecimal shape by accident: no epoch (those start with 1), rather a card number."""
    return text.isdigit() and text[:1] != b"1"


def _matches_anything(pattern: str) -> bool:
    """Whether what is nobody's id would be protected as a whole: then no name and no address would go."""
    compiled_once = compiled(pattern, ignore_case=True)
    return any((0, len(each)) in compiled_once.spans(each) for each in _NO_IDS)


def _vendor_pattern(entry: str) -> str:
    """`/regex/` as it is; a key name protects its value; anything with `*` or a digit is an id itself."""
    if len(entry) > 2 and entry[0] == entry[-1] == "/":
        return f"(?:{entry[1:-1]})"
    quoted = "".join(each if each.isalnum() or each in "_" else f"\\{each}" for each in entry if each.isascii())
    if "*" in entry or any(each.isdigit() for each in entry):
        return rf"\b{quoted}\b".replace(r"\*", "[A-Za-z0-9_-]*").replace(r"\b[A-Za-z0-9_-]*", "[A-Za-z0-9_-]*")
    return rf"\b{quoted}(?:\\*[\"'])?\s*[:=]\s*(?:\\*[\"'])?[A-Za-z0-9_.:-]+"


def protected(data: bytes, vendor_ids: Iterable[str] = ()) -> list[tuple[int, int]]:
    """(start, end) of everything that must stay, sorted, merged."""
    merged: list[tuple[int, int]] = []
    for start, end in Lexer(vendor_ids).ranges(data):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
