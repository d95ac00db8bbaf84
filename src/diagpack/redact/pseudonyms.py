"""Pseudonyms: equal values get equal tokens within a case, and a token proves that this case made it.

Enters: a value and its class. Leaves: an ASCII token `dp-<class>-<10 base32 of HMAC(folded value)>[-x<3 of the exact
form>]<2 keyed check characters>`, or a form a parser still accepts (e-mail, IP address, date, number). A token whose
check does not match is data. The HMAC does not cover the class, so a value that two files call by different classes
still has one body.
"""

import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from diagpack.model.keys import CaseKey
from diagpack.redact.detectors._gate import BESIDES, LONG
from diagpack.redact.ipv6 import packed_ipv6, spelled_ipv6
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from diagpack.redact.values import packed_ipv4

# Two spellings of these differ by case only and mean the same.
FOLDED_CLASSES = frozenset({"email", "host", "user", "name", "company", "word", "iban", "mac", "address", "nationalid"})
_CLASSES = "|".join(sorted(SECRET_CLASSES | PERSONAL_CLASSES))
_MARKED = re.compile(
    # In front of it, in a URL or a string: the digits or the letter of an escape.
    rb"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4}))(?:dp-(?:"
    + _CLASSES.encode()
    + rb")-[a-z2-7]{10}(?:-x[a-z2-7]{3})?[a-z2-7]{2}(?![a-z2-7])"
    rb"|[a-z2-7]{10}(?:-x[a-z2-7]{3})?[a-z2-7]{2}(?:@|%40|\\{1,16}u0040)dp\.invalid(?![A-Za-z0-9.-]*[A-Za-z0-9])"
    rb"|(?:24\d|25[0-5])(?:\.\d{1,3}){3}(?![\d]|\.\d)"
    rb"|2001:db8:[0-9a-f:]{2,30}(?![0-9A-Za-z:])"
    rb"|99\d{13}(?!\d))",
)
# What every token starts or ends with: most values are told apart without the pattern.
_IPV6_HEAD, _LONGEST_IPV6 = b"2001:db8:", 39
_HEADS = (b"dp-", b"24", b"25", _IPV6_HEAD, b"99")
_DP_INVALID = b"@dp.invalid"
_QUOTED = re.compile(rb"(?:%40|\\{1,16}u0040)dp\.invalid\Z")
# A shifted date lies in one of sixteen cycles of 400 years (146 097 days, the period of the Gregorian calendar) behind
# this year; which one is its keyed check. No plausible date of birth falls there.
_FIRST_DATE_YEAR = 3200
_CYCLE_YEARS, _CYCLE_DAYS, _CYCLES = 400, 146_097, 16
_DATE_FORMS = (
    (re.compile(r"(\d{4})([-/.])(\d{2})\2(\d{2})"), "ymd"),
    (re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})"), "dmy"),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), "compact"),
)


