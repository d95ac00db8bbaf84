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
_COOKIE_NAME = compiled(r"[ \t]*[^\s=;,\"'\\]+")
_COOKIE_PLAIN = compiled(r"(?:[^\s;,]|,[^\s;])*")
_COOKIE_INNER = compiled(r"(?:[^\s;,\"'\\]|,[^\s;\"'\\])*")
_COOKIE_QUOTED = compiled(r"\"[^\"\r\n]*\"")
_DATE = compiled(r"[A-Za-z]+,[ ][A-Za-z0-9: -]+|[A-Za-z0-9:-]+")
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


def read_cookies(data: bytes, start: int, attributes: frozenset[str]) -> tuple[list[Span], int]:
    """The values of a Cookie or Set-Cookie header, and where the header ends; names and attributes stay."""
    is_quoted = data[start - 1 : start] in (b'"', b"'")
    found, position = [], start
    while (name_end := _COOKIE_NAME.at(data, position)) > position:
        name = data[position:name_end].strip().lower().decode("latin1")
        position = name_end
        if data[position : position + 1] == b"=":
            first, position = position + 1, _cookie_end(data, position + 1, name, is_quoted)
            if position > first and name not in attributes:
                found.append(Span(first, position, "cookie", "slot-cookie"))
        # A comma with a blank joins several Set-Cookie headers; anything else is the rest of a log line.
        if data[position : position + 1] != b";" and data[position : position + 2] != b", ":
            break
        position += 1
    return found, position


def _cookie_end(data: bytes, start: int, name: str, is_quoted: bool) -> int:
    if name == "expires":
        return max(start, _DATE.at(data, start))
    if data[start : start + 1] == b'"' and not is_quoted:
        return max(start, _COOKIE_QUOTED.at(data, start), _COOKIE_PLAIN.at(data, start))
    return max(start, (_COOKIE_INNER if is_quoted else _COOKIE_PLAIN).at(data, start))
