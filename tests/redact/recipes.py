"""Builds strings from the `example` recipes of the rule book: literal text and `{alphabet:length}`.

No token stands in this repository; each run makes its own from a seed.
"""

import random
import re
import string

ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "b32": string.ascii_uppercase + "234567",
    "b64url": string.ascii_letters + string.digits,
    "b64x": string.ascii_letters + string.digits,
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "digit": string.digits,
    "digit9": "123456789",
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lower": string.ascii_lowercase,
    "loweralnum": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase,
}
_PLACE = re.compile(r"\{([A-Za-z0-9]+)(?::(\d+))?\}")


def seeded(seed: int | str) -> random.Random:
    """A reproducible source of test data; nothing here needs to be unpredictable."""
    return random.Random(seed)  # noqa: S311


def build(recipe: str, random_source: random.Random) -> str:
    """One string of a recipe; the same seed gives the same string."""
    return _PLACE.sub(lambda place: _fill(place.group(1), int(place.group(2) or 0), random_source), recipe)


def _fill(name: str, length: int, source: random.Random) -> str:
    if name == "octet":
        return str(source.randrange(1, 255))
    if name == "card":
        return card(source)
    if name == "iban":
        return iban(source)
    if name == "cpf":
        return cpf(source)
    if name == "dni":
        number = source.randrange(10_000_000, 99_999_999)
        return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"
    if name == "ssn":
        return f"{source.randrange(1, 665):03d}-{source.randrange(1, 99):02d}-{source.randrange(1, 9999):04d}"
    text = "".join(source.choice(ALPHABETS[name]) for _ in range(length))
    # Real tokens hold a digit; a run without one would test luck, not the rule.
    return text if length < 12 or name in ("alpha", "lower", "upper") else text[:5] + "7" + text[6:]


def card(source: random.Random) -> str:
    """Sixteen digits of the test range 4111 11 with a right Luhn digit."""
    body = "411111" + "".join(source.choice(string.digits) for _ in range(9))
    total = sum(int(d) if i % 2 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(body))
    return body + str(-total % 10)


def cpf(source: random.Random) -> str:
    """A Brazilian number with right check digits."""
    digits = [source.randrange(10) for _ in range(8)] + [7]
    for size in (9, 10):
        digits.append(sum(d * w for d, w in zip(digits, range(size + 1, 1, -1), strict=True)) * 10 % 11 % 10)
    text = "".join(map(str, digits))
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"


def iban(source: random.Random) -> str:
    """A German IBAN of no bank: bank code 00000000."""
    account = "00000000" + "".join(source.choice(string.digits) for _ in range(10))
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02d}{account}"
