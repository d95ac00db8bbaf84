"""The line that names the columns of a log written as a table: without it, nobody knows what a cell is.

Enters: the first lines of a log. Leaves: a record of that line, for an excerpt that begins further behind. Sources: RFC
4180, 2.3 (header line); W3C Extended Log File Format (`#Fields`).
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from diagpack.collectors.logs.stamper import Stamper

_NAME: Final = r"[ ]*\"?[A-Za-z_@][\w@. ()/-]{0,60}\"?[ ]*"
_HEADER: Final = re.compile("|".join(rf"\ufeff?{_NAME}(?:{each}{_NAME})+" for each in (",", ";", r"\t", r"\|")))
_FIRST_LINES: Final = 10


def columns_record(lines: Sequence[str], stamper: Stamper, source: str) -> dict[str, Any] | None:
    """The record of a header line, or None when the log has none. `lines`: its first ones, without their ends."""
    for number, line in enumerate(lines[:_FIRST_LINES], start=1):
        is_header = line.startswith("#Fields:") or (
            number == 1 and stamper.read(line) is None and _HEADER.fullmatch(line) is not None
        )
        if is_header:
            return {"source": source, "line": number, "lines": 1, "bytes": None, "time": None, "zone": None,
                    "level": None, "ids": [], "text": line}  # fmt: skip
    return None


def with_columns(records: Sequence[dict[str, Any]], header: dict[str, Any] | None) -> tuple[dict[str, Any], ...]:
    """The records, the header in front unless they begin with it."""
    numbers = [each["line"] for each in records if "line" in each]
    if header is None or not numbers or numbers[0] <= header["line"]:
        return tuple(records)
    return (header, *records)
