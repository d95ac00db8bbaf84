"""Builds engines, raw artifacts and documents with canaries for the tests of this room."""

import base64
import gzip
import hashlib
import html
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from diagpack.model.keys import CaseKey
from diagpack.model.raw import RawArtifact
from diagpack.model.ref import ArtifactId
from diagpack.redact.dictionary import Dictionary
from diagpack.redact.engine import Engine
from diagpack.redact.learned import Learned
from diagpack.redact.policy import Policy, load_policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.seeds import Seeds, detectors_for, vendor_id_patterns
from diagpack.redact.structure import redact_structure

KEY = CaseKey(b"\x07" * 32)
POLICY = load_policy()
DETECTORS = detectors_for(POLICY, Seeds())

ENCODERS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "percent": lambda text: quote(text, safe=""),
    "double-percent": lambda text: quote(quote(text, safe=""), safe=""),
    "all-percent": lambda text: "".join(f"%{each:02x}" for each in text.encode()),
    "entities": lambda text: "".join(f"&#x{ord(each):x};" for each in text),
    "html": html.escape,
    "json-string": lambda text: json.dumps({"note": text}),
    "unicode-escape": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "quoted-printable": lambda text: "".join(f"={each:02X}" for each in f"={text}".encode()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode(),
    "hex": lambda text: text.encode().hex(),
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "deflate": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
}


def engine(
    *, learned: Learned | None = None, values: Mapping[str, str] | None = None, policy: Policy = POLICY
) -> Engine:
    """An engine of one pass, with the real detectors."""
    return Engine(
        policy,
        Pseudonyms(KEY),
        DETECTORS,
        learned=learned,
        dictionary=None if values is None else Dictionary(values),
        classes=dict(values or {}),
        structure=redact_structure,
        vendor_ids=vendor_id_patterns(policy, Seeds()),
    )


def raw(
    folder: Path,
    id: str,
    content: bytes | str,
    *,
    kind: str = "",
    media_type: str = "text/plain",
    facts: Mapping[str, Any] | None = None,
) -> RawArtifact:
    """A raw artifact backed by a file."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path = folder / f"raw-{id}"
    path.write_bytes(data)
    name = kind or id.rsplit("-", 1)[0]
    suffix = {"application/har+json": ".har", "application/jsonl": ".jsonl", "text/plain": ".txt"}.get(
        media_type, ".json"
    )
    return RawArtifact(
        id=ArtifactId(id),
        kind=name,
        media_type=media_type,
        folder=name,
        suffix=suffix,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        source="source-1",
        facts=facts or {},
    )


def log(*texts: str, ids: Sequence[str] = ()) -> bytes:
    """Log records in the shape of the log collector."""
    records = (
        {
            "source": "app.log",
            "line": number,
            "lines": 1,
            "bytes": [0, len(text)],
            "time": "2026-01-02T03:04:05Z",
            "zone": "UTC",
            "level": "INFO",
            "ids": list(ids),
            "text": text,
        }
        for number, text in enumerate(texts, 1)
    )
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


def har(*entries: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A HAR around these entries."""
    return {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": list(entries), **more}}


def har_entry(
    index: int = 0,
    *,
    url: str = "https://app.example.com/",
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One exchange with everything HAR 1.2 requires."""
    return {
        "_dpEntry": index,
        "startedDateTime": "2026-01-02T03:04:05.000Z",
        "time": 12.5,
        "request": {"method": "GET", "url": url, "headers": [], "cookies": [], "queryString": [], **(request or {})},
        "response": {"status": 200, "headers": [], "cookies": [], "content": {"size": 0}, **(response or {})},
        "cache": {},
        "timings": {"send": 1, "wait": 2, "receive": 3},
        **more,
    }


def compact_jwt(claims: Mapping[str, Any], signature: str = "canary-signature-0123456789") -> str:
    """A JWT that nobody signed."""
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"k1"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature.encode()).rstrip(b'=').decode()}"


def views(data: bytes) -> list[bytes]:
    """The bytes and plain decodings of them, for `assert canary not in …` (a third reader, on purpose simple)."""
    found = [data]
    for _ in range(3):
        found.append(unquote_to_bytes(found[-1]))
    found += [html.unescape(each.decode("utf-8", "replace")).encode() for each in found[:2]]
    return found
