"""What a customer is asked to check or to send again because of a finding, in the language of the case.

Enters: a finding's id, its own English sentence, a language. Leaves: the sentence of `asks.yaml`. Where that has none
for the language, the finding's own sentence stands in an English case, and nothing in another.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from diagpack.assess.documents import shipped


def ask_for(finding: str, language: str, own: str = "") -> str:
    """The request behind a finding; empty when there is none in this language."""
    texts = _entry(finding)
    return texts.get(language) or (own if language == "en" else "")


def ask_of_topic(topic: str, language: str) -> str:
    """What to check for this kind of problem; empty when nothing general is known."""
    texts: Mapping[str, str] = _asks()["topics"].get(topic, {})
    return texts.get(language, "")


@cache
def _entry(finding: str) -> Mapping[str, str]:
    for each in _asks()["asks"]:
        if any(fnmatchcase(finding, pattern) for pattern in each["findings"]):
            return each  # type: ignore[no-any-return]
    return {}


@cache
def _asks() -> Mapping[str, Any]:
    return shipped("asks.yaml")  # type: ignore[no-any-return]
