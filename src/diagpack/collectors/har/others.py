"""What a file is that came in place of a HAR.

Enters: its first bytes, as they are and as text. Leaves: nothing, or a CollectError DP101 that names what was probably
sent and what to do. Sources: the magic numbers of each format; the exports of SAML-tracer, Chrome NetLog, Postman.
"""

from typing import Final

from diagpack.errors import CollectError

RE_EXPORT: Final = "export it again from the browser's Network panel with “Save all as HAR”"
_MAGIC: Final = (
    (b"\x89PNG", "a picture", "a picture is evidence too: give it to `diagpack collect`; and record a HAR"),
    (b"\xff\xd8\xff", "a picture", "a picture is evidence too: give it to `diagpack collect`; and record a HAR"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture (pcap)", RE_EXPORT),
    (b"\xa1\xb2\xc3\xd4", "a packet capture (pcap)", RE_EXPORT),
    (b"\x0a\x0d\x0d\x0a", "a packet capture (pcapng)", RE_EXPORT),
    (b"\xac\xed\x00\x05", "a Charles session (.chls)", "open it in Charles and use File, Export Session, HTTP Archive"),
    (b"bplist00", "a Safari .webarchive", RE_EXPORT),
    (b"SQLite format 3", "a database", RE_EXPORT),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, or pack it as zip"),
    (b"Rar!", "a RAR archive", "unpack it, or pack it as zip"),
    (b"%PDF-", "a PDF", RE_EXPORT),
)
_TEXTS: Final = (
    ("<!doctype html", "a web page saved under the name of a HAR"),
    ("<html", "a web page saved under the name of a HAR"),
    ("<?xml", "an XML file"),
    ("mime-version:", "a page saved as MHTML"),
    ("from: <saved by", "a page saved as MHTML"),
    ("curl ", "a saved curl command"),
    ("fetch(", "a saved fetch command"),
)
# The beginning of a JSON document by which it is known: all of the marks must be there.
_DOCUMENTS: Final = (
    (('"traceEvents"',), "a performance trace of Chrome"),
    (('"_postman_id"', '"item"'), "a Postman collection"),
    (('"openapi"', '"paths"'), "an OpenAPI file"),
)


def refuse_others(text: str, head: bytes) -> None:
    """Raise for what is known not to be a HAR; `text` is `head` decoded, without its byte order mark."""
    for magic, meaning, hint in _MAGIC:
        if head.startswith(magic):
            raise CollectError("DP101", f"this is not a HAR but {meaning}", hint=hint)
    start = text.lstrip("\ufeff\0 \t\r\n")[:4096]
    if not start:
        raise CollectError("DP101", "this file is empty but for blanks", hint=RE_EXPORT)
    lowered = start.lower()
    for beginning, meaning in _TEXTS:
        if lowered.startswith(beginning):
            raise CollectError("DP101", f"this is not a HAR but {meaning}", hint=RE_EXPORT)
    _refuse_json(start, text)
    is_text = head.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0", b"\0{", b"\0["))
    if head.count(b"\0") > len(head) // 3 and not is_text:
        raise CollectError("DP101", "this is a binary file, not a HAR", hint=RE_EXPORT)


def _refuse_json(start: str, text: str) -> None:
    if '"requests"' in start[:200] and '"entries"' not in start:
        raise CollectError(
            "DP101", "this is a SAML-tracer export, not a HAR", hint="give it to `diagpack collect`, which reads it too"
        )
    if '"constants"' in start[:400] and ('"logEventTypes"' in text or '"events"' in text):
        raise CollectError("DP101", "this is a Chrome NetLog, not a HAR", hint=RE_EXPORT)
    for marks, meaning in _DOCUMENTS:
        if '"log"' not in start[:200] and all(mark in start for mark in marks):
            raise CollectError("DP101", f"this is not a HAR but {meaning}", hint=RE_EXPORT)
