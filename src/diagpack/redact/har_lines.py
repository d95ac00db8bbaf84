"""A HAR as browsers write it, laid out with one entry a line, so that it can be read in ranges (`entries`).

Enters: a HAR in any layout. Leaves: the same members and values, the entries last in the log and each on its own line;
or nothing, when it is no HAR of the usual form. Values are copied, not parsed: whatever is written oddly in them, or
twice, stays so.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from diagpack.redact.json_text import Document, TooDeep

# A line end of JSON never stands inside of a string, so blanks behind one are layout.
_LAYOUT: Final = re.compile(rb"[ \t]*[\r\n][ \t\r\n]*")
_LONGEST_HEAD: Final = 1 << 20
_EMPTY: Final = '"entries":[]}}'


class _Log(msgspec.Struct):
    entries: msgspec.Raw


class _Har(msgspec.Struct):
    log: _Log


def lay_out(source: Path, target: Path) -> bool:
    """Write `target`, which must not exist. Returns whether it was written; raises OSError."""
    content = source.read_bytes()
    try:
        listed = msgspec.json.decode(content, type=_Har).log.entries
        entries = msgspec.json.decode(listed, type=list[msgspec.Raw])
    except (ValueError, RecursionError):
        return False
    start = _address(listed) - _address(content)
    head = _head(content[:start] + b"[]" + content[start + len(bytes(listed)) :])
    if not head or not entries:
        return False
    with target.open("xb") as stream:
        stream.write(head)
        stream.writelines(_lines(entries))
        stream.write(b"\n]}}\n")
    return True


def _lines(entries: list[msgspec.Raw]) -> Iterator[bytes]:
    for number, each in enumerate(entries):
        yield (b",\n" if number else b"") + _LAYOUT.sub(b"", bytes(each))


def _head(text: bytes) -> bytes:
    """What stands in front of the first entry; empty when there is more than a log around the entries."""
    if len(text) > _LONGEST_HEAD:
        return b""
    document = Document()
    try:
        parsed: Any = document.loads(text.decode("utf-8-sig"))
    except (ValueError, TooDeep):
        return b""
    log = parsed.pop("log", None) if isinstance(parsed, dict) else None
    # A name that stands twice has a mark in its second place.
    if parsed or not isinstance(log, dict) or any(document.key_of(name) == "entries" != name for name in log):
        return b""
    log["entries"] = log.pop("entries", [])
    written = document.dumps({"log": log})
    return (written.removesuffix("]}}") + "\n").encode("utf-8", "surrogatepass") if written.endswith(_EMPTY) else b""


def _address(data: Any) -> int:
    """Where the bytes of an object begin in memory."""
    return int(np.frombuffer(data, dtype=np.uint8).__array_interface__["data"][0])
