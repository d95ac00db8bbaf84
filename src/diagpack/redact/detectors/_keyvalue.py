"""Finds `key = value` in any spelling a log or a fragment of JSON, XML, SQL, shell or URL uses.

Enters: bytes and an alternation of key stems. Leaves: the key, where it stands, and the bytes of its value. Linear:
the scan is one RE2 pattern, each value is read once and the search goes on behind it.
"""

import functools
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._goes_on import end_of_quoted, end_of_value
from diagpack.redact.rulebook import without_tokens
from diagpack.redact.values import is_placeholder

_KEY_BYTES: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_QUOTE: Final = r"(?:\\*[\"']|&quot;|&#34;|%22|%27)"
# Operators of filters: SCIM and OData (`lastName eq "…"`), SQL (`user_name LIKE '…'`).
_OPERATOR: Final = r"[ \t]+(?:eq|ne|co|sw|ew|i?like|contains)[ \t]+"
# `- name: DB_PASSWORD`, and `value: …` on the next line or behind a comma, as manifests have it.
_VALUE_BELOW: Final = rf"{_QUOTE}?[ \t]*(?:,|\r?\n)[ \t]*{_QUOTE}?value{_QUOTE}?:[ \t]+"
# `=`, `:`, `:=`, `=>`, `==`, their percent forms, `key>` of XML, and HAR's `"name":"key","value":`; `[key] =>` of PHP.
SEPARATOR: Final = (
    rf"(?:{_QUOTE}?\]?[ \t]*(?:=>|:=|==?|::[ ]|:|%3[aAdD]\+*)[ \t]*"
    rf"|{_VALUE_BELOW}"
    rf"|{_QUOTE}[ \t\r\n]*,[ \t\r\n]*{_QUOTE}value{_QUOTE}[ \t\r\n]*:[ \t\r\n]*"
    rf"|>|{_OPERATOR}|[ \t]+)"
)
# What is one class of signs, Python's engine reads in half of the time, and in linear time too.
_KEY = re.compile(rb"[A-Za-z0-9_.-]+").match
_FILTER = compiled(_OPERATOR, ignore_case=True)
_SEPARATOR = compiled(SEPARATOR, ignore_case=True)
_BARE = re.compile(rb"[^\t\n\f\r ,;&\"'<>\\]+").match
_CONNECTION = compiled(r"(?:\\*[\"'])?[ \t]*[A-Za-z][A-Za-z ]*=[^;=\r\n]*;[ \t]*[A-Za-z][A-Za-z ]*=")
_PERCENT = compiled(r"(?:[^\s%&\"'<>,;\\]|%[013-9a-fA-F][0-9a-fA-F]|%2[0134579a-fA-F]|%25)+")
_OPENING = compiled(r"(?:(?:\\*\"){3}|\\*[\"']|&quot;|&#34;|%22|%27)")
# What a value is wrapped in: `Some("…")`, `SHA1('…')`, `new Secret("…")`.
_WRAPPED = compiled(r"(?:new[ ])?(?:[A-Za-z_][A-Za-z0-9_.:]{0,60}\([ \t]*)+\\*[\"']")
_NEXT_KEY = compiled(r"[A-Za-z_][A-Za-z_.-]*=[^\s=]")
_BRACKETED = compiled(r"<[^\s<>/][^\s<>]{2,199}>")
_UNBROKEN = compiled(r"[^\s<]+")
_ARROW = compiled(r"\"[ \t]*->[ \t]*\"")
_LIST_ITEM = compiled(r"[^\s,\"'\[\]\\]+")
# What may stand inside a value that is not quoted.
_GOES_ON: Final = (b"\\", b'"', b"'")
# In a form, a blank and the next key.
_NEXT_OF_FORM = compiled(r"\+[A-Za-z_][A-Za-z0-9_.-]*(?:=|%3[aAdD])")
_PRINTABLE_BLANK: Final = b"20"
# Blanks of a form, and the backslash in front of a quote.
_EMPTY: Final = re.compile(rb"(?:\+|%20|\\|%5[Cc])*")
# What may stand behind the first sign of a separator that is longer.
_AFTER_EQUALS: Final = frozenset({b"=", b">", b" ", b"\t"})
_AFTER_COLON: Final = frozenset({b"=", b":", b" ", b"\t"})
# First signs of `_OPENING`, and the most signs in front of the bracket of `_WRAPPED`.
_OPENS: Final = frozenset({b'"', b"'", b"\\", b"&", b"%"})
_LONGEST_NAME: Final = 66
_LINE_END: Final = (b"\n", b"\r")
# A quoted value longer than this is no longer searched for its closing quote on the same line.
_LONGEST: Final = 1 << 16
_SHORT: Final = 256


