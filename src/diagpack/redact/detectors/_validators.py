"""Named checks on one matched value; the guided collector implements the same names in JavaScript.

Enters: the bytes of a value and the argument given in the rule. Leaves: whether the match counts. Every check is linear
in the value and rejects long values first.
"""

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from diagpack.redact.ipv6 import packed_ipv6

Validator = Callable[[bytes, Any], bool]

_DIGITS: Final = frozenset(b"0123456789")
_NOT_DIGITS: Final = bytes(byte for byte in range(256) if byte not in _DIGITS)
_BASE_36: Final = {ord(letter): str(value) for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=10)}
# First digits of card numbers by network: ISO/IEC 7812 ranges as the networks publish them.
_CARD_NETWORKS: Final = re.compile(rb"4|3[4679]|38|30[0-5]|6011|64[4-9]|65|62|50|5[1-8]|63|67|"
                                  rb"222[1-9]|22[3-9]|2[3-6]|27[01]|2720|220[0-4]|352[89]|35[3-8]")  # fmt: skip
# Lengths of numbers that are written without separators.
_UNGROUPED: Final = frozenset({13, 14, 15, 16, 19})
# Length of an IBAN by country: SWIFT IBAN registry.
_IBAN_LENGTHS: Final[Mapping[bytes, int]] = {
    pair[:2].encode(): int(pair[2:])
    for pair in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30"
    ).split()
}


def digits_of(value: bytes) -> bytes:
    """Only the digits of a value."""
    return value.translate(None, _NOT_DIGITS)


def entropy(value: bytes) -> float:
    """Shannon entropy in bits a byte."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values()) if size else 0.0


# What a digit counts in each second place, from the right.
_SINGLE: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def luhn(digits: bytes) -> bool:
    """The check of ISO/IEC 7812-1, annex B."""
    return (sum(digits[-1::-2].translate(_SINGLE)) + sum(digits[-2::-2].translate(_DOUBLED))) % 10 == 0


@functools.lru_cache(maxsize=256)
def is_card(value: bytes, _: Any = None) -> bool:
    """13 to 19 digits of a known network, one consistent separator, Luhn; not an epoch followed by something."""
    if len(value) > 25:
        return False
    if value.isdigit():
        is_long = len(value) in _UNGROUPED and _CARD_NETWORKS.match(value) is not None
        return is_long and value.strip(value[:1]) != b"" and luhn(value)
    digits = digits_of(value)
    separators = set(value.translate(None, b"0123456789"))
    if not 13 <= len(digits) <= 19 or len(separators) > 1 or _CARD_NETWORKS.match(digits) is None:
        return False
    return len(set(digits)) > 1 and _is_card_grouped(value, separators, digits) and luhn(digits)


def _is_card_grouped(value: bytes, separators: set[int], digits: bytes) -> bool:
    """Groups of four, or 4-6-5 and 4-6-4; digits without separators are one group."""
    if not separators:
        return len(digits) in _UNGROUPED
    groups = [len(group) for group in value.split(bytes(separators))]
    return groups in ([4, 6, 5], [4, 6, 4]) or (set(groups[:-1]) == {4} and 1 <= groups[-1] <= 4)


def is_iban(value: bytes, _: Any = None) -> bool:
    """Known country, its length, and the remainder 1 of ISO 13616."""
    if len(value) > 48:
        return False
    compact = value.replace(b" ", b"").replace(b"-", b"").upper()
    if _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    turned = compact[4:] + compact[:4]
    if not turned.isalnum() or not turned.isascii():
        return False
    return int(turned.decode("ascii").translate(_BASE_36)) % 97 == 1


@functools.lru_cache(maxsize=1 << 16)
def is_ipv4(value: bytes, _: Any = None) -> bool:
    """Four octets of 0 to 255, no leading zeros."""
    if not 7 <= len(value) <= 15:
        return False
    octets = value.split(b".")
    if len(octets) != 4:
        return False
    for octet in octets:
        if not octet.isdigit() or len(octet) > 3 or int(octet) > 255 or (octet[0] == 48 and len(octet) > 1):
            return False
    return True


def is_ipv6(value: bytes, _: Any = None) -> bool:
    """A full or compressed address with at least two groups; `a::b`, times and scopes are not."""
    if not 4 <= len(value) <= 45:
        return False
    if not value.isascii() or packed_ipv6(value.decode("ascii")) is None:
        return False
    groups = [group for group in value.split(b":") if group]
    if b"::" in value and not any(byte in _DIGITS for byte in value):
        return len(groups) >= 4
    return len(groups) >= 2 and (len(groups) >= 3 or max(map(len, groups)) >= 3)


def is_ssn(value: bytes, _: Any = None) -> bool:
    """US social security number: area not 000, 666, 9xx; group not 00; serial not 0000 (ssa.gov)."""
    area, group, serial = value[:3], value[4:6], value[7:]
    return area not in (b"000", b"666") and area[:1] != b"9" and group != b"00" and serial != b"0000"


def is_mac(value: bytes, _: Any = None) -> bool:
    """Six pairs with one separator; not all zero, not broadcast."""
    digits = value.replace(b":", b"").replace(b"-", b"").lower()
    return len(digits) == 12 and digits not in (b"0" * 12, b"f" * 12) and not (b":" in value and b"-" in value)


def has_length(value: bytes, limits: Any) -> bool:
    return bool(limits[0] <= len(value) <= limits[1])


def has_entropy(value: bytes, least: Any) -> bool:
    """At least `least` bits a byte; used only behind a vendor's keyword."""
    return entropy(value[:256]) >= float(least)


