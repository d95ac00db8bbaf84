"""What Atlassian's schema accepts but a reader must never get: control characters and active links.

Enters: any string or link. Leaves: text that is safe as a text node, and only http, https and mailto links. ADF text
nodes carry no markup, so nothing else needs an escape.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from diagpack.render._visible import one_line, visible

_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_LINK: Final = re.compile(r"[\x21-\x7e]{1,2000}", re.ASCII)


def text(value: str, limit: int = 0) -> str:
    """One line for a paragraph."""
    return one_line(value, limit)


def block(value: str) -> str:
    """Several lines for a code block."""
    return visible(value)


def href(value: str) -> str | None:
    """The link when it is a printable http, https or mailto address, else None."""
    if _LINK.fullmatch(value) is None:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or (parts.scheme.lower() != "mailto" and not parts.netloc):
        return None
    return value
