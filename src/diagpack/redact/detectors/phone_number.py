"""Phone numbers: an explicit form, or digits near a word such as "call" or "mobile"; both must be numbers that exist.

Source: numbering plans as in libphonenumber's metadata. Presidio's own recogniser takes 84 % of its time and hits
versions, offsets and account numbers; here only candidates with a form or a context are looked up.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.detectors._gate import RARE
from diagpack.redact.detectors._validators import digits_of
from diagpack.redact.spans import Detector, Span

REGIONS: Final = tuple("US GB DE FR IL IN CA BR AU NZ ZA ES IT NL CH AT BE DK SE NO FI PL PT HU CZ".split())
_EXPLICIT_FORM: Final = (
    r"(?:\+|\b00)[1-9][0-9 ().\xc2\xa0/-]{5,22}[0-9]"
    r"|\([0-9]{2,5}\)[ ]?[0-9]{2,4}[ ./-][0-9]{3,8}(?:[ -][0-9]{2,4})?\b"
    r"|\b[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}\b"
)
_EXPLICIT = compiled(_EXPLICIT_FORM)
_has_form: Final = RARE.add(lambda: _EXPLICIT_FORM)
_CONTEXT_WORD: Final = (
    r"\b(?:phones?|tel|telephone|telefon|mobile|mobil|handy|cell|cellphone|calls?|called|calling|fax|msisdn|sms|dial|"
    r"whatsapp|number|contact|reach|ring|landline|hotline|"
    r"anrufen|rufen|ruf|rufnummer|telefonnummer|handynummer|durchwahl|erreichbar|portable|joindre|joignable|appelez|appeler|num\xc3\xa9ro|"
    r"t\xc3\xa9l\xc3\xa9phone|tel\xc3\xa9fono|telefono|m\xc3\xb3vil|llame|llamar|ll\xc3\xa1meme|cellulare)\b"
)
_WORD = compiled(_CONTEXT_WORD, ignore_case=True)
_has_word: Final = RARE.add(lambda: f"(?i:{_CONTEXT_WORD})")
_CANDIDATE = compiled(r"[+(]?\b[0-9][0-9 ().\xc2\xa0/-]{4,22}[0-9]\b")
_GROUPED = compiled(r"\+[1-9][0-9]{0,2}[ ]\(?[0-9]{1,5}\)?(?:[ -][0-9]{2,8}){1,4}")
_BEHIND_WORD: Final = 45
_BEFORE_WORD: Final = 20
_PHONE_KEYS: Final = ("phone", "mobile", "msisdn", "tel", "fax", "cell")
# Above this many look-ups in one chunk, a candidate with a context counts without one: never slower, never less.
_LOOK_UPS: Final = 200
_CUT_GROUPS: Final = 3
_FORBIDDEN_BEFORE: Final = frozenset(b"._-/=:#$%@&?+")
_IN_A_NAME: Final = (b"-", b"_", b"/")
_FORBIDDEN_AFTER: Final = frozenset(b"_-/=:%@")


class PhoneNumbers:
    """Phone numbers by form or context. `regions`: for numbers without a country code."""

    id = "phone-number"
    entities = ("phone",)
    rank = Rank.PERSONAL

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        self.regions = tuple(regions)

    def configured(self, config: Mapping[str, Any]) -> "PhoneNumbers":
        return PhoneNumbers(tuple(config["regions"]) or REGIONS)

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be; under a key that names a phone, every run of digits."""
        return f"{_EXPLICIT_FORM}|(?i:{_CONTEXT_WORD})"

    def heeds(self, context: str) -> bool:
        """Whether a key makes this detector look closer than its trigger says."""
        return any(word in context.lower() for word in _PHONE_KEYS)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        is_keyed = self.heeds(context)
        seen: set[tuple[int, int]] = set()
        candidates = [(span, False) for span in _EXPLICIT.spans(data)] if _has_form(data) else []
        candidates += [(span, True) for span in (_CANDIDATE.spans(data) if is_keyed else _near_words(data))]
        looked_up = 0
        for (start, end), has_context in candidates:
            start, end = _bare(data, start, end)
            # A date, a time or another number may stand behind a blank.
            for cut in _ends(data, start, end):
                if (start, cut) in seen or not _is_free(data, start, cut):
                    continue
                seen.add((start, cut))
                looked_up += 1
                if self._is_number(data[start:cut], has_context and looked_up > _LOOK_UPS):
                    yield Span(start, cut, "phone", "phone-keyed" if is_keyed else "phone")
                    break

    def _is_number(self, text: bytes, is_trusted: bool) -> bool:
        if not 7 <= len(digits_of(text)) <= 15:
            return False
        return is_trusted or is_valid(text.decode("latin1"), self.regions) or _is_grouped(text)


def _is_grouped(text: bytes) -> bool:
    """`+44 7700 900456`: written as people write numbers for other countries, whether it was given out or not."""
    return text[:1] == b"+" and len(digits_of(text)) >= 10 and _GROUPED.at(text, 0) == len(text)


def _near_words(data: bytes) -> Iterator[tuple[int, int]]:
    """Digit groups up to 45 bytes behind a context word or 20 before it."""
    if not _has_word(data):
        return
    opened = closed = 0
    for start, end in _WORD.spans(data):
        if data[start - 1 : start] in _IN_A_NAME or data[end : end + 1] in _IN_A_NAME:
            continue  # `footer-mobile.png`: part of a file name, not of a sentence
        first, last = max(0, start - _BEFORE_WORD), min(len(data), end + _BEHIND_WORD + 24)
        if first > closed:
            yield from _CANDIDATE.spans(data, opened, closed)
            opened = first
        closed = last
    if closed:
        yield from _CANDIDATE.spans(data, opened, closed)


def _ends(data: bytes, start: int, end: int) -> Iterator[int]:
    """The end of a candidate, then without its last groups."""
    yield end
    for _ in range(_CUT_GROUPS):
        end = data.rfind(b" ", start + 7, end)
        if end < 0:
            return
        yield end


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Without an opening bracket that is never closed."""
    if data[start] == 0x28 and b")" not in data[start:end]:
        start += 1
    return start, end


def _is_free(data: bytes, start: int, end: int) -> bool:
    """Not part of a longer number, a version, a path or a parameter."""
    if start and (data[start - 1] in _FORBIDDEN_BEFORE or chr(data[start - 1]).isalnum()):
        # `tel:+44…` and `phone=+44…`: the plus makes it a number of its own.
        return data[start] == 0x2B and data[start - 1] in b"=:"
    if end >= len(data):
        return True
    after = data[end]
    if after in _FORBIDDEN_AFTER or chr(after).isalnum():
        return False
    return not (after in b".," and data[end + 1 : end + 2].isdigit())


@functools.lru_cache(maxsize=1 << 14)
def is_valid(text: str, regions: tuple[str, ...]) -> bool:
    """Whether libphonenumber knows such a number, internationally or in one of the regions."""
    import phonenumbers  # heavy: loads its metadata, and most artifacts hold no phone number

    number = "+" + text[2:] if text.startswith("00") else text
    for region in (None,) if number.startswith("+") else regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed) and phonenumbers.is_valid_number(parsed):
            return True
    return False


DETECTOR: Final[Detector] = PhoneNumbers()
