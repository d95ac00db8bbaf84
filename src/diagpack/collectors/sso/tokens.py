"""One token from text to summary and findings (OpenID Connect Core 3.1.3.7, RFC 7519)."""

from collections.abc import Mapping
from typing import Any

from diagpack.collectors.sso import jose, token_claims, token_summary
from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.clock import Clock
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.jose import Token
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.token_keys import check_keys


def judge(captured: Captured, expected: Expectation, clock: Clock, report: Report) -> dict[str, Any]:
    """Summary of one token; every finding goes into `report`."""
    token = jose.decode_json(captured.content) if captured.family == "token-json" else jose.decode(captured.content)
    name = captured.parameter
    if token.kind == "malformed":
        report.add("jwt.malformed", f"{token.problem}; {len(captured.content)} characters", "/kind")
    elif token.kind == "opaque":
        _opaque(captured, token, report)
    elif token.kind in {"jwe", "jwe-json"}:
        if token.problem:
            report.add("jwt.malformed", token.problem, "/kind")
        shown = f"alg {_word(token.header, 'alg')}, enc {_word(token.header, 'enc')}, kid {_word(token.header, 'kid')}"
        report.add("oidc.jwe", shown, "/header")
    elif token.kind == "jws-json":
        report.add("jwt.jws_json", f"{token.parts} signatures in JSON serialization", "/kind")
    else:
        _jws(token, captured, name, expected, clock, report)
    return token_summary.summarise(token, captured)


def _word(header: Mapping[str, Any], name: str) -> str:
    value = header.get(name)
    return "none given" if value is None else str(value)[:80]


def _opaque(captured: Captured, token: Token, report: Report) -> None:
    what = captured.parameter or "token"
    # The name comes last: behind `access_token:` the redactor would take the number for the token.
    report.add(
        "oidc.opaque", f"{len(captured.content)} characters in {token.parts} parts, no JSON header, as {what}", "/kind"
    )
    if captured.parameter in {"id_token", "id_token_hint"}:
        report.add("jwt.malformed", f"{what} must be a JWT", "/kind")


def _jws(token: Token, captured: Captured, name: str, expected: Expectation, clock: Clock, report: Report) -> None:
    _header(token, report)
    if token.is_stripped:
        report.add(
            "oidc.token_stripped", f"part 3 is missing or a placeholder; alg {_word(token.header, 'alg')}", "/kind"
        )
    if token.is_detached:
        report.add("jwt.detached_payload", "the second part is empty", "/kind")
    if token.duplicates:
        report.add("jwt.malformed", f"{len(token.duplicates)} names stand twice in one JSON object", "/kind")
    check_keys(token, captured.content, expected, report)
    if token.claims is None:
        if token.problem:
            report.add("jwt.malformed", token.problem, "/kind")
        elif not token.is_detached:
            report.add("oidc.not_a_jwt", "the payload is no JSON object: a JWS, not a JWT", "/kind")
        return
    token_claims.check_claims(token.claims, token.header, name, expected, clock, report)


def _header(token: Token, report: Report) -> None:
    header = token.header
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        report.add("jwt.malformed", "the header has no alg", "/header")
    elif algorithm.lower() == "none":
        report.add("oidc.alg_none", f"alg {algorithm}, {token.signature_bytes} signature bytes", "/header")
    if "crit" in header:
        names = header["crit"] if isinstance(header["crit"], list) else []
        report.add("oidc.crit", f"crit: {', '.join(str(each)[:40] for each in names[:10]) or 'not a list'}", "/header")
    pointers = [name for name in ("jku", "x5u", "jwk", "x5c") if name in header]
    if "jku" in pointers or "x5u" in pointers:
        report.add("oidc.jku_x5u_present", f"the header has {', '.join(pointers)}; nothing was fetched", "/header")
    elif "jwk" in pointers:
        report.add("oidc.jku_x5u_present", "the header carries a key (jwk)", "/header")
    if "nonce" in header:
        report.add("oidc.nonce_in_header", f"typ {_word(header, 'typ')}, kid {_word(header, 'kid')}", "/header")
