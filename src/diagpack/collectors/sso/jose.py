"""Tokens: a JWS or JWE taken apart with the standard library, also when its signature was stripped.

Enters: token text. Leaves: a `Token` with header and claims, duplicate keys named. Nothing is verified here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from diagpack.collectors.sso.forms import REMOVED, decode_base64

MAX_TOKEN_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """One token taken apart. `claims` is None when the payload is no JSON object."""

    kind: Literal["jws", "jwe", "opaque", "jws-json", "jwe-json", "malformed"]
    parts: int
    header: Mapping[str, Any] = field(default_factory=dict, repr=False)
    claims: Mapping[str, Any] | None = field(default=None, repr=False)
    duplicates: tuple[str, ...] = ()
    problem: str = ""
    is_stripped: bool = False
    is_detached: bool = False
    signature_bytes: int = 0


class _Duplicates:
    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                self.names.append(name[:40])
            found[name] = value
        return found


def decode(content: bytes) -> Token:
    """Take a compact token apart."""
    text = b"".join(content.split())
    parts = text.split(b".")
    if len(text) > MAX_TOKEN_BYTES:
        return Token("malformed", len(parts), problem=f"{len(text)} bytes: over the limit of {MAX_TOKEN_BYTES}")
    seen = _Duplicates()
    header = _object(parts[0], seen)
    if header is None:
        starts_like_jwt = text[:2] == b"ey" and len(parts) >= 2
        kind: Literal["malformed", "opaque"] = "malformed" if starts_like_jwt else "opaque"
        return Token(kind, len(parts), problem="the first part is no JSON object" if starts_like_jwt else "")
    if len(parts) == 5 or "enc" in header:
        problem = "" if len(parts) == 5 else f"{len(parts)} parts where a JWE has 5"
        return Token("jwe", len(parts), header, None, tuple(seen.names), problem)
    if len(parts) not in (2, 3):
        return Token("malformed", len(parts), header, problem=f"{len(parts)} parts where a JWS has 3")
    return _jws(parts, header, seen)


def _jws(parts: list[bytes], header: Mapping[str, Any], seen: _Duplicates) -> Token:
    signature = parts[2] if len(parts) == 3 else b""
    raw = decode_base64(signature) if signature else b""
    is_none = str(header.get("alg")).lower() == "none"
    is_marker = (
        raw is None or bool(REMOVED.search(signature.decode("latin-1")[:60])) or signature.lower() == b"redacted"
    )
    is_stripped = is_marker or (not raw and not is_none)
    detached = not parts[1]
    # RFC 7797: with b64 false the payload stands as it is.
    payload = parts[1] if detached or header.get("b64") is False else decode_base64(parts[1])
    if payload is None:
        return Token("malformed", len(parts), header, problem="the second part is not base64url")
    claims = _json(payload, seen)
    is_broken = claims is None and payload.lstrip()[:1] == b"{"
    return Token(
        "jws",
        len(parts),
        header,
        claims if isinstance(claims, dict) else None,
        tuple(seen.names),
        "the payload begins like JSON, but is none" if is_broken else "",
        is_stripped=is_stripped,
        is_detached=detached,
        signature_bytes=len(raw or b""),
    )


def decode_json(content: bytes) -> Token:
    """A JWS or JWE in JSON serialization: named, with the headers that are in the open."""
    seen = _Duplicates()
    document = _json(content, seen)
    if not isinstance(document, dict):
        return Token("malformed", 0, problem="not a JSON object")
    if "ciphertext" in document:
        return Token("jwe-json", 0, _protected(document.get("protected"), document), None, tuple(seen.names))
    first = document
    signatures = document.get("signatures")
    if isinstance(signatures, list) and signatures and isinstance(signatures[0], dict):
        first = signatures[0]
    return Token(
        "jws-json", len(signatures) if isinstance(signatures, list) else 1, _protected(first.get("protected"), first)
    )


def _protected(value: Any, holder: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _object(value.encode(), _Duplicates()) if isinstance(value, str) else None
    open_header = holder.get("header") or holder.get("unprotected")
    return {**(open_header if isinstance(open_header, dict) else {}), **(found or {})}


def _object(part: bytes, seen: _Duplicates) -> dict[str, Any] | None:
    raw = decode_base64(part)
    found = None if raw is None else _json(raw, seen)
    return found if isinstance(found, dict) else None


def _json(raw: bytes, seen: _Duplicates) -> Any:
    try:
        return json.loads(raw, object_pairs_hook=seen)
    except (ValueError, RecursionError):
        return None
