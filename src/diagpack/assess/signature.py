"""A case signature: the same problem gets the same name, and one can see why.

Enters: the first failure and the error record behind it, after redaction. Leaves: `dp1:` and 12 hexadecimal digits over
five visible parts: kind, exception or status class, masked message, top three frames of the product, route template.
The algorithm is versioned by its prefix; changing a mask or a part means `dp2`.

Order of the masks matters: UUID before hex, URL before path.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from diagpack.assess.conditions import Scene
from diagpack.assess.impact import is_error
from diagpack.assess.timeline import FirstFailure, records_with
from diagpack.assess.traces import exception_of, frames
from diagpack.assess.view import Call
from diagpack.model.assessment import CaseSignature

VERSION: Final = "dp1"
PARTS: Final = ("kind", "exception", "message", "frames", "route")
_MASK_LIMIT: Final = 4_000
_MESSAGE_LIMIT: Final = 160
_MASKS: Final = tuple(
    (re.compile(pattern, re.ASCII), replacement)
    for pattern, replacement in (
        (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "<uuid>"),
        (r"\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\b", "<mac>"),
        (r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s\"'<>)]+", "<url>"),
        (r"\bdp-[a-z]{1,20}-[a-z0-9]{12,17}\b", "<dp>"),
        (r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "<email>"),
        (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b", "<ip>"),
        (r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", "<time>"),
        (r"(?<![\w<])(?:/[\w.@%+-]+){2,}/?", "<path>"),
        (r"\b0x[0-9a-fA-F]+\b", "<hex>"),
        (r"\b(?=[0-9a-fA-F]{0,64}\d)[0-9a-fA-F]{8,}\b", "<hex>"),
        (r"\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'", "<text>"),
        (r"\b\d+(?:[.,]\d+)*\b", "<n>"),
        (r"[\w-]{1,60}<(?:n|hex|uuid)>[\w<>-]{0,60}|<(?:n|hex|uuid)>[\w<>-]{1,60}", "<id>"),
        (r"\b([\w.-]{1,60})=(?:\"[^\"]*\"|\S+)", r"\1=<v>"),
    )
)


def signature(scene: Scene, first: FirstFailure | None, topic: str) -> CaseSignature:
    """The signature of a case; without any failure the topic alone names it."""
    text = error_text(scene, first)
    exception, message = exception_of(text)
    exchange = first.exchange if first else None
    if not exception and exchange is not None:
        exception = status_class(exchange)
    if not message and first is not None:
        message = (exchange.failure if exchange else "") or text or first.core or first.cited.text
    parts = {
        "kind": topic,
        "exception": exception,
        "message": mask(message.splitlines()[0] if message else "")[:_MESSAGE_LIMIT],
        "frames": " > ".join(frames(text)),
        "route": f"{exchange.method} {exchange.template}" if exchange else "",
    }
    return CaseSignature(f"{VERSION}:{digest(parts)}", parts)


def digest(parts: Mapping[str, str]) -> str:
    """12 hexadecimal digits over the parts in their order."""
    joined = "\x1f".join(parts.get(each, "") for each in PARTS)
    return hashlib.sha256(joined.encode()).hexdigest()[:12]


def mask(text: str) -> str:
    """Text with everything that varies from case to case replaced by its kind."""
    text = text[:_MASK_LIMIT]
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def status_class(exchange: Call) -> str:
    """`HTTP 5xx`, or `no answer`."""
    return f"HTTP {exchange.status // 100}xx" if exchange.status > 0 else "no answer"


def error_text(scene: Scene, first: FirstFailure | None) -> str:
    """The text of the error record that shares the first failure's request ID, else of the record it cites."""
    if first is None:
        return ""
    joined = [record for _, record in records_with(scene, first.request_ids) if is_error(record.get("level"))]
    if joined:
        return _best(joined)
    for ref in first.cited.refs:
        artifact = scene.evidence.get(ref.artifact)
        if artifact is not None and artifact.kind in ("log", "console"):
            return scene.evidence.resolve(ref) or ""
    return ""


def _best(records: list[Mapping[str, Any]]) -> str:
    """The record with a trace, else the first."""
    texts = [str(each.get("text", "")) for each in records]
    return next((each for each in texts if frames(each)), texts[0])
