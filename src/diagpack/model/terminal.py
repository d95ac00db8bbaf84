"""The one escaper for evidence that reaches a terminal: controls, bidi marks and markup cannot act.

Source: Unicode TR 36 (bidirectional text spoofing); ECMA-48 (control sequences).
"""

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape(text: str, *, limit: int = 500) -> str:
    """One line of harmless text: every control, format, surrogate and bidi character is shown as `\\xNN`."""
    shown = "".join(_shown(each) for each in text[:limit])
    return shown + "…" if len(text) > limit else shown


def _shown(character: str) -> str:
    if character in _BIDI or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co"):
        return character.encode("unicode_escape").decode("ascii") if ord(character) < 0x110000 else "?"
    return character
