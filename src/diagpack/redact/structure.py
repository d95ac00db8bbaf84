"""Recognises what a value of unknown structure is, and calls the walker for it.

Enters: a text. Leaves: the redacted text, or None when it is plain text. A value that looks like a structure and is
none falls back to the text engine, which looks inside it as well.
"""

import re
from typing import TYPE_CHECKING

from diagpack.redact.binary import holds_shape
from diagpack.redact.codecs import may_be_quoted
from diagpack.redact.engine import MESSAGE
from diagpack.redact.json_text import TooDeep
from diagpack.redact.packed import TooBig, unpack_base64, without_space
from diagpack.redact.walk_form import (
    is_connection_string,
    is_form,
    is_multipart,
    redact_connection_string,
    redact_form,
    redact_multipart,
)
from diagpack.redact.walk_jose import redact_compact
from diagpack.redact.walk_json import redact_json_text
from diagpack.redact.walk_markup import is_markup, redact_markup
from diagpack.redact.walk_messages import (
    is_event_stream,
    is_frames,
    is_json_lines,
    redact_event_stream,
    redact_frames,
    redact_json_lines,
)
from diagpack.redact.walk_url import is_walked, redact_url

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}\s*|(?:[A-Za-z0-9+/]{4,}\r?\n)+[A-Za-z0-9+/]*={0,2}\s*")
_SPACE = re.compile(r"\s")


def redact_structure(engine: "Engine", text: str, context: str) -> str | None:
    """The structure hook of the engine."""
    if context == MESSAGE:
        return redact_message(engine, text)
    if is_frames(text):
        return redact_frames(engine, text)
    head = text.lstrip("\ufeff \t\r\n")[:1]
    if head in ("{", "["):
        return _json(engine, text)
    if head == '"' and len(text) > 4 and text.rstrip().endswith('"'):
        return _json(engine, text)
    if head == "<" and is_markup(text):
        return _unescaped_too(engine, redact_markup(engine, text), is_escaped='=\\"' in text)
    if text.startswith("eyJ") and "." in text:
        return redact_compact(engine, text)
    if is_walked(text):
        return redact_url(engine, text)
    if is_multipart(text):
        return _unescaped_too(engine, redact_multipart(engine, text), is_escaped="&" in text)
    if is_event_stream(text):
        return redact_event_stream(engine, text)
    if _BASE64.fullmatch(text):
        return _packed(engine, text)
    if is_form(text):
        return _unescaped_too(engine, redact_form(engine, text))
    if ";" in text and "=" in text and is_connection_string(text):
        return redact_connection_string(engine, text)
    return None


def _unescaped_too(engine: "Engine", new: str, *, is_escaped: bool = False) -> str:
    """What a walker wrote, read as text as well when its quotes or signs are escaped: it may have seen a structure in
    signs that mean something else, as the `=20` of quoted-printable."""
    if not is_escaped and not may_be_quoted(new.encode("utf-8", "surrogatepass")):
        return new
    return engine.text(new)


def redact_message(engine: "Engine", value: str) -> str | None:
    """A SAML message or JWT in a slot that would otherwise be blanked; None when it is neither."""
    if value.startswith("eyJ"):
        return redact_compact(engine, value)
    try:
        unpacked = unpack_base64(without_space(value.encode("ascii")), _cap(engine), is_slot=True)
    except (UnicodeEncodeError, TooBig):
        return None
    if unpacked is None or b"SAML" not in unpacked.text or not unpacked.text.lstrip().startswith(b"<"):
        return None
    new = redact_markup(engine, unpacked.text.decode("utf-8", "surrogateescape"))
    return unpacked.pack(new.encode("utf-8", "surrogateescape")).decode("ascii")


def _json(engine: "Engine", text: str) -> str | None:
    try:
        return redact_json_text(engine, text)
    except ValueError:
        return redact_json_lines(engine, text) if is_json_lines(text) else None
    except TooDeep:
        return None


def _packed(engine: "Engine", text: str) -> str | None:
    run = text.strip()
    try:
        unpacked = unpack_base64(without_space(run.encode("ascii")), _cap(engine), is_slot=len(run) >= 32)
    except TooBig:
        return engine.replacement(text, "secret", "inflates-too-far")
    if unpacked is None:
        return engine.replacement(text, "secret", "packed-binary") if holds_shape(run) else None
    inside = unpacked.text.decode("utf-8", "surrogateescape")
    new = engine.value(inside)
    if new == inside:
        return None
    return text.replace(run, unpacked.pack(new.encode("utf-8", "surrogateescape")).decode("ascii"), 1)


def _cap(engine: "Engine") -> int:
    return engine.policy.limit("inflate_bytes")
