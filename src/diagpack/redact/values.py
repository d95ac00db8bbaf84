"""What a single value is, before anything decides about it.

Enters: a value. Leaves: its canonical form, and whether it is plain words, a diagnostic id, or a public address.
"""

import functools
import ipaddress
import re
from urllib.parse import unquote

from diagpack.redact.ipv6 import packed_ipv6

# Short words with blanks and gentle punctuation; up to three digits in a row, no run that could be a token.
_LONGEST_WORD = 20
_PLAIN_WORD = rf"(?:[A-Za-z_]{{1,{_LONGEST_WORD}}}|[0-9]{{1,3}}(?![0-9.-]))"
_PLAIN = re.compile(
    rf"{_PLAIN_WORD}?(?:[ ,.;!?()'/-]+{_PLAIN_WORD})*"
    r"[ ,.;!?()'/-]*"
)
# UUIDs, trace ids and times; none is shorter than 16 characters or begins with another character.
_SHORTEST_ID, _ID_STARTS = 16, frozenset("0123456789abcdefABCDEF")
_PRINTABLE = bytes(range(32, 127))
_DIAGNOSTIC = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}|[0-9a-f]{32}|[0-9a-f]{16}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
# What stands for a value that is put in later: `${DB_PASSWORD}`, `{{token}}`, `%s`, a type of GraphQL.
_PLACEHOLDER = re.compile(
    r"\$\{[A-Za-z_][A-Za-z0-9_.]*\}|\{\{ *\$?[A-Za-z_][A-Za-z0-9_.]* *\}\}|%\([a-z_]+\)s|%s|\$[A-Z][A-Z0-9]*_[A-Z0-9_]*"
    r"|\$[0-9]{1,3}|(?:String|ID|Int|Float|Boolean)!?|process\.env\.[A-Z][A-Z0-9_]*|<[a-z][a-z_ -]*>"
)
_TOKEN_RANGE = ipaddress.ip_network("240.0.0.0/4")
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")
# RFC 3849.
_DOCUMENTATION = b"\x20\x01\x0d\xb8"
# The only /24 below the multicast range that holds both kinds: IETF protocol assignments (RFC 6890).
_MIXED_NET = bytes((192, 0, 0))
_NO_DIGITS = str.maketrans("", "", "0123456789")


def is_placeholder(value: str) -> bool:
    """Whether a value only stands for another one."""
    return value[:1] in "${%SIFBp<" and _PLACEHOLDER.fullmatch(value) is not None


def is_plain(text: str) -> bool:
    """Whether a text is words without a shape."""
    # Most texts are told without the pattern: words and blanks alone, or a sign that it has not.
    if text.isascii() and text.replace(" ", "a").isalpha():
        return len(text) <= _LONGEST_WORD or max(map(len, text.split(" "))) <= _LONGEST_WORD
    if "@" in text or ":" in text:
        return False
    return _PLAIN.fullmatch(text) is not None and len(text) - len(text.translate(_NO_DIGITS)) < 6


def is_diagnostic(text: str) -> bool:
    """Whether a text is a UUID, a trace id or a time."""
    if len(text) < _SHORTEST_ID or text[0] not in _ID_STARTS or _DIAGNOSTIC.fullmatch(text) is None:
        return False
    # Digits alone may be the number of a card, and hexadecimal digits may spell a text.
    return not (text.isalnum() and (text.isdigit() or _spells(text)))


def _spells(digits: str) -> bool:
    raw = bytes.fromhex(digits)
    return not raw.translate(None, _PRINTABLE)


def canonical(value: str) -> str:
    """The decoded form that decides the token: percent escapes undone up to three times, blanks and quotes off."""
    plain = value.strip().strip("\"'")
    for _ in range(3):
        if "%" not in plain:
            break
        decoded = unquote(plain, errors="surrogateescape")
        if decoded == plain or "\udc80" <= max(decoded) <= "\udcff":
            break
        plain = decoded
    return plain or value


@functools.lru_cache(maxsize=256)
def packed_ipv4(value: str) -> bytes | None:
    """The four bytes of a plain IPv4 address; None for anything else. A tenth of the time of `ipaddress`."""
    match = _IPV4.fullmatch(value)
    return None if match is None else bytes(map(int, match.groups()))


def is_public(value: str) -> bool:
    """Whether an address text is one that a policy for public addresses means."""
    packed = packed_ipv4(value)
    if packed is not None and packed[0] < 224 and packed[:3] != _MIXED_NET:
        return _is_public(value[: value.rindex(".")] + ".1")
    return _is_public(value)


@functools.lru_cache(maxsize=65536)
def _is_public(value: str) -> bool:
    bare = value.strip("[]").split("%")[0]
    if (packed_ipv6(bare) or b"").startswith(_DOCUMENTATION):
        return True
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return True
    # Documentation ranges stand for public addresses in examples and tests.
    text = str(address)
    if address.version == 4 and address in _TOKEN_RANGE and text != "255.255.255.255":
        # Where our own tokens live: an address there that is none of them is data, and could be taken for one.
        return True
    if text.startswith(("192.0.2.", "198.51.100.", "203.0.113.")):
        return True
    return address.is_global or (address.is_multicast and not address.is_private)
