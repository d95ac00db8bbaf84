"""Where a value in text really ends: an escape or a stray quote inside of it is no end.

Enters: bytes and the end that the first sign which is no letter suggests. Leaves: the end. A `\\n` ends a value only
where it is written in a string that goes on with more text; where nothing tells, the rest belongs to the value.
Sources: RFC 8259 7 (JSON), POSIX.1-2024 XCU 2.2 (quoting in a shell).
"""

from typing import Final

from diagpack.redact.detectors._engine import compiled

_BARE = compiled(r"[^\s,;&\"'<>\\]+")
_QUOTES: Final = frozenset(b"\"'")
_BREAKS: Final = frozenset(b"nrt")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | frozenset(range(128, 256))
# Escaped signs at which a value ends as at the signs themselves.
_ENDS: Final = frozenset(b" \t\r\n,;&\"'<>")
_BACKSLASH: Final = 0x5C
_LONGEST: Final = 4096
# One word up to the end of its string or line.
_LAST_WORD = compiled(r"[^\s,;&\"'<>\\=:]+(?:\\*[\"']|[\r\n]|\z)")
_REST_OF_LINE = compiled(r"[^\s=:]+(?:[ \t]*\r?\n|[ \t]*\z)")
_BEFORE_KEY: Final = (b"", b"export", b"set", b"-", b"$env:", b"setenv", b"ENV", b"ARG")


def end_of_value(data: bytes, start: int, end: int) -> int:
    """The end of an unquoted value of which `start` to `end` is known."""
    limit = min(len(data), start + _LONGEST)
    while end < limit:
        sign = data[end]
        if sign == _BACKSLASH:
            behind = _behind_escape(data, end)
        elif sign in _QUOTES:
            is_inside = end + 1 < len(data) and data[end + 1] in _WORD and not _is_in_string(data, end, sign)
            behind = end + 1 if is_inside else end
        else:
            return end
        if behind == end:
            return end
        end = max(behind, _BARE.at(data, behind))
    return end


def end_of_quoted(data: bytes, start: int, end: int) -> int:
    """The end of a quoted value whose closing quote stands at `end`: a shell joins what stands right behind it."""
    if end >= len(data) or data[end] not in _QUOTES or end + 1 >= len(data):
        return end
    behind = data[end + 1]
    is_joined = behind in _WORD or (behind == _BACKSLASH and data[end + 2 : end + 3] in (b"'", b'"'))
    if not is_joined or (data[start - 1] == _BACKSLASH or data[end - 1] == _BACKSLASH):
        return end
    last = max(end + 1, _BARE.at(data, end + 1))
    while last < min(len(data), start + _LONGEST) and (data[last] in _QUOTES or data[last] == _BACKSLASH):
        last = max(last + 1, _BARE.at(data, last + 1))
    # The last quote closes; it stays.
    return last - 1 if data[last - 1] in _QUOTES else last


def end_of_assignment(data: bytes, key_start: int, start: int, end: int) -> int:
    """The end of a value that fills its line: `DB_PASSWORD=…` of a file of settings, with any sign in it."""
    if end >= len(data) or data[end] in b" \t\r\n":
        return end
    if data[end] in _QUOTES and data[start - 1] == data[end] and data[end + 1 : end + 2] in (b"", b"\r", b"\n"):
        return end  # its own quotes
    line = data.rfind(b"\n", max(0, key_start - 80), key_start) + 1
    if data[line:key_start].strip() not in _BEFORE_KEY or (line == 0 and key_start > 80):
        return end
    behind = _REST_OF_LINE.at(data, end)
    return end if behind < 0 else end + len(data[end:behind].rstrip())


def end_of_word(data: bytes, end: int) -> int:
    """The end of a word on a command line, in which commas may stand."""
    while data[end : end + 1] == b"," and end + 1 < len(data) and data[end + 1] in _WORD:
        end = _BARE.at(data, end + 1)
    return end


def _behind_escape(data: bytes, at: int) -> int:
    """Behind the escape at `at`, or `at` itself where the value ends."""
    sign = at
    while sign < len(data) and data[sign] == _BACKSLASH:
        sign += 1
    if sign >= len(data) or data[sign] in b"\r\n":
        return at
    if data[sign] in _BREAKS:
        if _is_in_string(data, at, 0x22) and _LAST_WORD.at(data, sign + 1) < 0:
            # A line end that was written in a string, with more text behind it.
            return at
        return sign + 1
    if data[sign] in _QUOTES:
        return sign + 1 if sign + 1 < len(data) and data[sign + 1] in _WORD else at
    if data[sign] in b"uU" and (code := _code(data[sign + 1 : sign + 5])) is not None:
        return at if code in _ENDS else sign + 5
    if data[sign] in b" \t,;&<>":
        # A shell's: `p\ w`.
        return sign + 1 if sign - at == 1 and sign + 1 < len(data) and data[sign + 1] in _WORD else at
    return sign


def _code(digits: bytes) -> int | None:
    try:
        return int(digits, 16) if len(digits) == 4 else None
    except ValueError:
        return None


def _is_in_string(data: bytes, at: int, quote: int) -> bool:
    """Whether an odd number of quotes stands before `at` in its line."""
    floor = max(data.rfind(b"\n", 0, at) + 1, at - _LONGEST)
    return data.count(bytes((quote,)), floor, at) % 2 == 1
