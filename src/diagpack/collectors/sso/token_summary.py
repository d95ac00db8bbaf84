"""The allow-list summary of a token: no signature, no unknown value, persons only as marks."""

from typing import Any, Final

from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.jose import Token
from diagpack.model.collector import sensitive

_HEADER: Final = ("alg", "enc", "typ", "cty", "kid")
_KEPT: Final = (
    "iss aud azp exp nbf iat auth_time acr amr ver tid scp scope typ uti appid client_id email_verified idp".split()
)
_MARKED: Final = {
    "sub": "user",
    "oid": "user",
    "sid": "id",
    "jti": "id",
    "nonce": "secret",
    "email": "email",
    "upn": "email",
    "preferred_username": "user",
    "unique_name": "user",
    "name": "name",
    "given_name": "name",
    "family_name": "name",
    "nickname": "name",
}
_DROPPED: Final = ("ipaddr", "at_hash", "c_hash", "s_hash", "aio", "rh")
_COUNTED: Final = ("groups", "roles", "wids")
_LONGEST: Final = 300


def summarise(token: Token, captured: Captured) -> dict[str, Any]:
    """Everything the package may hold of this token."""
    critical = token.header.get("crit")
    found: dict[str, Any] = {
        "kind": token.kind,
        "parts": token.parts,
        "header": {name: _plain(token.header[name]) for name in _HEADER if name in token.header},
        "crit": [str(each)[:40] for each in critical] if isinstance(critical, list) else [],
        "header_names": sorted(str(name)[:40] for name in token.header)[:50],
        "part3_bytes": token.signature_bytes,
        "is_stripped": token.is_stripped,
        "length": len(captured.content),
    }
    if token.claims is not None:
        # A list, so that a claim's name does not make its type and length look like its value.
        found["claims"] = [
            {"claim": str(name)[:80], **_claim(str(name), value)} for name, value in list(token.claims.items())[:200]
        ]
    return found


def _claim(name: str, value: Any) -> dict[str, Any]:
    if name in _DROPPED:
        return {"dropped": True}
    if name in _COUNTED:
        return {"count": len(value) if isinstance(value, list) else 1}
    if name in _KEPT:
        return {"is": _plain(value)}
    facts: dict[str, Any] = {"type": _type(value)}
    if name in _MARKED and isinstance(value, str) and value:
        facts |= {"length": len(value), "pseudonym": sensitive(value, _MARKED[name])}
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, bool | int | float) or value is None:
        return value if value == value and value not in (float("inf"), float("-inf")) else "not a number"
    if isinstance(value, list):
        return [_plain(each) if not isinstance(each, list | dict) else _type(each) for each in value[:20]]
    return {"type": _type(value)}


def _type(value: Any) -> str:
    return {
        "str": "string",
        "int": "number",
        "float": "number",
        "bool": "boolean",
        "dict": "object",
        "list": "array",
    }.get(type(value).__name__, "null")
