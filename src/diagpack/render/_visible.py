"""Hostile characters made visible, and over-long text cut, for every format.

Enters: any string from the evidence. Leaves: a string that can be encoded as UTF-8, in which no character acts on the
reader's screen: controls, bidirectional marks, invisible formatting, surrogates and private-use characters are shown
as `⟨U+202E⟩`. The ranges are written out, not asked from `unicodedata`, so that every Python makes the same bytes.

Source: Unicode TR 36 (security considerations), section 3; ECMA-48 (control sequences).
"""

import re
from typing import Final

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_BREAKS: Final = re.compile(r"[\t\n]+ *")


def visible(text: str) -> str:
    """The same text with every character that could act shown by its number; tab and line feed stay."""
    return _UNSAFE.sub(_named, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 0) -> str:
    """`visible`, on one line; with a limit, cut with the number of characters left out."""
    return _BREAKS.sub(" ", visible(clipped(text, limit) if limit else text)).strip()


def clipped(text: str, limit: int, where: str = "") -> str:
    """At most `limit` characters, then how many more there are and where they can be read."""
    if len(text) <= limit:
        return text
    rest = f"… {len(text) - limit} more characters"
    return f"{text[:limit]}{rest}, see {where}" if where else f"{text[:limit]}{rest}"


def _named(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match.group(0)):04X}⟩"
