"""Credentials by their own structure: PEM private keys, JSON Web Tokens, passwords in URLs, bearer and basic values.

Sources: RFC 7468 (PEM), RFC 7519 and 7516 (JWT, JWE), RFC 3986 3.2.1 (userinfo), RFC 6750 and 7617 (Bearer, Basic).
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors._engine import Rank, compiled, lower_case
from diagpack.redact.detectors._gate import RARE
from diagpack.redact.detectors._validators import has_digit
from diagpack.redact.spans import Detector, Span

_JWT = compiled(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*")
_PEM = compiled(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
_PEM_END = compiled(r"-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
# A block whose end is missing still hides its lines of base64, also with `\n` escaped.
_PEM_BODY = compiled(r"(?:[A-Za-z0-9+/=:,\s-]|\\+[nr])*")
_PUTTY = compiled(r"PuTTY-User-Key-File-[0-9]+:")
_PUTTY_BODY = compiled(r"Private-(?:Lines|MAC|Hash): *[^\r\n]*(?:\r?\n[A-Za-z0-9+/=]+)*")
_USERINFO = compiled(r"://[^\s\"'<>/?#@]*(?:@[^\s\"'<>/?#@]*)*@")
# A raw password may hold `/`, `?` and `#`; only after a user name and with a host behind the `@`.
_LOOSE_USERINFO = compiled(
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqps?|mssql|sqlserver|oracle|clickhouse|ldaps?|"
    r"smtps?|imaps?|ftps?|sftp|jdbc:[a-z0-9:]+)://[^\s\"'<>:@/]*:[^\s\"'<>@]+(?:@[^\s\"'<>/?#@]*)*@",
    ignore_case=True,
)
_ORACLE = compiled(r"jdbc:oracle:[a-z]+:([^\s/@\"':]+)/([^\s@\"']+)@", ignore_case=True, captures=True)
_BEARER = compiled(r"\bbearer(?:[ \t]+|%20)[A-Za-z0-9._~+/=-]+", ignore_case=True)
# One search instead of one for each marker below.
_MARKER: Final = (
    r"\beyJ|PRIVATE KEY|PuTTY-User|://[^\s\"'<>/?#@]*@|(?i:jdbc:oracle|bearer|basic)"
    r"|(?i:postgres|postgresql|mysql|mariadb|mongodb|srv|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|ldaps?|smtps?"
    r"|imaps?|ftps?|sftp|jdbc:[a-z0-9:]+)://"
)
_is_likely: Final = RARE.add(lambda: _MARKER)
_TYPE = compiled(r"(?:type|scheme|method)[\"'\\]*[ ]*[=:>][ ]*[\"'\\]*$", ignore_case=True)
_BASIC = compiled(r"\bbasic(?:[ \t]+|%20)[A-Za-z0-9+/_=-]+", ignore_case=True)


# User names of programs in connection strings: diagnostic, and nobody's.
_SERVICE_USERS: Final = frozenset(
    b"app admin root user git postgres mysql guest default service sa system oracle redis mongo deploy test "
    b"anonymous".split()
)


# Schemes whose user is a person or a token also without a password.
_PERSONAL_SCHEMES: Final = tuple(
    b"http https ftp ftps sftp ssh smb imap imaps smtp smtps ldap ldaps postgres postgresql mysql mongodb amqp amqps "
    b"redis rediss svn scp rsync ws wss sip sips nfs cifs davs dav rtsp vnc rdp xmpp".split()
)


class CredentialShapes:
    """Whole tokens and blocks, each behind a cheap test for its marker."""

    id = "credential-shape"
    entities = ("token", "key", "password", "user")
    rank = Rank.STRUCTURAL

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be: the markers below, and `://` with an `@` behind it."""
        return r"\beyJ|PRIVATE KEY|PuTTY-User|://[^@]*@|(?i:jdbc:oracle|bearer|basic)"

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if not _is_likely(data):
            return
        if b"eyJ" in data:
            for start, end in _JWT.spans(data):
                if data[end - 1] == 0x2E and data.count(b".", start, end) == 3:
                    end -= 1  # the end of a sentence; an unsigned token ends with its second dot
                if end - start >= 12:
                    yield Span(start, end, "token", "jwt")
        if b"PRIVATE KEY" in data or b"PuTTY-User" in data:
            yield from _private_keys(data)
        if b"://" in data and b"@" in data:
            yield from _userinfo(data)
        lowered = lower_case(data)
        if b"jdbc:oracle" in lowered:
            yield from _oracle(data)
        if b"bearer" in lowered:
            yield from _bearer(data)
        if b"basic" in lowered:
            yield from _basic(data)


def _private_keys(data: bytes) -> Iterator[Span]:
    position = 0
    while (head := _PEM.find(data, position)) is not None:
        tail = _PEM_END.find(data, head[1])
        position = tail[1] if tail is not None else max(head[1], _PEM_BODY.at(data, head[1]))
        yield Span(head[0], position, "key", "pem-private-key")
    if _PUTTY.find(data) is not None:
        for start, end in _PUTTY_BODY.spans(data):
            yield Span(start, end, "key", "putty-private-key")


def _oracle(data: bytes) -> Iterator[Span]:
    position = 0
    while (found := _ORACLE.groups(data, position)) is not None:
        yield Span(*found[1], entity="user", rule="url-user")
        yield Span(*found[2], entity="password", rule="url-password")
        position = found[0][1]


def _userinfo(data: bytes) -> Iterator[Span]:
    for pattern in (_USERINFO, _LOOSE_USERINFO):
        for first, last in pattern.spans(data):
            start, end = data.index(b"://", first) + 3, last - 1
            user, colon, password = data[start:end].partition(b":")
            if colon and password:
                yield Span(end - len(password), end, "password", "url-password")
            if not colon and not data[max(0, first - 12) : first].lower().endswith(_PERSONAL_SCHEMES):
                continue  # `akka.tcp://ActorSystem@node`: a name of the program
            if user and user.lower() not in _SERVICE_USERS:
                entity = "token" if not colon and len(user) >= 16 and has_digit(user) else "user"
                yield Span(start, start + len(user), entity, f"url-{entity}")


def _bearer(data: bytes) -> Iterator[Span]:
    """Twelve characters or more with a digit or both cases: not "bearer authentication"."""
    for first, last in _BEARER.spans(data):
        if _TYPE.find(data[max(0, first - 16) : first]) is not None:
            continue  # `token_type=Bearer`: the word behind it is something else
        word = data[first:last]
        value = word[6:].lstrip(b" \t").removeprefix(b"%20").rstrip(b".")
        if len(value) >= 12 and (any(48 <= byte <= 57 for byte in value) or not (value.islower() or value.isupper())):
            start = first + word.rindex(value)
            yield Span(start, start + len(value), "token", "bearer")


def _basic(data: bytes) -> Iterator[Span]:
    """A word behind `Basic` that decodes to `user:password`."""
    for first, last in _BASIC.spans(data):
        word = data[first:last]
        value = word[5:].lstrip(b" \t").removeprefix(b"%20")
        if len(value) >= 6 and _is_user_and_password(value):
            yield Span(last - len(value), last, "token", "basic")


def _is_user_and_password(value: bytes) -> bool:
    try:
        decoded = base64.b64decode(value[:2048] + b"=" * (-len(value[:2048]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded


DETECTOR: Final[Detector] = CredentialShapes()
