"""The rules of the rule book with the standard library: the same steps, the same validators, the same answers.

Enters: the rules of the book and bytes. Leaves: (start, end, class) of each value. The twin of the rule book's engine.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

_DIGITS = frozenset(b"0123456789")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_ALPHANUMERIC = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# First digits of card numbers by network: ISO/IEC 7812 ranges as the networks publish them.
_CARD_PREFIXES = tuple(
    str(each).encode()
    for each in (
        *(4, 34, 37, 36, 38, 39, 300, 301, 302, 303, 304, 305, 6011, 644, 645, 646, 647, 648, 649, 65, 62),
        *(50, 56, 57, 58, 63, 67),
        *range(51, 56),
        *range(2221, 2721),
        *range(3528, 3590),
    )
)
# Length of an IBAN by country: SWIFT IBAN registry.
_IBAN_LENGTHS = {
    pair[:2].encode(): int(pair[2:])
    for pair in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30"
    ).split()
}
_PICTURES = (b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"js", b"css", b"map")


def _digits_of(value: bytes) -> bytes:
    return bytes(byte for byte in value if byte in _DIGITS)


def _luhn(digits: bytes) -> bool:
    total = 0
    for position, byte in enumerate(reversed(digits)):
        digit = byte - 48
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


def _card(value: bytes, _: Any) -> bool:
    digits = _digits_of(value)
    separators = {byte for byte in value if byte not in _DIGITS}
    if len(value) > 25 or not 13 <= len(digits) <= 19 or len(separators) > 1 or not digits.startswith(_CARD_PREFIXES):
        return False
    if len(set(digits)) < 2:
        return False
    if not separators:
        return len(digits) in (13, 14, 15, 16, 19) and _luhn(digits)
    groups = [len(group) for group in value.split(bytes(separators))]
    is_grouped = groups in ([4, 6, 5], [4, 6, 4]) or (set(groups[:-1]) == {4} and 1 <= groups[-1] <= 4)
    return is_grouped and _luhn(digits)


def _iban(value: bytes, _: Any) -> bool:
    compact = value.replace(b" ", b"").replace(b"-", b"").upper()
    if len(value) > 48 or _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    turned = compact[4:] + compact[:4]
    return turned.isalnum() and int("".join(str(int(chr(byte), 36)) for byte in turned)) % 97 == 1


def _iban_length(value: bytes) -> int:
    wanted = _IBAN_LENGTHS.get(value[:2].upper(), 0)
    for position, byte in enumerate(value, start=1):
        if byte not in b" -":
            wanted -= 1
        if wanted == 0:
            return position
    return 0


def _ipv4(value: bytes, _: Any) -> bool:
    octets = value.split(b".")
    if not 7 <= len(value) <= 15 or len(octets) != 4:
        return False
    return all(
        each.isdigit() and len(each) <= 3 and int(each) <= 255 and (each[0] != 48 or len(each) == 1) for each in octets
    )


def _ipv6(value: bytes, _: Any) -> bool:
    if not 4 <= len(value) <= 45 or b"%" in value:
        return False
    try:
        ipaddress.IPv6Address(value.decode("ascii"))
    except ValueError:
        return False
    groups = [group for group in value.split(b":") if group]
    if b"::" in value and not any(byte in _DIGITS for byte in value):
        return len(groups) >= 4
    return len(groups) >= 2 and (len(groups) >= 3 or max(map(len, groups)) >= 3)


def _mac(value: bytes, _: Any) -> bool:
    digits = value.replace(b":", b"").replace(b"-", b"").lower()
    return len(digits) == 12 and digits not in (b"0" * 12, b"f" * 12) and not (b":" in value and b"-" in value)


def _ssn(value: bytes, _: Any) -> bool:
    area, group, serial = value[:3], value[4:6], value[7:]
    return area not in (b"000", b"666") and area[:1] != b"9" and group != b"00" and serial != b"0000"


def _cpf(value: bytes, _: Any) -> bool:
    digits = [byte - 48 for byte in _digits_of(value)]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for size in (9, 10):
        total = sum(digits[at] * (size + 1 - at) for at in range(size))
        if total * 10 % 11 % 10 != digits[size]:
            return False
    return True


def _dni(value: bytes, _: Any) -> bool:
    first = {b"X": b"0", b"Y": b"1", b"Z": b"2"}.get(value[:1], value[:1])
    number = (first + value[1:]).replace(b"-", b"")[:-1]
    return len(number) == 8 and number.isdigit() and b"TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def _email(value: bytes, _: Any) -> bool:
    marker = next((each for each in (b"@", b"%40", b"\\u0040") if each in value), b"")
    if not marker or len(value) > 400:
        return False
    local, _mark, domain = value.rpartition(marker)
    last = domain.rpartition(b".")[2].lower()
    return (
        0 < len(local) <= 256 and len(domain) <= 253 and len(last) >= 2 and not last.isdigit() and last not in _PICTURES
    )


def _entropy(value: bytes, least: Any) -> bool:
    head = value[:256]
    size = len(head)
    total = -sum(count / size * math.log2(count / size) for count in Counter(head).values()) if size else 0.0
    return total >= float(least)


def _position(value: bytes, _: Any) -> bool:
    latitude, _comma, longitude = value.partition(b",")
    return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180 and float(latitude) != 0.0


def _has_digit(value: bytes, _: Any = None) -> bool:
    return any(byte in _DIGITS for byte in value)


VALIDATORS: dict[str, Callable[[bytes, Any], bool]] = {
    "card": _card,
    "cpf": _cpf,
    "digit": _has_digit,
    "digits": lambda value, limits: bool(limits[0] <= len(_digits_of(value)) <= limits[1]),
    "dni": _dni,
    "email": _email,
    "entropy": _entropy,
    "excludes": lambda value, words: not any(word.encode() in value.lower() for word in words),
    "iban": _iban,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "length": lambda value, limits: bool(limits[0] <= len(value) <= limits[1]),
    "mac": _mac,
    "mixed": lambda value, _: _has_digit(value) and any(65 <= byte <= 90 or 97 <= byte <= 122 for byte in value),
    "not_in": lambda value, words: value.lower().decode("latin-1") not in words,
    "position": _position,
    "ssn": _ssn,
}


def _card_length(value: bytes) -> int:
    end = len(value)
    while end > 12 and not _card(value[:end], None):
        end = max(value.rfind(b" ", 0, end), value.rfind(b"-", 0, end))
    return end if end > 12 else len(value)


_TRIMMERS = {"card": _card_length, "iban": _iban_length}


class Rule:
    """One rule, compiled; a field that is left out has no meaning for it."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.entity: str = fields["class"]
        self.needs = [each.encode("latin-1") for each in fields["needs"]]
        self.needs_digit: bool = fields["digits"]
        self._pattern = re.compile(
            fields["pattern"].encode("ascii"), re.IGNORECASE if "i" in fields.get("flags", "") else 0
        )
        self._group: int = fields.get("group", 0)
        self._left, self._before, self._after = (
            re.compile(b"[" + fields[name].encode("ascii") + b"]") if fields.get(name) else None
            for name in ("left", "not_before", "not_after")
        )
        self._trim = _TRIMMERS.get(fields.get("trim", ""))
        self._validators = [(VALIDATORS[name], argument) for name, argument in fields.get("validators", ())]

    def values(self, data: bytes, limit: int) -> Iterator[tuple[int, int]]:
        position = 0
        match = self._pattern.search(data, position)
        while match is not None:
            first, last = match.span()
            found = self._value(data, match, limit)
            if found is not None:
                yield found
                position = max(last, first + 1)
            else:
                position = first
                while position < last and data[position] in _ALPHANUMERIC:
                    position += 1
                position = max(position, first + 1)
            match = self._pattern.search(data, position) if position <= len(data) else None

    def _value(self, data: bytes, match: re.Match[bytes], limit: int) -> tuple[int, int] | None:
        start, end = match.span(self._group)
        floor, begin = max(0, start - limit), start
        while self._left and start > floor and self._left.match(data, start - 1):
            start -= 1
        if self._left and data[start - 1 : start] == b"%":
            # What was walked over begins with the digits of a percent escape.
            behind = start + (4 if data[start : start + 2] == b"25" else 2)
            if behind < begin and _HEX.fullmatch(data, start, behind):
                start = behind
        if self._trim is not None:
            end = start + self._trim(data[start:end])
        if start >= end or (self._before and start > 0 and self._before.match(data, start - 1)):
            return None
        if self._after and end < len(data) and self._after.match(data, end):
            return None
        value = data[start:end]
        return (start, end) if all(check(value, argument) for check, argument in self._validators) else None


class RuleScanner:
    """All rules of the book; a rule is tried only where one of its words occurs."""

    def __init__(self, book: dict[str, Any]) -> None:
        self._rules = [Rule(each) for each in book["rules"]]
        self._limit: int = book["left_limit"]

    def values(self, data: bytes) -> list[tuple[int, int, str]]:
        """(start, end, class) by rule, in the order of the book."""
        if len(data) < 6:
            return []
        lowered = data.lower()
        has_digit = any(byte in _DIGITS for byte in data)
        found = []
        for rule in self._rules:
            if rule.needs and not any(word in lowered for word in rule.needs):
                continue
            if rule.needs_digit and not has_digit:
                continue
            found += [(start, end, rule.entity) for start, end in rule.values(data, self._limit)]
        return found