class Pseudonyms:
    """Makes and recognises the tokens of one case. Silent in repr; never pickled with the key inside a message."""

    def __init__(self, key: CaseKey) -> None:
        self._hashed = _keyed(key.subkey("pseudonym"))
        self._checked = _keyed(key.subkey("pseudonym-check"))
        days = int.from_bytes(hmac.digest(key.subkey("dates"), b"offset", "sha256")[:4], "big")
        self._offset_days = days % _CYCLE_DAYS
        self._aliases: Mapping[str, str] = {}
        self._cached = lru_cache(maxsize=65536)(self._make)
        # Each is asked about several times in a row: where tokens stand, and when its token is made.
        self._is_own_ipv6 = lru_cache(maxsize=8192)(self._is_marked_ipv6)

    def alias(self, aliases: Mapping[str, str]) -> None:
        """From here on these texts (tokens that another key made) get these tokens, as the values they stand for do."""
        if aliases != self._aliases:
            self._aliases = aliases
            self._cached.cache_clear()
            self._is_own_ipv6.cache_clear()

    def __repr__(self) -> str:
        return "Pseudonyms(…)"

    def token(self, value: str, entity: str) -> str:
        """The pseudonym of a decoded value. A value that already is one of this case's tokens is returned as it is."""
        return self._cached(value, entity)

    def number(self, digits: str) -> str:
        """The pseudonym of a JSON number, a whole number of 15 digits that starts with 99."""
        if self.is_token(digits.encode("ascii", "replace")):
            return digits
        if digits in self._aliases:
            return self._aliases[digits]
        body = int.from_bytes(self._digest(digits)[:8], "big") % 10**10
        head = f"99{body:010d}"
        return head + self._digits_check(head)

    def is_token(self, data: bytes) -> bool:
        """Whether these bytes are one token made with this key, check included."""
        if data.endswith(b"40dp.invalid"):
            data = _QUOTED.sub(_DP_INVALID, data)
        if not data.startswith(_HEADS) and not data.endswith(_DP_INVALID):
            return False
        if data.startswith(_IPV6_HEAD):
            return len(data) <= _LONGEST_IPV6 and self._is_own_ipv6(data)
        if _MARKED.fullmatch(data) is None:
            return False
        text = data.decode("ascii")
        if text in self._aliases:
            # The check of an address is short: one in twenty of another key's passes it.
            return False
        if text.startswith("99") and len(text) == 15 and text.isdigit():
            return hmac.compare_digest(self._digits_check(text[:12]), text[12:])
        if text[0] == "2" and text.count(".") == 3 and text.replace(".", "").isdigit():
            return self._is_ipv4(text)
        local = text.removesuffix("@dp.invalid")
        head = local if local is text or local == text else f"@{local}"
        return hmac.compare_digest(self._check(head[:-2]), head[-2:])

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where this case's own tokens stand in a text."""
        if _may_hold(data):
            # A fast search without a look around first; the exact form decides around each hit.
            for hit in _clues().finditer(data):
                match = _MARKED.match(data, hit.start())
                if match is not None and self.is_token(match.group(0)):
                    yield match.span()

    def _make(self, value: str, entity: str) -> str:
        if value in self._aliases:
            return self._aliases[value]
        if self.is_token(value.encode("utf-8", "surrogatepass")):
            return value
        if entity == "email":
            return self._email(value)
        if entity == "ip":
            return self._ip(value) or self._plain(value, entity)
        if entity == "dob":
            return self._date(value) or self._plain(value, entity)
        return self._plain(value, entity)

    def _plain(self, value: str, entity: str) -> str:
        head = f"dp-{entity}-{self._body(value, entity)}"
        return head + self._check(head)

    def _email(self, value: str) -> str:
        head = "@" + self._body(value, "email")
        return f"{head[1:]}{self._check(head)}@dp.invalid"

    def _body(self, value: str, entity: str) -> str:
        exact = value if value.isascii() else unicodedata.normalize("NFC", value)
        folded = fold(value, entity)
        body = _base32(self._digest(folded))
        if exact != folded and entity in FOLDED_CLASSES:
            body += "-x" + _base32(self._digest("exact\0" + exact))[:3]
        return body

    def _digest(self, text: str) -> bytes:
        return self._hashed(text.encode("utf-8", "surrogatepass"))

    def _check(self, head: str) -> str:
        digest = self._checked(head.encode())
        return _PAIRS[digest[0] << 2 | digest[1] >> 6]

    def _digits_check(self, head: str) -> str:
        return f"{int.from_bytes(self._checked(head.encode())[:4], 'big') % 1000:03d}"

    def _ip(self, value: str) -> str | None:
        packed = packed_ipv4(value)
        if packed is not None:
            return self._ipv4(packed)
        bare = value.strip("[]").split("%")[0]
        packed = packed_ipv6(bare)
        if packed is not None:
            return self._ipv6(packed)
        try:
            return self._ipv4(ipaddress.IPv4Address(bare).packed)
        except ValueError:
            return None

    def _ipv4(self, packed: bytes) -> str:
        # 20 free bits for the /24 (16 of the HMAC, 4 of the check), 8 for the host: a /24 stays together.
        digest = self._digest("net4\0" + packed[:3].hex())
        head = digest[:2]
        check = self._nibble(head)
        host = packed[3] ^ digest[2]
        return f"{240 + check}.{head[0]}.{head[1]}.{host}"

    def _nibble(self, head: bytes) -> int:
        return self._checked(b"net4" + head)[0] & 0x0F

    def _is_ipv4(self, text: str) -> bool:
        parts = [int(each) for each in text.split(".")]
        return max(parts) < 256 and parts[0] - 240 == self._nibble(bytes(parts[1:3]))

    def _ipv6(self, packed: bytes) -> str:
        # 2001:db8 + 32 bits of the /64 + 48 bits of the address + 16 bits of check.
        body = self._digest("net6\0" + packed[:8].hex())[:4] + self._digest("ip6\0" + packed.hex())[:6]
        full = b"\x20\x01\x0d\xb8" + body
        return spelled_ipv6(full + self._check6(full))

    def _check6(self, full: bytes) -> bytes:
        return self._checked(full)[:2]

    def _is_marked_ipv6(self, data: bytes) -> bool:
        if _MARKED.fullmatch(data) is None:
            return False
        text = data.decode("ascii")
        return text not in self._aliases and self._is_ipv6(text)

    def _is_ipv6(self, text: str) -> bool:
        packed = packed_ipv6(text)
        return packed is not None and hmac.compare_digest(self._check6(packed[:14]), packed[14:])

    def _date(self, value: str) -> str | None:
        for pattern, order in _DATE_FORMS:
            match = pattern.match(value)
            if match is not None:
                return self._shifted(match, order, value)
        return None

    def _shifted(self, match: re.Match[str], order: str, value: str) -> str | None:
        groups = match.groups()
        year, month, day = _year_month_day(groups, order)
        try:
            # Day and month the other way round where the first cannot be a month.
            at = date(year, month, day) if month <= 12 else date(year, day, month)
        except ValueError:
            return None
        if self._is_shifted(at) and not re.search(r"[1-9]", value[match.end() :]):
            return value
        inside = date.fromordinal(1 + (at.toordinal() - 1 + self._offset_days) % _CYCLE_DAYS)
        moved = inside.replace(year=inside.year + _FIRST_DATE_YEAR + _CYCLE_YEARS * self._cycle(inside))
        rest = value[match.end() :]
        separator = groups[1] if order != "compact" else ""
        if order == "dmy":
            return f"{moved.day:02d}{separator}{moved.month:02d}{separator}{moved.year:04d}{_zeroed(rest)}"
        return f"{moved.year:04d}{separator}{moved.month:02d}{separator}{moved.day:02d}{_zeroed(rest)}"

    def _cycle(self, inside: date) -> int:
        """The keyed check of a date: which cycle the shifted date is put into."""
        mark = self._checked(b"date" + inside.isoformat().encode())
        return int.from_bytes(mark[:4], "big") % _CYCLES

    def _is_shifted(self, at: date) -> bool:
        """Whether this key made the date; of all dates in that range one in sixteen passes by chance."""
        cycle, year = divmod(at.year - _FIRST_DATE_YEAR - 1, _CYCLE_YEARS)
        return 0 <= cycle < _CYCLES and self._cycle(at.replace(year=year + 1)) == cycle


