"""Which collector reads a source: by content, never by name alone.

Enters: a source and the collectors found. Leaves: the surest collector, or None; and for None, the sentence to show.
"""

from collections.abc import Sequence
from typing import Final

from diagpack.collectors.logs.recognition import text_of
from diagpack.errors import CollectError
from diagpack.model.collector import Collector
from diagpack.model.raw import Source

THRESHOLD: Final = 0.1
# What was typed or pasted for one purpose goes there, whatever it looks like: origin to collector id.
_BY_ORIGIN: Final = {"note": "notes", "request-id": "request-ids"}
_KNOWN: Final = (
    (b"%PDF-", "a PDF", "export the text, or send a screenshot"),
    (b"\x7fELF", "a program", "send logs or a HAR instead"),
    (b"MZ", "a program", "send logs or a HAR instead"),
    (b"SQLite format 3\0", "a database", "export the rows that matter as text"),
    (b"\xd4\xc3\xb2\xa1", "a network capture", "export a HAR from the browser instead"),
    (b"\x0a\x0d\x0d\x0a", "a network capture", "export a HAR from the browser instead"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "make an ordinary zip"),
    (b"Rar!\x1a\x07", "a RAR archive", "make an ordinary zip"),
    (b"ElfFile\0", "a Windows event log", "export it as text or XML"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as plain text"),
    (b"bplist00", "a binary property list", "export it as text"),
)


def choose(source: Source, collectors: Sequence[Collector]) -> Collector | None:
    """The collector with the highest score over the threshold; between equals the first by id."""
    wanted = _BY_ORIGIN.get(source.origin)
    if wanted is not None:
        return next((each for each in collectors if each.id == wanted), None)
    head, name = source.head(), source.name
    best: Collector | None = None
    best_score = THRESHOLD
    for each in sorted(collectors, key=lambda each: each.id):
        score = each.recognise(head, name)
        if score > best_score:
            best, best_score = each, score
    return best


def unknown(head: bytes) -> CollectError:
    """What to say about a file that no collector reads. Nothing of it is in the message."""
    if not head.strip(b"\0 \t\r\n"):
        return CollectError("DP149", "this file is empty", hint="export it again")
    for magic, what, hint in _KNOWN:
        if head.startswith(magic):
            return CollectError("DP149", f"this is {what}, which diagpack does not read", hint=hint)
    if text_of(head) is None:
        return CollectError(
            "DP149", "this is a binary file of unknown kind: it cannot be inspected", hint="send it as text"
        )
    return CollectError("DP149", "nothing in this file was recognised", hint="paste its text with --note -")
