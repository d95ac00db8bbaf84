"""Values inside Authorization and Cookie headers in text.

Enters: bytes and where a header's value starts. Leaves: spans of credentials and cookie values; scheme, cookie names
and attributes stay. Sources: RFC 9110 11.4, RFC 6265 4.1.1.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.spans import Span

_SCHEME = compiled(
    r"(?:bearer|basic|digest|token|negotiate|ntlm|apikey|api-key|hawk|oauth|dpop|mac|aws4-hmac-sha256|sharedkey|"
    r"sharedkeylite|googlelogin|splunk|sso-key|klaviyo-api-key|genie[kK]ey|ssws|key|jwt)(?:[ \t]+|%20|\+)",
    ignore_case=True,
)
_WORD = compiled(r"[^\s\"'<>,;\\]+")
_QUOTED_LINE = compiled(r"[^\r\n\"'\\]+")
_PLAIN_LINE = compiled(r"[^\r\n]+")
_PARAMETER = compiled(r"[A-Za-z][A-Za-z0-9_-]*=")
_OPENING: Final = frozenset(b"\"'\\")


def authorization_spans(data: bytes, start: int) -> Iterator[Span]:
    """The credential behind the scheme; parameters of Digest, OAuth or SigV4 as one."""
    behind_scheme = _SCHEME.at(data, start)
    start = max(start, behind_scheme)
    has_parameters = behind_scheme > 0 and _PARAMETER.at(data, start) > 0
    end = _behind_parameters(data, start) if has_parameters else _WORD.at(data, start)
    if end > start:
        yield Span(start, end, "token", "slot-authorization")


def _behind_parameters(data: bytes, start: int) -> int:
    """The end of `name="value", name=value`, which may hold quotes."""
    position = start
    while True:
        behind_name = _PARAMETER.at(data, position)
        if behind_name < 0:
            return position - len(data[start:position]) + len(data[start:position].rstrip(b", \t"))
        position = behind_name
        while position < len(data) and data[position] in _OPENING:
            position += 1
        position = max(position, _WORD.at(data, position))
        while position < len(data) and data[position : position + 1] in (b'"', b"\\", b",", b" ", b";"):
            position += 1


def cookie_spans(data: bytes, start: int, attributes: frozenset[str]) -> Iterator[Span]:
    """Each value of a Cookie or Set-Cookie header; names and attributes stay."""
    opened = data[start - 1 : start] if data[start - 1 : start] in (b'"', b"'") else b""
    end = (_QUOTED_LINE if opened else _PLAIN_LINE).at(data, start)
    position = start
    for piece in data[start : max(start, end)].split(b";"):
        for pair_start, pair in _pairs(piece, position):
            name, _equals, value = pair.partition(b"=")
            if name.strip().lower().decode("latin1") in attributes or not value:
                continue
            value_start = pair_start + len(name) + 1
            value_end = value_start + _cookie_length(value)
            if value_end > value_start:
                yield Span(value_start, value_end, "cookie", "slot-cookie")
        position += len(piece) + 1


def _pairs(piece: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """`Path=/, next=…` holds two pairs: servers join several Set-Cookie headers with a comma."""
    for part in piece.split(b", "):
        if b"=" in part:
            yield position, part
        position += len(part) + 2


def _cookie_length(value: bytes) -> int:
    """A quoted value with its blanks; otherwise up to the first blank, where a log line goes on."""
    if value[:1] == b'"' and (end := value.find(b'"', 1)) > 0:
        return end + 1
    blank = value.find(b" ")
    return len(value) if blank < 0 else blank