_is_likely = BESIDES.add(
    lambda: r"dp-[a-z]|dp\.invalid|(?:24[0-9]|25[0-5])\.[0-9]+\.[0-9]+\.[0-9]|2001:db8:|99[0-9]{13}"
)


def _may_hold(data: bytes) -> bool:
    """Whether there may be a token in a text at all."""
    if len(data) >= LONG:
        return _is_likely(data)
    return b"dp" in data or b"db8" in data or b"99" in data or b"24" in data or b"25" in data


def _keyed(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA256 with one key, which is prepared once: that takes as long as a short text.

    Of `cryptography`, in half of the time of the standard library's.
    """
    copy = HMAC(key, SHA256()).copy

    def digest(data: bytes) -> bytes:
        each = copy()
        each.update(data)
        return each.finalize()

    return digest


@cache
def _clues() -> Any:
    """A linear-time search for what may be a token."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    mark = "[a-z2-7]{10}(?:-x[a-z2-7]{3})?[a-z2-7]{2}"
    return re2.compile(
        rf"dp-[a-z]+-{mark}|{mark}(?:@|%40|\\+u0040)dp\.invalid|(?:24[0-9]|25[0-5])\.[0-9]+\.[0-9]+\.[0-9]+|2001:db8:|99[0-9]{{13}}".encode(),
        options,
    )


def fold(value: str, entity: str) -> str:
    """The form that is compared: NFC, and without case where case carries no meaning."""
    if value.isascii():
        return value.lower() if entity in FOLDED_CLASSES else value
    composed = unicodedata.normalize("NFC", value)
    return unicodedata.normalize("NFC", composed.casefold()) if entity in FOLDED_CLASSES else composed


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


def _year_month_day(groups: tuple[str, ...], order: str) -> tuple[int, int, int]:
    if order == "ymd":
        return int(groups[0]), int(groups[2]), int(groups[3])
    if order == "dmy":
        return int(groups[3]), int(groups[2]), int(groups[0])
    return int(groups[0]), int(groups[1]), int(groups[2])


def _zeroed(rest: str) -> str:
    # A time of day behind a date of birth says nothing an engineer needs.
    return re.sub(r"\d", "0", rest)


def _base32(digest: bytes) -> str:
    # The first ten characters (RFC 4648, lower case); nobody asks for more.
    number = int.from_bytes(digest[:7], "big") >> 6
    return (
        _PAIRS[number >> 40]
        + _PAIRS[number >> 30 & 1023]
        + _PAIRS[number >> 20 & 1023]
        + _PAIRS[number >> 10 & 1023]
        + _PAIRS[number & 1023]
    )
