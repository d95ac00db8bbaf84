"""JWT, JWS and JWE: protocol claims stay readable, people become tokens, signatures and ciphertexts go.

Enters: a compact token. Leaves: a compact token that still decodes, whose signature is a pseudonym of the original
signature. Sources: RFC 7515 7.1, RFC 7516 7.1, RFC 7519 4.1.
"""

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.live import JWT
from diagpack.redact.walk_json import JsonWalker

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_COMPACT = re.compile(
    r"(eyJ[A-Za-z0-9_-]+={0,2})\.([A-Za-z0-9_-]*={0,2})\.([A-Za-z0-9_-]*={0,2})(?:\.([A-Za-z0-9_.-]*))?"
)


def redact_compact(engine: "Engine", token: str) -> str | None:
    """The token with its parts redacted; None when it is not a JWS or JWE in compact form."""
    match = _COMPACT.fullmatch(token)
    if match is None:
        return None
    header = _part(match.group(1))
    if not isinstance(header, dict):
        return None
    if match.group(4) is not None:
        return _redact_jwe(engine, token, header)
    claims = _part(match.group(2))
    if claims is None:
        return None
    walker = _ClaimsWalker(engine)
    try:
        head = _segment(walker.walk(header), header, match.group(1))
        body = _segment(walker.walk(claims), claims, match.group(2))
    except TooDeep:
        return None
    _note_live(engine, token, claims)
    signature = match.group(3)
    if signature:
        new = engine.replacement(signature, "token", "jwt-signature")
        return f"{head}.{body}.{new}"
    return f"{head}.{body}."


def _redact_jwe(engine: "Engine", token: str, header: dict[str, Any]) -> str:
    head, *rest = token.split(".")
    walked = _ClaimsWalker(engine).walk(header)
    hidden = [engine.replacement(each, "token", "jwe") if each else "" for each in rest]
    return ".".join([_segment(walked, header, head), *hidden])


def _part(segment: str) -> Any:
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment.rstrip("=")) % 4 if "=" not in segment else 0))
        return json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None


def _segment(walked: Any, before: Any, source: str) -> str:
    if walked == before:
        return source
    text = json.dumps(walked, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).rstrip(b"=").decode("ascii")


def _note_live(engine: "Engine", token: str, claims: Any) -> None:
    expires = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(expires, int | float) and not isinstance(expires, bool):
        engine.live.note(JWT, token, expires)


class _ClaimsWalker(JsonWalker):
    """Claims have their own table; an unknown claim is pseudonymised when it is a text."""

    def __init__(self, engine: "Engine") -> None:
        super().__init__(engine, Document())
        section = engine.policy.section("jwt")
        self._kept = frozenset(section["keep"])
        self._classes = section["classes"]

    def class_of(self, key: str, value: Any) -> str:
        if key in self._kept:
            return "keep"
        if key in self._classes:
            return str(self._classes[key])
        known = super().class_of(key, value)
        if known:
            return known
        return "id" if isinstance(value, str | list) else ""

    def _number(self, value: Any, key: str, entity: str) -> Any:
        return value if entity in ("", "keep") or key in self._kept else super()._number(value, key, entity)
