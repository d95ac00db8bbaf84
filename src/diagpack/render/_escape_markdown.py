"""Text from the evidence inside Markdown: nothing in it is markup, a link, HTML or a table cell border.

Enters: any string. Leaves: CommonMark source that shows exactly that string (GitHub's and GitLab's extensions counted
in: no bare URL becomes a link).
"""

import re
from typing import Final

from diagpack.render._visible import one_line, visible

_MARKUP: Final = re.compile(r"[\\`*_\[\]|~$]")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LEADING: Final = re.compile(r"^([#+=-]|\d{1,9}(?=[.)](?:\s|$)))")
_LIST: Final = re.compile(r"^(- |\d{1,2}\. )?(.*)$", re.DOTALL)
_RUNS: Final = re.compile(r"`+")


def text(value: str, limit: int = 0) -> str:
    """One line of literal text."""
    value = "".join(_ENTITIES.get(each, each) for each in one_line(value, limit))
    value = _MARKUP.sub(lambda match: "\\" + match.group(0), value)
    value = value.replace("://", "\\://").replace("www.", "www\\.")
    return _LEADING.sub(_escaped_lead, value)


def prose(value: str) -> str:
    """Several lines of a drafted letter: line breaks and simple list markers stay, the rest is literal."""
    return "\n".join(_prose_line(line) for line in visible(value).split("\n"))


def code_span(value: str, limit: int = 0) -> str:
    """One line in monospace; the fence is longer than any run of backticks inside. Safe in a table cell."""
    value = one_line(value, limit).replace("|", "¦")
    fence = "`" * (_longest_run(value) + 1)
    return (
        f"{fence} {value} {fence}" if value.startswith("`") or value.endswith("`") else f"{fence}{value or ' '}{fence}"
    )


def code_block(value: str, language: str = "") -> str:
    """A fenced block that its content cannot close."""
    value = visible(value)
    fence = "`" * max(3, _longest_run(value) + 1)
    return f"{fence}{language}\n{value}\n{fence}"


def _longest_run(value: str) -> int:
    return max((len(each) for each in _RUNS.findall(value)), default=0)


def _escaped_lead(match: re.Match[str]) -> str:
    lead = match.group(1)
    # "1." becomes "1\." ; a sign is escaped itself.
    return f"{lead}\\" if lead.isdigit() else f"\\{lead}"


def _prose_line(line: str) -> str:
    match = _LIST.match(line)
    marker, rest = match.groups() if match else (None, line)
    return (marker or "") + text(rest)
