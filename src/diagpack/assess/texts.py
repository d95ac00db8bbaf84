"""Words to the customer, by language.

Enters: the name of a text of `messages.yaml`, a language, values. Leaves: the text. A language that is not there falls
back to English.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from diagpack.assess.documents import shipped

_PLACE = re.compile(r"\{([a-z_]+)\}", re.ASCII)


def text(section: str, name: str, language: str, **values: str) -> str:
    """A text with its places filled; values are put in as they are, and never read as a format."""
    words: Mapping[str, str] = _texts()[section][name]
    chosen = words.get(language) or words["en"]
    return _PLACE.sub(lambda match: values.get(match.group(1), ""), chosen)


def is_draft(language: str) -> bool:
    """Whether the texts of this language still need to be read by a speaker."""
    return language in _texts()["draft_languages"]


@cache
def _texts() -> Mapping[str, Any]:
    return shipped("messages.yaml")  # type: ignore[no-any-return]
