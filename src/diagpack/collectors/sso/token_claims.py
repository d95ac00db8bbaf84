"""Claims against the configuration and the clock."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.clock import Clock, from_epoch, seconds, stamp
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.report import Report

_REQUIRED = ("iss", "sub", "aud", "exp", "iat")
_NUMBERS = ("exp", "nbf", "iat", "auth_time")
_TEXTS = ("iss", "sub", "azp", "nonce", "acr", "email", "jti", "sid")
_GRAPH = "00000003-0000-0000-c000-000000000000"
_CONFIG = "config"


def check_claims(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    parameter: str,
    expected: Expectation,
    clock: Clock,
    report: Report,
) -> None:
    """Every finding about claims of one token."""
    is_id_token = _is_id_token(claims, header, parameter, expected)
    _types(claims, report)
    if is_id_token:
        _required(claims, expected, parameter, report)
        _nonce(claims, expected, report)
    _issuer(claims, expected, report)
    _audience(claims, header, is_id_token, expected, report)
    _times(claims, expected, clock, report)
    _overage(claims, report)
    for name in expected.required_attributes:
        if name not in claims and is_id_token:
            report.add("oidc.claims_missing", f"required claim {name} is absent", "/claims", certainty=_CONFIG)


def _is_id_token(claims: Mapping[str, Any], header: Mapping[str, Any], parameter: str, expected: Expectation) -> bool:
    """An access token has its own rules: `at+jwt`, or scopes without a nonce."""
    if parameter:
        return parameter in {"id_token", "id_token_hint"}
    if str(header.get("typ", "")).lower() in {"at+jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt"}:
        return False
    if "nonce" in claims or "at_hash" in claims or "c_hash" in claims or "auth_time" in claims or expected.nonce:
        return True
    return not ("scp" in claims or "scope" in claims)


def _types(claims: Mapping[str, Any], report: Report) -> None:
    wrong = [name for name in _NUMBERS if name in claims and from_epoch(claims[name]) is None]
    wrong += [name for name in _TEXTS if name in claims and not isinstance(claims[name], str)]
    audience = claims.get("aud", "")
    if not isinstance(audience, str) and not (
        isinstance(audience, list) and all(isinstance(each, str) for each in audience)
    ):
        wrong.append("aud")
    for name in ("amr", "groups", "roles"):
        if name in claims and not isinstance(claims[name], list):
            wrong.append(name)
    for name in wrong:
        report.add("oidc.claim_mismatch", f"claim {name} has a wrong type", "/claims")
    for name in ("iss", "sub"):
        if claims.get(name) == "":
            report.add("oidc.claim_mismatch", f"claim {name} is empty", "/claims")


def _required(claims: Mapping[str, Any], expected: Expectation, parameter: str, report: Report) -> None:
    is_sure = bool(expected.client_id or expected.nonce or expected.issuer or parameter)
    for name in _REQUIRED:
        if name not in claims or claims[name] is None:
            report.add(
                "oidc.claims_missing",
                f"claim {name} is absent, an ID token has it",
                "/claims",
                level="" if is_sure else "warning",
                certainty="proven" if is_sure else "hint",
            )


def _nonce(claims: Mapping[str, Any], expected: Expectation, report: Report) -> None:
    if not expected.nonce:
        return
    if "nonce" not in claims:
        report.add("oidc.nonce_missing", "a nonce was sent, the token has none", "/claims", certainty=_CONFIG)
        report.add("oidc.claims_missing", "claim nonce is absent", "/claims", certainty=_CONFIG)
    elif claims["nonce"] != expected.nonce:
        lengths = f"{len(str(claims['nonce']))} and {len(expected.nonce)} characters"
        report.add(
            "oidc.nonce_mismatch",
            f"nonce of the token and of the request differ: {lengths}",
            "/claims",
            certainty=_CONFIG,
        )


def _issuer(claims: Mapping[str, Any], expected: Expectation, report: Report) -> None:
    issuer = claims.get("iss")
    if not expected.issuer:
        return
    if not isinstance(issuer, str) or not issuer:
        report.add("oidc.iss_mismatch", "iss is absent or no text", "/claims", certainty=_CONFIG)
    elif issuer != expected.issuer:
        how = ", ".join(urls.differences(issuer, expected.issuer))
        text = f"iss {urls.bare(issuer)}, configured {urls.bare(expected.issuer)}; different: {how}"
        if "sts.windows.net" in issuer + expected.issuer:
            text += "; v1 and v2 endpoints of Entra have different issuers"
        report.add("oidc.iss_mismatch", text, "/claims", certainty=_CONFIG)


def _audience(
    claims: Mapping[str, Any], header: Mapping[str, Any], is_id_token: bool, expected: Expectation, report: Report
) -> None:
    raw = claims.get("aud")
    found = (
        [raw]
        if isinstance(raw, str)
        else [each for each in raw if isinstance(each, str)]
        if isinstance(raw, list)
        else []
    )
    azp = claims.get("azp")
    client = expected.client_id
    if client and client not in found and (is_id_token or not any("://" in each for each in found)):
        text = f"aud {', '.join(found[:5]) or 'absent'}, our client {client}"
        text += f"; typ {str(header.get('typ'))[:40]}, scopes {'yes' if 'scp' in claims else 'no'}"
        report.add("oidc.aud_mismatch", text, "/claims", certainty=_CONFIG)
    elif _GRAPH in found:
        report.add("oidc.aud_mismatch", f"aud {_GRAPH}: a Microsoft Graph token", "/claims", level="warning")
    if client and isinstance(azp, str) and azp != client:
        report.add("oidc.azp", f"azp {azp[:80]}, our client {client}", "/claims", level="error", certainty=_CONFIG)
    elif azp is None and len(found) > 1 and is_id_token:
        report.add("oidc.azp", f"{len(found)} audiences and no azp", "/claims", level="info", certainty="hint")


def _times(claims: Mapping[str, Any], expected: Expectation, clock: Clock, report: Report) -> None:
    if clock.event is None:
        end = from_epoch(claims.get("exp"))
        if end is not None and clock.now is not None and clock.now >= end:
            text = f"exp {stamp(end)}: expired now; the capture time is unknown"
            report.add("oidc.expired", text, "/claims", level="warning", certainty="hint")
        return
    event = clock.event
    for name, id, is_past in (
        ("exp", "oidc.expired", True),
        ("nbf", "oidc.nbf", False),
        ("iat", "oidc.iat_future", False),
    ):
        moment = from_epoch(claims.get(name))
        if moment is None:
            continue
        off = seconds(event - moment) if is_past else seconds(moment - event)
        is_wrong = event >= moment if is_past else event < moment
        if is_wrong:
            level = "warning" if not is_past and off < clock.tolerance_seconds else ""
            report.add(id, f"{name} {stamp(moment)}, event {stamp(event)}: {off} s", "/claims", level=level)
    _auth_time(claims, expected, clock, report)


def _auth_time(claims: Mapping[str, Any], expected: Expectation, clock: Clock, report: Report) -> None:
    if expected.max_age_seconds is None or clock.event is None:
        return
    moment = from_epoch(claims.get("auth_time"))
    if moment is None:
        report.add("oidc.auth_time_too_old", "max_age was asked for, auth_time is absent", "/claims", certainty=_CONFIG)
        report.add(
            "oidc.claims_missing",
            "claim auth_time is absent although max_age was asked for",
            "/claims",
            certainty=_CONFIG,
        )
    elif clock.event > moment + timedelta(seconds=expected.max_age_seconds):
        text = f"auth_time {stamp(moment)}, event {stamp(clock.event)}, max_age {expected.max_age_seconds} s"
        report.add("oidc.auth_time_too_old", text, "/claims", certainty=_CONFIG)


def _overage(claims: Mapping[str, Any], report: Report) -> None:
    names = claims.get("_claim_names")
    referred = [str(name)[:40] for name in names] if isinstance(names, Mapping) else []
    if "groups" in referred or claims.get("hasgroups") is True:
        report.add("oidc.groups_overage", "the groups are not in the token", "/claims")
    if referred:
        report.add(
            "oidc.claims_missing", f"claims by reference only: {', '.join(referred[:10])}", "/claims", level="warning"
        )
