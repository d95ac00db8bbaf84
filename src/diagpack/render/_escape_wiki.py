"""Text from the evidence inside Jira wiki markup: no macro, link, mention, image, list or table cell comes out of it.

Enters: any string. Leaves: wiki source that shows that string. Text from the evidence never starts a line (renderers
put it behind a label, a bullet or a cell border), because `h1.` and `bq.` cannot be escaped reliably.

Source: Jira's text formatting notation help page.
"""

import re
from typing import Final

from diagpack.render._visible import one_line, visible

_MARKUP: Final = re.compile(r"[\\{}\[\]|*_\-^~+#!?]")
_EMOTICON: Final = re.compile(
    r"(?<!\\)(\((?=(?:x|y|n|i|/|on|off|flag|flagoff|\*[rgby]?)\))|[:;](?=[)(DP]))", re.IGNORECASE
)
_FENCE: Final = re.compile(r"\{(?=\s*(?:noformat|code|panel|quote|color)\b)", re.IGNORECASE)


def text(value: str, limit: int = 0) -> str:
    """One line of literal text."""
    value = _MARKUP.sub(lambda match: "\\" + match.group(0), one_line(value, limit))
    # A bare URL would become a link; an entity in place of the colon shows the same and links nothing.
    return _EMOTICON.sub(r"\\\1", value).replace("://", "&#58;//")


def noformat(value: str) -> str:
    """A preformatted block that its content cannot close: a brace before a macro name gets a blank behind it."""
    return "{noformat}\n" + _FENCE.sub("{ ", visible(value)) + "\n{noformat}"
