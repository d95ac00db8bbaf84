"""Credentials that may still work: what the customer should end or replace after sending evidence.

Enters: credentials as the walkers meet them, with the host and time of the exchange they stand in. Leaves: how many
distinct ones of each kind, host and expiry. Values are remembered as fingerprints only. Nothing is compared with the
clock of this machine: a credential that had ended when it was recorded is left out, of every other its own end is told.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

COOKIE, BEARER, API_KEY, JWT, SAML, PASSWORD, PRIVATE_KEY, LINK = (
    "session cookie",
    "bearer token",
    "API key",
    "JWT",
    "SAML assertion",
    "password",
    "private key",
    "signed link",
)
_MOST = 20_000
_SESSION_NAME = re.compile(
    r"sess|(?:^|[._-])s?sid|sid$|auth|token|jwt|sso|login|remember|identity|ticket|credential|bearer|^cas|wordpress_l",
    re.IGNORECASE,
)
_NO_SESSION_NAME = re.compile(r"csrf|xsrf|consent|lang|theme|tz|analytics|^_g[acl]|^_fb|state$|nonce", re.IGNORECASE)
_NO_KEY_HEADER = re.compile(r"csrf|xsrf|sec-|signature|client-data|device|etag|match|idempotency", re.IGNORECASE)
# The rules of the text detectors that find a credential by its own form.
_BY_RULE = {
    "bearer": BEARER,
    "basic": PASSWORD,
    "url-password": PASSWORD,
    "pem-private-key": PRIVATE_KEY,
    "putty-private-key": PRIVATE_KEY,
}
TOKEN_MEMBERS = {
    "access_token": BEARER,
    "refresh_token": "refresh token",
    "session_token": BEARER,
    "accessToken": BEARER,
    "refreshToken": "refresh token",
    "sessionToken": BEARER,
}
_SAML_END = re.compile(r"\bNotOnOrAfter\s*=\s*[\"']([0-9TZ:.+-]{10,40})[\"']")
# Dates of cookies before this year are deletions.
_EPOCH_LIMIT = 1e11


# What a range of an artifact told: kind, host and expiry by fingerprint, and fingerprints of what had ended in it.
LiveState = tuple[dict[bytes, tuple[str, str, int]], frozenset[bytes]]


@dataclass(slots=True)
class _Seen:
    kind: str
    host: str
    expires: int


class LiveCredentials:
    """Of one pass over one artifact. `host` and `recorded` (epoch seconds, 0: unknown) follow the walker."""

    def __init__(self, is_token: Callable[[bytes], bool], *, is_on: bool) -> None:
        self._is_token = is_token
        self._is_on = is_on
        self._seen: dict[bytes, _Seen] = {}
        self._ended: set[bytes] = set()
        self.host = ""
        self.recorded = 0.0
        # How often something was told here: who keeps results may keep those that told nothing.
        self.calls = 0

    def __repr__(self) -> str:
        return f"LiveCredentials({len(self._seen)})"

    def counts(self) -> dict[tuple[str, str, int], int]:
        """Distinct credentials by (kind, host, expiry in epoch seconds or 0)."""
        found: dict[tuple[str, str, int], int] = {}
        for each in self._seen.values():
            key = (each.kind, each.host, each.expires)
            found[key] = found.get(key, 0) + 1
        return found

    def enter(self, host: str, recorded: Any) -> None:
        """The walker is inside an exchange with this host, recorded then (ISO 8601)."""
        self.host = host.rpartition("@")[2].partition(":")[0].lower()
        self.recorded = iso_seconds(recorded)

    def leave(self) -> None:
        self.host, self.recorded = "", 0.0

    def note(self, kind: str, value: str, expires: float = 0) -> None:
        """A credential; `expires`: when it ends by its own word. Said twice, the better word counts."""
        data = value.strip().encode("utf-8", "surrogatepass")
        self.calls += self._is_on
        if not self._is_on or len(data) < 4 or self._is_token(data):
            return
        mark = hashlib.blake2b(data, digest_size=8).digest()
        end = int(expires) if 0 < expires < _EPOCH_LIMIT else 0
        if end and self.recorded and end <= self.recorded:
            self._seen.pop(mark, None)
            if len(self._ended) < _MOST:
                self._ended.add(mark)
            return
        self._see(mark, kind, self.host, end)

    def _see(self, mark: bytes, kind: str, host: str, end: int) -> None:
        known = self._seen.get(mark)
        if known is not None:
            known.host = known.host or host
            known.expires = max(known.expires, end)
        elif len(self._seen) < _MOST:
            self._seen[mark] = _Seen(kind, host, end)

    def state(self) -> LiveState:
        """What a worker sends back about its range."""
        return {mark: (each.kind, each.host, each.expires) for mark, each in self._seen.items()}, frozenset(self._ended)

    def absorb(self, state: LiveState) -> None:
        """Join what the next range of the same artifact told: a credential in several ranges is one."""
        seen, ended = state
        for mark in ended:
            self._seen.pop(mark, None)
        for mark, (kind, host, end) in seen.items():
            self._see(mark, kind, host, end)

    def cookie(self, name: str, value: str, attributes: str = "") -> None:
        """A cookie that carries a session by its name. `attributes`: of Set-Cookie."""
        self.calls += self._is_on
        if not self._is_on or len(value) < 8 or not is_session_name(name):
            return
        end = self._cookie_end(attributes)
        if end >= 0:
            self.note(COOKIE, value, end)

    def header(self, name: str, value: str) -> None:
        """A header the policy calls a secret."""
        if not _NO_KEY_HEADER.search(name):
            self.note(API_KEY if "key" in name else BEARER, value)

    def found(self, value: str, entity: str, rule: str) -> None:
        """What a detector found in text by its own form or by a key."""
        kind = _BY_RULE.get(rule) or (PASSWORD if entity == "password" else API_KEY if entity == "key" else "")
        if not kind and entity == "token" and rule in _vendor_rules():
            kind = LINK if any(each in rule for each in ("sign", "sas")) else API_KEY
        if kind:
            self.note(kind, value)

    def members(self, record: Mapping[str, Any]) -> None:
        """A token response: `expires_in` counts from the time of the recording."""
        if not self._is_on:
            return
        for name, kind in TOKEN_MEMBERS.items():
            value = record.get(name)
            if isinstance(value, str) and len(value) >= 16:
                lasts = record.get("expires_in")
                is_timed = kind == BEARER and isinstance(lasts, int) and not isinstance(lasts, bool) and self.recorded
                self.note(kind, value, self.recorded + lasts if is_timed and lasts else 0)

    def saml(self, text: str) -> None:
        """An assertion; it ends at the earliest `NotOnOrAfter`."""
        if self._is_on and "Assertion" in text and "<" in text:
            ends = [end for each in _SAML_END.findall(text) if (end := iso_seconds(each))]
            self.note(SAML, text, min(ends, default=0.0))

    def _cookie_end(self, attributes: str) -> float:
        """Epoch seconds, 0 when it ends with the browser, -1 when this deletes it."""
        for part in attributes.split(";"):
            name, _, value = part.strip().partition("=")
            if name.lower() == "max-age" and value.strip().lstrip("-").isdigit():
                seconds = int(value[:12])
                if seconds <= 0:
                    return -1
                return self.recorded + seconds if self.recorded else 0
        for part in attributes.split(";"):
            name, _, value = part.strip().partition("=")
            if name.lower() == "expires" and value.strip():
                end = iso_seconds(value) or _http_seconds(value)
                if end and self.recorded and end <= self.recorded:
                    return -1
                return end if end > 86400 * 366 else -1
        return 0


@functools.lru_cache(maxsize=4096)
def is_session_name(name: str) -> bool:
    """Whether a cookie of this name usually carries a session."""
    return _SESSION_NAME.search(name) is not None and _NO_SESSION_NAME.search(name) is None


def iso_seconds(text: Any) -> float:
    """Epoch seconds of an ISO 8601 time, 0 when it is none; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError, TypeError):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _http_seconds(text: str) -> float:
    try:
        return parsedate_to_datetime(text.strip().replace("-", " ")).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0


@functools.cache
def _vendor_rules() -> frozenset[str]:
    from diagpack.redact.rulebook import load_rules

    return frozenset(rule.id for rule in load_rules("secrets"))
