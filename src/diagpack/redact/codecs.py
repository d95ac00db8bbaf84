"""Encodings that leave a text readable around them, and how to write into them.

Enters: bytes. Leaves: the decoded bytes with a map back to the source (`Decoded`), so that only the replaced part is
written again and everything else stays byte for byte. Sources: RFC 3986 2.1 (percent), RFC 8259 7 (JSON escapes),
WHATWG HTML 13.5 (character references), RFC 2045 6.7 (quoted-printable).
"""

import functools
import html
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._gate import BESIDES, LONG
from diagpack.redact.forms import form_runs, may_be_form

# A token needs no escape but for its `@`; a message or a run of base64 that was written again may.
_JSON_WRITTEN = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
_JSON_SIMPLE = {b'"': b'"', b"\\": b"\\", b"/": b"/", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_JSON_WHOLE = {b"\\" + escaped: plain for escaped, plain in _JSON_SIMPLE.items()}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded bytes and where each came from: `here[i]` in the decoded text starts at `there[i]` in the source.

    From there on, one decoded byte stands for `stride[i]` bytes: 2 in a run of doubled characters, 3 in one of percent
    escapes.
    """

    data: bytes
    here: Sequence[int]
    there: Sequence[int]
    stride: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The source range of a decoded range."""
        return self._start(start), self._end(end)

    def _start(self, offset: int) -> int:
        index = bisect_right(self.here, offset) - 1
        return self.there[index] + (offset - self.here[index]) * self.stride[index]

    def _end(self, offset: int) -> int:
        # An end on a break belongs to the piece before it: behind an escape, not in front of the next.
        if offset == 0:
            return self.there[0]
        index = bisect_right(self.here, offset - 1) - 1
        limit = self.there[index + 1] if index + 1 < len(self.there) else None
        plain = self.there[index] + (offset - self.here[index]) * self.stride[index]
        is_last_of_piece = index + 1 < len(self.here) and offset == self.here[index + 1]
        return limit if is_last_of_piece and limit is not None else plain


@dataclass(frozen=True, slots=True)
class Codec:
    """One escaping. `trigger` must occur for the codec to apply; `segments` yields what to decode together."""

    name: str
    trigger: re.Pattern[bytes]
    segments: Callable[[bytes], Iterator[tuple[int, int]]]
    unescape: Callable[[re.Match[bytes]], bytes | None]
    escape: Callable[[bytes], bytes]

    def decode(self, data: bytes) -> Decoded | None:
        """None when nothing was escaped."""
        out = bytearray()
        here, there, stride = _numbers(data, 0), _numbers(data, 0), _numbers(data, 1)
        last = 0
        for match in self.trigger.finditer(data):
            plain = self.unescape(match)
            if plain is None:
                continue
            start, end = match.span()
            if start > last:
                out += data[last:start]
            size = len(out)
            out += plain
            here.extend((size, len(out)))
            there.extend((start, end))
            stride.extend((_stride(match[0], plain) if len(plain) > 1 else 1, 1))
            last = end
        if last == 0:
            return None
        out += data[last:]
        here.append(len(out))
        there.append(len(data))
        stride.append(1)
        return Decoded(bytes(out), here, there, stride)


def _numbers(data: bytes, first: int) -> MutableSequence[int]:
    """Offsets into a text; of a long one, which may hold an escape in every other byte, in four bytes each."""
    return [first] if len(data) < _LONG else array("I", (first,))


def _stride(run: bytes, plain: bytes) -> int:
    """How many bytes each byte of a run's plain form stands for; 1 where that differs."""
    # What is no ASCII takes several bytes for one reference or one escape of strings.
    sign = run[:2] if plain.isascii() else run[:1]
    length = 3 if run[:1] in (b"%", b"=") else run.find(b";") + 1 if sign == b"&#" else 6 if sign == b"\\u" else 2
    return length if length * len(plain) == len(run) and (length != 2 or run == plain * 2) else 1


# Bytes of a text whose offsets are packed.
_LONG = 64 << 10
# What ends a run of percent escapes, as line ends.
_RUN_ENDS = bytes.maketrans(b" \t\r\f\v\"'<>", b"\n" * 9)
_LINE = re.compile(rb"[^\n]+")
# A blank in front of what is no short number (`status=200`). Beside a sign, or between words, it says so for the whole.
_BLANK = re.compile(rb"=20(?=[A-Za-z\"'<{\[(@+-]|[0-9]{8})")


def _runs(data: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    return _lines(data.translate(_RUN_ENDS), mark)


def _lines(data: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(mark)
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield start, end
        at = data.find(mark, end)


def _lines_with(pattern: re.Pattern[bytes], data: bytes) -> Iterator[tuple[int, int]]:
    match = pattern.search(data)
    while match is not None:
        start = data.rfind(b"\n", 0, match.start()) + 1
        end = data.find(b"\n", match.end())
        end = len(data) if end < 0 else end
        yield start, end
        match = pattern.search(data, end)


def _percent(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[0].replace(b"%", b"").decode("ascii"))


def _entity(match: re.Match[bytes]) -> bytes | None:
    run = match[0]
    if run.count(b";") == 1:
        return _reference(run)
    return b"".join(_reference(each + b";") or b"" for each in run.split(b";")[:-1])


@functools.lru_cache(maxsize=4096)
def _reference(reference: bytes) -> bytes | None:
    raw = reference.decode("ascii")
    plain = html.unescape(raw)
    return None if plain == raw else plain.encode("utf-8", "surrogatepass")


def _json_escape(match: re.Match[bytes]) -> bytes | None:
    whole = match.group(0)
    if whole[1] == 0x5C:
        return whole[::2]
    simple = _JSON_WHOLE.get(whole)
    if simple is not None:
        return simple
    body = whole[1:]
    if len(whole) > 6 and whole.startswith(b"\\u00"):
        return bytes.fromhex(whole.replace(b"\\u00", b"").decode("ascii"))
    if body[:1] in (b"u", b"x"):
        digits = body[1:].decode("ascii")
        if len(digits) == 10:
            high, low = int(digits[:4], 16), int(digits[6:], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).encode("utf-8", "surrogatepass")
        return chr(int(digits, 16)).encode("utf-8", "surrogatepass")
    return None


def _quoted_printable(match: re.Match[bytes]) -> bytes:
    run = match[0]
    return b"" if run[-1] == 0x0A else bytes.fromhex(run.replace(b"=", b"").decode("ascii"))


def _escaped_json(text: bytes) -> bytes:
    for plain, escaped in _JSON_WRITTEN:
        text = text.replace(plain, escaped)
    return text


def _escaped_entities(text: bytes) -> bytes:
    return html.escape(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _doubled(text: bytes) -> bytes:
    return text.replace(b'"', b'""')


def _escaped_printable(text: bytes) -> bytes:
    text = text.replace(b"=", b"=3D")
    # A byte that was written as `=CA` may be no UTF-8 by itself.
    return text if text.isascii() else b"".join(b"=%02X" % each if each > 127 else bytes((each,)) for each in text)


def _percent_token(token: bytes) -> bytes:
    return quote_from_bytes(token, safe="").encode("ascii")


def _whole(data: bytes) -> Iterator[tuple[int, int]]:
    yield 0, len(data)


PERCENT = Codec(
    "percent",
    re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"),
    lambda data: _runs(data, b"%"),
    _percent,
    _percent_token,
)
# The same in a form, where a blank is written as `+` (WHATWG URL 5.1).
FORM = Codec(
    "form",
    re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*|\++"),
    form_runs,
    lambda match: match[0].replace(b"+", b" ") if match[0][0] == 0x2B else _percent(match),
    _percent_token,
)
ENTITIES = Codec(
    "entities",
    re.compile(
        rb"&#\d{2};(?:&#\d{2};)*|&#1[01]\d;(?:&#1[01]\d;)*|&#x[2-7][0-9a-fA-F];(?:&#x[2-7][0-9a-fA-F];)*"
        rb"|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    ),
    lambda data: _lines(data, b"&"),
    _entity,
    _escaped_entities,
)
JSON_ESCAPES = Codec(
    "json-escapes",
    re.compile(
        rb"\\\\(?:\\\\)*|\\u00[0-7][0-9A-Fa-f](?:\\u00[0-7][0-9A-Fa-f])*"
        rb"|\\(?:u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\"/bfnrt])"
    ),
    lambda data: _lines(data, b"\\"),
    _json_escape,
    _escaped_json,
)
QUOTED_PRINTABLE = Codec(
    "quoted-printable",
    re.compile(rb"=[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2})*|=\r?\n"),
    _whole,
    _quoted_printable,
    _escaped_printable,
)
# The same where little says so: only lines with such a blank, and what is folded stays apart.
QUOTED_BLANKS = Codec(
    "quoted-blanks",
    re.compile(rb"=[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2})*"),
    lambda data: _lines_with(_BLANK, data),
    _quoted_printable,
    _escaped_printable,
)
# JSON in a cell of a CSV file: each of its quotes is written twice (RFC 4180, 2.7).
DOUBLED_QUOTES = Codec(
    "doubled-quotes",
    re.compile(rb'""(?:"")*'),
    lambda data: _lines(data, b'{""'),
    lambda match: match[0][::2],
    _doubled,
)
# A codec by this name reads all kinds, so that its parts need no reading by themselves.
AT_ONCE = "at-once"
_ALL = {ord("%"): _percent, ord("&"): _entity, ord("\\"): _json_escape, ord('"'): DOUBLED_QUOTES.unescape,
        ord("="): _quoted_printable, ord("+"): FORM.unescape}  # fmt: skip


@functools.lru_cache(maxsize=32)
def at_once(codecs: tuple[Codec, ...]) -> Codec:
    """One layer of each of these codecs in one go; every trigger begins with a sign of its own."""
    # Among other kinds, a `+` is most often a sign of base64.
    chosen = [each for each in codecs if each not in (FORM, QUOTED_BLANKS)] or codecs
    trigger = re.compile(b"|".join(b"(?:" + each.trigger.pattern + b")" for each in chosen))
    return Codec(AT_ONCE, trigger, _whole, lambda match: _ALL[match[0][0]](match), _percent_token)


# A quoted `=`, `@` or letter of UTF-8, or the name of the encoding must be there: `page=40` is an assignment.
_QUOTED_CLUES = (b"=3D", b"=40", b"=C", b"=D", b"=E", b"uoted-printable")
_QUOTED = (
    r"=3D|[A-Za-z0-9]=40[A-Za-z0-9-]+\.[a-z]|uoted-printable"
    r"|=(?:C[2-9A-F]|D[0-9A-F]|E[0-9A-F]=[89AB][0-9A-F])=[89AB][0-9A-F]"
)
_BLANKS = compiled(r"[\"',;:{}>.!?)\]]=20[\"'A-Za-z<{\[(-]|=20[A-Za-z\"'<{\[(-][^\n=&]{0,60}=20[A-Za-z\"'<{\[(-]")
_has_blanks = BESIDES.add(lambda: r"=20(?:[A-Za-z\"'<{\[(@+-]|[0-9]{8})")
_has_folds = BESIDES.add(lambda: r"=\r?\n")
# A folded line has 73 to 76 characters (RFC 2045 6.7), more where something was written in front of it.
_SHORTEST_FOLDED = 70
_FOLDED = compiled(rf"[^\n]{{{_SHORTEST_FOLDED}}}=\r?\n\S")
_OF_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-= >\t"
_LIKELY_QUOTED = compiled(_QUOTED)
_has_doubled = BESIDES.add(lambda: r'\{""')
_is_quoted = BESIDES.add(lambda: _QUOTED)


def local_codecs(data: bytes) -> Iterator[Codec]:
    """The codecs that may have escaped something in this text."""
    if b"%" in data and PERCENT.trigger.search(data):
        yield PERCENT
    if may_be_form(data):
        yield FORM
    if b"&" in data and ENTITIES.trigger.search(data):
        yield ENTITIES
    if b"\\" in data and JSON_ESCAPES.trigger.search(data):
        yield JSON_ESCAPES
    if _has_doubled(data) if len(data) >= LONG else b'{""' in data:
        yield DOUBLED_QUOTES
    if _is_quoted_printable(data):
        yield QUOTED_PRINTABLE
    elif _holds_blank(data):
        yield QUOTED_BLANKS


def _holds_folded(data: bytes) -> bool:
    """Whether a line was too long and folded. A line of base64 may end just so, and holds no other signs."""
    if not (_has_folds(data) if len(data) >= LONG else b"=\n" in data or b"=\r\n" in data):
        return False
    found = _FOLDED.find(data)
    while found is not None:
        start, end = found
        if data[start : start + _SHORTEST_FOLDED].translate(None, _OF_BASE64):
            return True
        # The next line may begin where this match ends.
        found = _FOLDED.find(data, end - 1)
    return False


def may_be_quoted(data: bytes) -> bool:
    """Whether a text, or a line of it, may be quoted-printable."""
    return _holds_blank(data) or _is_quoted_printable(data)


def _holds_blank(data: bytes) -> bool:
    return _has_blanks(data) if len(data) >= LONG else b"=20" in data and _BLANK.search(data) is not None


def _is_quoted_printable(data: bytes) -> bool:
    if (_holds_blank(data) and _BLANKS.find(data) is not None) or _holds_folded(data):
        return True
    if len(data) >= LONG:
        return _is_quoted(data)
    return any(each in data for each in _QUOTED_CLUES) and _LIKELY_QUOTED.find(data) is not None
