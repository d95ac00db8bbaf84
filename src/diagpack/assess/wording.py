"""Finds words in the analyst's text that cost a round trip: vague, speculating, blaming, promising; closed links.

Enters: free text from the case. Leaves: the words found. A vague word is fine beside a number, a guess beside
a citation.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from diagpack.assess.documents import shipped
from diagpack.model.ref import find_refs

_LIMIT: Final = 20_000
_SENTENCE: Final = re.compile(r"(?<=[.!?。])\s+|\n+")
_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]{3,500}", re.ASCII)
_DIGIT: Final = re.compile(r"\d")


def vague(text: str) -> list[str]:
    """Vague words in sentences without a number."""
    return [word for each in _sentences(text) if not _DIGIT.search(each) for word in _words("vague", each)]


def speculation(text: str) -> list[str]:
    """Guessing words in sentences that cite no evidence."""
    return [word for each in _sentences(text) if not find_refs(each) for word in _words("speculation", each)]


def blame(text: str) -> list[str]:
    """Words that blame a person or a team."""
    return _words("blame", text[:_LIMIT])


def promises(text: str) -> list[str]:
    """Words that promise a fix or a date."""
    return _words("promises", text[:_LIMIT])


def closed_links(text: str) -> list[str]:
    """Kinds of links that engineers cannot open or that expire; the kind is named, never the link."""
    kinds = _lists()["closed_links"]
    links = [match.group(0).lower() for match in _LINK.finditer(text[:_LIMIT])]
    return [kind for kind in kinds if any(str(kind).lower() in link for link in links)]


def _sentences(text: str) -> list[str]:
    return [each for each in _SENTENCE.split(text[:_LIMIT]) if each.strip()]


def _words(kind: str, text: str) -> list[str]:
    return list(dict.fromkeys(match.group(0).lower() for match in _pattern(kind).finditer(text)))


@cache
def _lists() -> Mapping[str, Any]:
    return shipped("wording.yaml")  # type: ignore[no-any-return]


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    words = sorted((str(each) for each in _lists()[kind]), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
