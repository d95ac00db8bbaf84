"""Pseudonyms: equal values get equal tokens under one random key, which travels inside the encrypted file only.

Enters: a value and its class. Leaves: `dp-<class>-<10 base32 of HMAC-SHA256><2 keyed check characters>`, or a form a
parser still accepts (e-mail, IP address, number). The twin of page/tokens.js.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata

_FOLDED = frozenset({"email", "host", "user", "name", "company", "word", "iban", "mac", "address", "nationalid"})
_OWN = re.compile(r"(?:dp-[a-z]+-[a-z2-7]{12}|[a-z2-7]{12}@dp\.invalid|99[0-9]{13})")
_PRIVATE_IPV6 = re.compile(r"(?:::1?\Z|fe[89ab]|f[cd]|2001:db8:)", re.IGNORECASE)
_MAIL = "@dp.invalid"


class Pseudonyms:
    """The tokens of one session."""

    def __init__(self, key: bytes) -> None:
        self._key = _hmac(key, b"diagpack/1/pseudonym")
        self._check_key = _hmac(key, b"diagpack/1/pseudonym-check")
        self._known: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        return "Pseudonyms(…)"

    def token(self, value: str, entity: str) -> str:
        found = self._known.get((value, entity))
        if found is None:
            found = self._make(value, entity)
            if len(self._known) < 200_000:
                self._known[value, entity] = found
        return found

    def number(self, digits: str) -> str:
        """The pseudonym of a number: a whole number of 15 digits that starts with 99."""
        if self.is_token(digits):
            return digits
        body = int.from_bytes(self._digest(digits)[:8], "big") % 10**10
        head = "99%010d" % body  # noqa: UP031
        return head + self._digits_check(head)

    def is_token(self, text: str) -> bool:
        if len(text) > 80 or _OWN.fullmatch(text) is None:
            return False
        if text.startswith("99"):
            return self._digits_check(text[:12]) == text[12:]
        local = "@" + text[: -len(_MAIL)] if text.endswith(_MAIL) else text
        return self._check(local[:-2]) == local[-2:]

    def _make(self, value: str, entity: str) -> str:
        if self.is_token(value):
            return value
        if entity == "email":
            head = "@" + self._body(value, entity)
            return head[1:] + self._check(head) + _MAIL
        if entity == "ip":
            if _is_private(value):
                return value
            digest = self._digest(value.lower())
            return ".".join(map(str, [240 + digest[0] % 15, digest[1], digest[2], digest[3]]))
        head = "dp-" + entity + "-" + self._body(value, entity)
        return head + self._check(head)

    def _body(self, value: str, entity: str) -> str:
        composed = unicodedata.normalize("NFC", value)
        return _base32(self._digest(composed.lower() if entity in _FOLDED else composed))[:10]

    def _digest(self, text: str) -> bytes:
        return _hmac(self._key, text.encode("utf-8", "surrogatepass"))

    def _check(self, head: str) -> str:
        return _base32(_hmac(self._check_key, head.encode()))[:2]

    def _digits_check(self, head: str) -> str:
        return "%03d" % (int.from_bytes(_hmac(self._check_key, head.encode())[:4], "big") % 1000)  # noqa: UP031


def _is_private(address: str) -> bool:
    parts = address.split(".")
    if len(parts) == 4 and all(part.isdigit() for part in parts):
        a, b = int(parts[0]), int(parts[1])
        return (
            a in (0, 10, 127)
            or a >= 240
            or (a == 172 and 16 <= b < 32)
            or (a == 192 and b == 168)
            or (a == 169 and b == 254)
        )
    return _PRIVATE_IPV6.match(address) is not None


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _base32(digest: bytes) -> str:
    return base64.b32encode(digest[:15]).decode("ascii").lower()