def has_digit(value: bytes, _: Any = None) -> bool:
    return any(byte in _DIGITS for byte in value)


def is_mixed(value: bytes, _: Any = None) -> bool:
    """Both letters and digits: not a word, not a number."""
    return has_digit(value) and any(65 <= byte <= 90 or 97 <= byte <= 122 for byte in value)


_CONSONANTS: Final = re.compile(rb"(?i)[b-df-hj-np-tv-xz]{5}")


def is_scrambled(value: bytes) -> bool:
    """Sixteen letters or more that change case too often, or too unspeakably, for a name made of words.

    A suffix as of a file name does not count.
    """
    value = value.partition(b".")[0]
    if len(value) < 16 or not value.isalpha():
        return False
    changes = sum(1 for one, two in pairwise(value) if (one >= 97) != (two >= 97))
    return changes >= 0.38 * len(value) or (changes >= 0.25 * len(value) and _CONSONANTS.search(value) is not None)


def excludes(value: bytes, words: Any) -> bool:
    """None of the words (lower case) occurs in the value."""
    lowered = value.lower()
    return not any(word.encode() in lowered for word in words)


def is_email(value: bytes, _: Any = None) -> bool:
    """A local part of 1 to 64, a domain of up to 253 whose last label is not a number or a file suffix of pictures."""
    marker = next((each for each in (b"@", b"%40", b"\\u0040") if each in value), b"")
    if not marker or len(value) > 400:
        return False
    local, _mark, domain = value.rpartition(marker)
    last = domain.rpartition(b".")[2].lower()
    is_suffix = last in (b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"js", b"css", b"map")
    return 0 < len(local) <= 256 and len(domain) <= 253 and not last.isdigit() and len(last) >= 2 and not is_suffix


def is_cpf(value: bytes, _: Any = None) -> bool:
    """Brazil: two check digits, modulo 11."""
    digits = [byte - 48 for byte in digits_of(value)]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for size in (9, 10):
        total = sum(digit * weight for digit, weight in zip(digits, range(size + 1, 1, -1), strict=False))
        if total * 10 % 11 % 10 != digits[size]:
            return False
    return True


def is_dni(value: bytes, _: Any = None) -> bool:
    """Spain: the letter is the number modulo 23; X, Y, Z of a NIE count as 0, 1, 2."""
    text = value.replace(b"-", b"").translate(bytes.maketrans(b"XYZ", b"012"), b"") if value[:1] in b"XYZ" else value
    number = text.replace(b"-", b"")[:-1]
    return len(number) == 8 and number.isdigit() and b"TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def has_digits(value: bytes, limits: Any) -> bool:
    return bool(limits[0] <= len(digits_of(value)) <= limits[1])


def is_position(value: bytes, _: Any = None) -> bool:
    """Latitude and longitude in range, not both zero."""
    latitude, _comma, longitude = value.partition(b",")
    return abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180 and float(latitude) != 0.0


def is_not_in(value: bytes, words: Any) -> bool:
    """The value, in lower case, is none of the words."""
    return value.lower().decode("latin1") not in words


def iban_length(value: bytes) -> int:
    """How many bytes of a candidate belong to an IBAN of its country; 0 when the country is unknown or it is short."""
    wanted = _IBAN_LENGTHS.get(value[:2].upper(), 0)
    if not wanted:
        return 0
    for position, byte in enumerate(value, start=1):
        if byte not in b" -":
            wanted -= 1
        if wanted == 0:
            return position
    return 0


def card_length(value: bytes) -> int:
    """How many bytes of a candidate are a card: groups behind it are an expiry date or a code. The whole if none is."""
    end = len(value)
    while end > 12 and not is_card(value[:end], None):
        end = max(value.rfind(b" ", 0, end), value.rfind(b"-", 0, end))
    return end if end > 12 else len(value)


# How the values that a trimmer leaves start: an IBAN with one of the countries that have any.
TRIMMED_HEADS: Final[Mapping[str, tuple[str, str]]] = {
    "iban": ("[A-Za-z]{2}[0-9]{2}", f"(?i:{'|'.join(each.decode() for each in sorted(_IBAN_LENGTHS))})[0-9]{{2}}")
}
TRIMMERS: Final[Mapping[str, Callable[[bytes], int]]] = {"card": card_length, "iban": iban_length}
VALIDATORS: Final[Mapping[str, Validator]] = {
    "card": is_card,
    "cpf": is_cpf,
    "digit": has_digit,
    "digits": has_digits,
    "dni": is_dni,
    "email": is_email,
    "entropy": has_entropy,
    "excludes": excludes,
    "iban": is_iban,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "length": has_length,
    "mac": is_mac,
    "mixed": is_mixed,
    "not_in": is_not_in,
    "position": is_position,
    "ssn": is_ssn,
}
