"""Phone numbers for page and script, as rules of the book: by form, or behind a word such as "call" or "mobile".

The engine looks every candidate up in the numbering plans (redact/detectors/phone_number.py); those are too big for one
page. So the form has to be explicit here: a country code with its plus, the American grouping, or a context word right
before the digits. Written in the portable subset of redact/rulebook.py. Source: ITU-T E.164, E.123; NANPA.
"""

from typing import Any, Final

_WORDS: Final = (
    "phone telephone tel telefon mobile mobil handy cell cellphone fax sms whatsapp landline hotline dial call called "
    "anruf anrufen portable tlf"
).split()
# é, è, ó of French and Spanish as UTF-8 bytes.
_ACCENTED: Final = (
    r"t\xc3\xa9l\xc3\xa9phone",
    r"t\xc3\xa9l",
    r"tel\xc3\xa9fono",
    r"m\xc3\xb3vil",
    r"\xe9\x9b\xbb\xe8\xa9\xb1",
)
_KEYWORDS: Final = [*_WORDS, *(each.encode().decode("unicode_escape") for each in _ACCENTED)]
_NEAR: Final = (
    rf"(?:\b(?:{'|'.join(_WORDS)})|{'|'.join(_ACCENTED)})[^0-9A-Za-z\n\x22<>{{}}&=][^0-9\n\x22<>{{}}&=]{{0,15}}"
)
_AREA: Final = r"(?:\(0?[0-9]{1,5}\)|0[0-9]{1,5}|[1-9][0-9]{1,2})"
_GROUPED: Final = rf"{_AREA}[ ./-]{{1,3}}[0-9]{{2,8}}(?:[ ./-]{{1,3}}[0-9]{{1,6}}){{0,4}}"

_RUN: Final = "0?[1-9][0-9]{6,11}"


def _rule(id: str, pattern: str, keywords: list[str], **more: Any) -> dict[str, Any]:
    defaults = {"flags": "", "group": 0, "left": "", "trim": "", "not_before": "", "not_after": ""}
    limits = [["digits", [7, 15]]]
    return {
        "id": id,
        "class": "phone",
        "pattern": pattern,
        "keywords": keywords,
        "validators": limits,
        **defaults,
        **more,
    }


_AROUND: Final = {"not_before": r"A-Za-z0-9_./#$%@&?+\x80-\xff-", "not_after": r"A-Za-z0-9_/%@\x80-\xff-"}
PHONE_RULES: Final = (
    _rule("phone-international", r"\+[1-9][0-9]{0,2}(?:[ ./()-]{1,3}[0-9]{1,8}){2,6}", ["+"], **_AROUND),
    _rule("phone-international-compact", r"\+[1-9][0-9]{8,14}", ["+"], **_AROUND),
    _rule("phone-international-zeros", r"\b00[1-9][0-9]{0,2}(?:[ ./()-]{1,3}[0-9]{2,8}){2,5}", ["00"], **_AROUND),
    _rule("phone-american", r"\([2-9][0-9]{2}\) ?[2-9][0-9]{2}[ .-][0-9]{4}\b", [")"], **_AROUND),
    _rule("phone-american-grouped", r"\b[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}\b", ["-", "."], **_AROUND),
    _rule("phone-near-word", rf"{_NEAR}({_GROUPED}|{_RUN})\b", _KEYWORDS, flags="i", group=1, not_after=":"),
)  # fmt: skip
