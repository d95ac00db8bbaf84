"""Token signature against a configured key set. The algorithm comes from the key, never from the token alone."""

import warnings
from collections.abc import Mapping
from typing import Any, Final

from diagpack.collectors.sso import jwk
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.jose import Token
from diagpack.collectors.sso.report import Report

_CONFIG = "config"
_FAMILIES: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "HS": "oct", "Ed": "OKP"}
_CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "secp256k1": "ES256K"}
_MAX_KEYS = 50


def check_keys(token: Token, content: bytes, expected: Expectation, report: Report) -> None:
    """Key lookup and verification. Without a key set only a missing kid is noted."""
    kid = token.header.get("kid")
    algorithm = str(token.header.get("alg") or "")
    if kid is None and algorithm.lower() != "none":
        report.add("oidc.no_kid", f"no kid in the header; alg {algorithm[:20] or 'none given'}", "/header")
    given = expected.jwks if expected.jwks is not None else tuple(jwk.from_certificates(expected.certificates)) or None
    if given is None or algorithm.lower() == "none":
        return
    keys = given[:_MAX_KEYS]
    named = [key for key in keys if kid is not None and key.get("kid") == kid]
    if kid is not None and not named and any("kid" in key for key in keys):
        known = ", ".join(str(key.get("kid"))[:40] for key in keys[:10])
        report.add(
            "oidc.kid_unknown",
            f"kid {str(kid)[:80]}, key set has {known}; alg {algorithm[:20]}",
            "/header",
            certainty=_CONFIG,
        )
    candidates = named or list(keys)
    fitting = [key for key in candidates if _FAMILIES.get(algorithm[:2]) == key.get("kty")]
    if not fitting:
        types = ", ".join(sorted({str(key.get("kty"))[:10] for key in candidates}))
        id = "oidc.hs_vs_rs" if algorithm.startswith("HS") else "oidc.alg_mismatch"
        report.add(id, f"alg {algorithm[:20]}, keys are {types or 'none'}", "/header", certainty=_CONFIG)
        return
    if token.is_stripped or token.is_detached:
        return
    _verify(token, content, fitting, algorithm, report)


def _verify(token: Token, content: bytes, keys: list[Mapping[str, Any]], algorithm: str, report: Report) -> None:
    unusable = [key for key in keys if not _is_for_signing(key)]
    if unusable and len(unusable) == len(keys):
        report.add(
            "oidc.key_use", f"{len(unusable)} matching keys are not for signatures", "/header", certainty=_CONFIG
        )
    bound = [key for key in keys if not _allows(key, algorithm)]
    if bound and len(bound) == len(keys):
        allowed = str(bound[0].get("alg") or _CURVES.get(str(bound[0].get("crv")), ""))[:20]
        report.add("oidc.alg_mismatch", f"alg {algorithm[:20]}, the key is for {allowed}", "/header", certainty=_CONFIG)
        return
    results = [_verifies(content, key, algorithm) for key in keys if _allows(key, algorithm)]
    if any(results) or all(each is None for each in results):
        return
    text = f"none of {len(results)} matching keys verifies the signature ({token.signature_bytes} bytes)"
    report.add("oidc.sig_invalid", text, "/kind", certainty=_CONFIG)


def _is_for_signing(key: Mapping[str, Any]) -> bool:
    operations = key.get("key_ops")
    if key.get("use", "sig") != "sig":
        return False
    return not isinstance(operations, list) or "verify" in operations or "sign" in operations


def _allows(key: Mapping[str, Any], algorithm: str) -> bool:
    if isinstance(key.get("alg"), str):
        return bool(key["alg"] == algorithm)
    return key.get("kty") != "EC" or _CURVES.get(str(key.get("crv"))) in (algorithm, None)


def _verifies(content: bytes, key: Mapping[str, Any], algorithm: str) -> bool | None:
    """True, False, or None when the key or algorithm cannot be used here."""
    from joserfc import jws
    from joserfc.errors import BadSignatureError, DecodeError
    from joserfc.jwk import import_key

    public = {name: value for name, value in key.items() if name not in {"use", "key_ops", "alg"}}
    try:
        with warnings.catch_warnings():
            # Short keys and old algorithms warn; both are judged elsewhere.
            warnings.simplefilter("ignore")
            jws.deserialize_compact(b"".join(content.split()), import_key(public), algorithms=[algorithm])
    except (BadSignatureError, DecodeError):
        return False
    # Hostile keys and tokens meet a library here; the document must not travel on in an exception.
    except Exception:
        return None
    return True
