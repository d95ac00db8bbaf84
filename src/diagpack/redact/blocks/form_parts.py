"""Parts of a multipart form that stand in the middle of a text: a dumped request, a decoded body.

Enters: a chunk of text. Leaves: the contents of parts whose name is sensitive. Source: RFC 7578 4.2, RFC 2046 5.1.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

# The quotes of a name may be escaped although the line ends are not.
_PART = compiled(
    r"form-data;(?:[^\r\n]*[; ])?name=(?:\\*\"|&quot;|&#34;|%22|=22)?([A-Za-z0-9_.\[\]-]{1,100})"
    r"[^\r\n]*\r?\n(?:[A-Za-z-]+:[^\r\n]*\r?\n)*\r?\n",
    captures=True,
)
# A part that is longer is read as text.
_LONGEST = 1 << 16


def may_stand(data: bytes) -> bool:
    """Whether anything of this may be in a text."""
    return b"form-data;" in data


def part_values(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of the content of each part with a sensitive name."""
    position = 0
    while (found := _PART.groups(data, position)) is not None:
        (_, position), name = found
        end = data.find(b"\n--", position, position + _LONGEST)
        if end < 0:
            # Cut off: the first line is what is sure to belong to it.
            end = data.find(b"\n", position, position + _LONGEST)
            end = len(data) if end < 0 else end
        end = position + len(data[position:end].rstrip(b"\r"))
        meant = meaning(policy, data[slice(*name)].decode("utf-8", "replace"))
        if meant.entity and holds(meant, data[position:end].decode("utf-8", "replace")):
            yield position, end, meant.entity