class KeyValue(NamedTuple):
    """One key with the places of its value; `where` is query, json, flag, xml or text."""

    key: str
    where: str
    key_start: int
    values: tuple[tuple[int, int], ...]
    end: int


# The same from a tuple, which takes a third of the time.
_key_value: Callable[[tuple[str, str, int, tuple[tuple[int, int], ...], int]], KeyValue] = functools.partial(
    tuple.__new__, KeyValue
)


class KeyValueScanner:
    """All `key = value` whose key contains one of the stems, or is one of the whole words.

    `parameters` are words that count only as URL or form parameters: `?code=`, `&state=`.
    """

    def __init__(self, stems: str, words: str, parameters: str) -> None:
        tail = r"[A-Za-z0-9_.-]*"
        self.source = (
            rf"(?:{stems}){tail}(?:{_QUOTE}?\]?[ \t]*(?:=|:|%3[ad])|{_OPERATOR}{_QUOTE}|{_VALUE_BELOW}"
            rf"|{_QUOTE}[ \t\r\n]*,[ \t\r\n]*{_QUOTE}value{_QUOTE}|>)"
            rf"|--[a-z0-9_-]*(?:{stems})[a-z0-9_-]*[ \t]"
            rf"|(?:[?&;]|%3f|%26)(?:{parameters})(?:=|%3d)"
            rf"|\b_?(?:{words})(?:{_QUOTE}?\]?[ \t]*(?:=|:|%3[ad])|>)"
        )
        self._pattern = compiled(self.source, ignore_case=True)

    def scan(self, data: bytes) -> Iterator[KeyValue]:
        find, position = self._pattern.find, 0
        while (hit := find(data, position)) is not None:
            found = _read(data, *hit, position)
            position = hit[1]
            if found is not None:
                yield found
                if not _names_more(data, found):
                    position = max(found.end, position)


def _names_more(data: bytes, found: KeyValue) -> bool:
    """Whether a key may stand in the value: `session: password=…`, of which the first may say nothing."""
    return " " in found.key or any(
        end - start < _SHORT and (b"=" in data[start:end] or b":" in data[start:end]) for start, end in found.values
    )


def _read(data: bytes, start: int, end: int, floor: int) -> KeyValue | None:
    """The key around a hit, its place, and the value behind it."""
    while start < end and data[start] not in _KEY_BYTES:
        start += 1
    is_flag = data[start : start + 2] == b"--" or data[max(0, start - 2) : start] == b"--"
    first = start
    floor = max(floor, start - 64)
    while first > floor and data[first - 1] in _KEY_BYTES:
        first -= 1
    if data[first - 1 : first] == b"%" and data[first : first + 2].lower() in (b"26", b"3f"):
        first += 2  # `%26code` is `&code`
        start = max(start, first)
    word = _KEY(data, start)
    key_end = -1 if word is None else word.end()
    if start < key_end < end and data[key_end] == 0x20 and _FILTER.at(data, key_end) < 0:
        # `api key: …`, of which one name was found.
        second = _KEY(data, key_end + 1)
        key_end = second.end() if second is not None and second.end() <= end else key_end
    dashes = data.rfind(b"--", first + 1, key_end)
    if dashes > 0:
        # `-----END PRIVATE KEY-----password=…`: the last of what the dashes part.
        first = start = dashes + 2
    value_start = _behind_separator(data, key_end) if key_end > start else -1
    if value_start < 0:
        return None
    written = data[key_end:value_start]
    key = without_tokens(data[first:key_end].decode("ascii")).strip("-.")
    if not key:
        return None
    where = _where(data, first, written, is_flag)
    if "onn" in key and _CONNECTION.at(data, value_start) > 0:
        # The parts of a connection string have keys of their own.
        return _key_value((key, where, first, (), value_start))
    values, behind = read_values(data, value_start, where, b"%3" in written)
    return _key_value((key, where, first, tuple(values), max(behind, value_start)))


def _behind_separator(data: bytes, key_end: int) -> int:
    """Where the value behind a key begins, or -1. `key=value` and `key: value` are told without the pattern."""
    sign, behind = data[key_end : key_end + 1], data[key_end + 1 : key_end + 2]
    if (sign == b"=" and behind not in _AFTER_EQUALS) or (sign == b":" and behind not in _AFTER_COLON):
        return key_end + 1
    return _SEPARATOR.at(data, key_end)


