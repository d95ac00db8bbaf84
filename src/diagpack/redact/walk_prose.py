"""What people wrote inside of a document: titles of pages, names of files, comments, descriptions of tickets.

Enters: such a text. Leaves: the same without names of people, then redacted like any other value.
"""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# Keys under which people write sentences.
_KEYS: Final = "comment comments description notes note signature bio feedback subject".split()
KEYS: Final = frozenset((*_KEYS, *map(str.capitalize, _KEYS)))
_LONGEST: Final = 64 << 10
# Words of a file name: `CV_Zofia-Mikkelby.pdf`.
_JOINT: Final = re.compile(r"(?<=[^\W_])[_+](?=[^\W\d_])|%20")


def redact_prose(engine: "Engine", text: str) -> str:
    """The text as a value, with the names of people in it replaced."""
    names = getattr(engine.scanner, "names_in_prose", None)
    if names is None or len(text) > _LONGEST or not any(each.isupper() for each in text):
        return engine.value(text)
    # A joint is one character, so what stands behind it stays where it is.
    shown = _JOINT.sub(lambda match: " " * len(match.group(0)), text)
    data, out, at = shown.encode("utf-8", "surrogatepass"), [], 0
    written = text.encode("utf-8", "surrogatepass")
    for span in names(data):
        value = written[span.start : span.end].decode("utf-8", "surrogatepass")
        out += [written[at : span.start].decode("utf-8", "surrogatepass"), engine.slot(value, span.entity, span.rule)]
        at = span.end
    if not out:
        return engine.value(text)
    return engine.value("".join(out) + written[at:].decode("utf-8", "surrogatepass"))