def _where(data: bytes, first: int, written: bytes, is_flag: bool) -> str:
    before = data[first - 1 : first]
    if before in (b"?", b"&", b";") or data[max(0, first - 3) : first].lower() in (b"%26", b"%3f"):
        return "query"
    if written == b">":
        return "xml"
    if written[:1] in (b'"', b"'", b"\\", b"&") or written[:3] in (b"%22", b"%27"):
        return "json"
    return "flag" if is_flag else "text"


def read_values(data: bytes, position: int, where: str, is_percent: bool) -> tuple[list[tuple[int, int]], int]:
    """The places of the value that starts at `position`, and where to go on."""
    if where == "xml":
        end = data.find(b"<", position, position + _LONGEST)
        is_element = end > position and data[end + 1 : end + 2] == b"/"
        if end > position and not is_element and _UNBROKEN.at(data, position) >= end:
            # A `<` inside of a value, or an element behind it.
            end = data.find(b"</", end, position + _LONGEST)
            is_element = end > position
        return ([(position, end)], end) if is_element else ([], position)
    if data[position : position + 1] == b"[":
        return _list(data, position)
    if data[position : position + 1] == b"{":
        return [], position + 1
    if is_percent and data[position : position + 3].lower() in (b"%7b", b"%5b"):
        return [], position + 3
    sign = data[position : position + 1]
    bracketed = _BRACKETED.at(data, position) if sign == b"<" else -1
    if bracketed > 0 and not is_placeholder(data[position:bracketed].decode("latin1")):
        return [(position + 1, bracketed - 1)], bracketed
    # The pattern begins with a name of that length.
    may_wrap = (sign.isalpha() or sign == b"_") and data.find(b"(", position, position + _LONGEST_NAME) > 0
    wrapped = _WRAPPED.at(data, position) if may_wrap else -1
    if wrapped > 0:
        position = wrapped - 1
        while data[position - 1 : position] == b"\\":
            position -= 1
    start = _OPENING.at(data, position) if data[position : position + 1] in _OPENS else -1
    if start > 0:
        end = end_of_quoted(data, start, closing(data, start, data[position:start]))
        found = [(start, end)] if end > start else []
        # A plan shows both: `"old" -> "new"`.
        second = _ARROW.at(data, end)
        if second > 0:
            end = closing(data, second, data[position:start])
            found += [(second, end)] if end > second else []
        return found, end
    if is_percent:
        behind = _PERCENT.at(data, position)
    else:
        word = _BARE(data, position)
        behind = -1 if word is None else word.end()
    if behind < 0:
        return [], position
    if data[position - 2 : position] == b"= " and _NEXT_KEY.at(data, position) > 0:
        return [], position  # `ruser= rhost=…`: the first one is empty
    if is_percent and (following := _NEXT_OF_FORM.find(data, position, behind)) is not None:
        behind = max(following[0], position + 1)
    if _is_blank(data, position, behind):
        return [], position
    if data[behind : behind + 1] in _GOES_ON and not is_percent:
        behind = end_of_value(data, position, behind)
    end = position + len(data[position:behind].rstrip(b")}]."))
    return ([(position, end)] if end > position else []), behind


def _is_blank(data: bytes, start: int, end: int) -> bool:
    """Whether a bare value only stands in front of a quoted one: that is found where its escapes are undone."""
    opened = data[start:end].rstrip(b"{[(")
    if opened == _PRINTABLE_BLANK and data[start - 1 : start] == b"=":
        return end - start > 2 or data[end : end + 1] in (b'"', b"'")
    return _EMPTY.fullmatch(opened) is not None


def closing(data: bytes, start: int, opening: bytes) -> int:
    """Where a quoted value ends: its own quote with the same escaping, or the end of the line before it."""
    position = data.find(opening, start)
    while position >= 0 and opening[:1] != b"\\" and _is_escaped(data, start, position):
        position = data.find(opening, position + 1)
    # The line end is looked for only up to the quote: a long line of quoted values is read once.
    limit = len(data) if position < 0 else position
    for each in _LINE_END:
        line_end = data.find(each, start, limit)
        limit = limit if line_end < 0 else line_end
    return limit


def _is_escaped(data: bytes, floor: int, position: int) -> bool:
    """An odd number of backslashes stands before `position`."""
    count = 0
    while position - count > floor and data[position - count - 1] == 0x5C:
        count += 1
    return count % 2 == 1


def _list(data: bytes, position: int) -> tuple[list[tuple[int, int]], int]:
    """The items of `["a", "b"]`, up to the bracket or the limit."""
    end = data.find(b"]", position, position + _LONGEST)
    end = min(len(data), position + _LONGEST) if end < 0 else end
    return list(_LIST_ITEM.spans(data, position + 1, end)), end
