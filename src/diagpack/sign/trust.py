"""Whose signature counts: the team's trust store.

Enters: an `allowed_signers` text, or a signed, versioned, expiring `trust.json`. Leaves: `Trust`, which knows a signer
by the exact key, never by what a package says. Rules after TUF: the version never goes down, an expired file is
refused, new roots are signed by old ones. Raises UsageError (DP455, DP456).
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from diagpack.errors import DiagpackError, UsageError
from diagpack.sign import sshsig
from diagpack.sign.allowed_signers import (
    TrustedKey,
    check_principal,
    read_allowed_signers,
    read_public_line,
    write_allowed_signers,
)

TRUST_NAMESPACE: Final = "diagpack-trust@v1"
_FIELDS = frozenset({"version", "issued", "expires", "prev_sha256", "roots", "keys"})
_KEY_FIELDS = frozenset({"principal", "pubkey", "roles", "not_before", "not_after", "revoked_at", "reason"})
# A role of trust.json stands for namespaces of the signature.
_ROLES: Final = {"sign": ("diagpack-escalation@v1", "diagpack-delivery@v1"), "intake": ("diagpack-intake@v1",)}


@dataclass(frozen=True, slots=True)
class Trust:
    """Trusted keys. `version` and `roots` are those of a trust.json, and 0 and none for an `allowed_signers`."""

    keys: tuple[TrustedKey, ...] = ()
    version: int = 0
    roots: tuple[bytes, ...] = ()

    @classmethod
    def from_allowed_signers(cls, text: str) -> Self:
        """Raises UsageError (DP455)."""
        return cls(tuple(read_allowed_signers(text)))

    @classmethod
    def from_lines(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Principals and public key lines, trusted for everything: the demo's throw-away key, a signer's own key."""
        return cls(tuple(TrustedKey(check_principal(who), read_public_line(line)) for who, line in pairs))

    @classmethod
    def from_json(
        cls, content: bytes, signature: bytes, *, roots: Collection[bytes], now: datetime, version: int = 0
    ) -> Self:
        """A trust.json signed by one of `roots` (key blobs pinned before), not older than `version`, not expired."""
        try:
            signer = sshsig.verify(signature, content, TRUST_NAMESPACE)
        except DiagpackError:
            raise UsageError("DP455", "the trust file's signature is not valid", hint="fetch it again") from None
        if signer.blob not in set(roots):
            raise UsageError("DP455", "the trust file is not signed by a pinned root key", hint="ask your team lead")
        try:
            document = _document(content)
            store = cls(
                tuple(key for each in _list(document, "keys") for key in _keys(each)),
                _version(document),
                tuple(read_public_line(_text(each)) for each in _list(document, "roots")),
            )
            expires = _required_time(document, "expires")
        except (ValueError, TypeError, KeyError) as error:
            reason = error if type(error) is ValueError else "a field is missing or of the wrong type"
            raise UsageError("DP455", f"the trust file cannot be read: {reason}", hint="fetch it again") from None
        if store.version < version:
            raise UsageError(
                "DP456", f"the trust file is older (version {store.version}) than the one used before ({version})"
            )
        if now >= expires:
            raise UsageError("DP456", "the trust file has expired", hint="fetch the current one from your team lead")
        return store

    def judge(self, blob: bytes, namespace: str, at: datetime) -> tuple[str, str]:
        """(principal, "") when this key counts, else ("" or the principal it was listed for, why it does not)."""
        principal, reason = "", "the key is not in the trust store"
        matching = [key for key in self.keys if key.blob == blob]
        # One revocation is enough, however many lines list the key.
        if any(key.revoked_at is not None for key in matching):
            return matching[0].principal, "the key was revoked"
        for key in matching:
            refusal = key.refusal(namespace, at)
            if not refusal:
                return key.principal, ""
            principal, reason = key.principal, refusal
        return principal, reason

    def allowed_signers(self, at: datetime) -> str:
        """The `allowed_signers` text for people who verify by hand: currently valid keys only."""
        revoked = {key.blob for key in self.keys if key.revoked_at is not None}
        return write_allowed_signers(
            key
            for key in self.keys
            if key.blob not in revoked and not key.refusal(key.namespaces[0] if key.namespaces else "any", at)
        )


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content, object_pairs_hook=_without_repeats)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(document, dict) or set(document) - _FIELDS:
        raise ValueError("it has fields that are not known")
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a field stands twice")
    return document


def _keys(entry: Mapping[str, Any]) -> Iterable[TrustedKey]:
    if not isinstance(entry, dict) or set(entry) - _KEY_FIELDS:
        raise ValueError("a key has fields that are not known")
    roles = entry.get("roles", ["sign"])
    if not isinstance(roles, list) or not roles or set(roles) - set(_ROLES):
        raise ValueError("a key has a role that is not known")
    yield TrustedKey(
        check_principal(_text(entry["principal"])),
        read_public_line(_text(entry["pubkey"])),
        tuple(namespace for role in roles for namespace in _ROLES[role]),
        _time(entry.get("not_before")),
        _time(entry.get("not_after")),
        _time(entry.get("revoked_at")),
    )


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document[name]
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return value


def _version(document: Mapping[str, Any]) -> int:
    version = document["version"]
    if type(version) is not int or version < 1:
        raise ValueError("its version is not a whole number from 1")
    return version


def _required_time(document: Mapping[str, Any], name: str) -> datetime:
    time = _time(document[name])
    if time is None:
        raise ValueError(f"{name} is missing")
    return time


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError("a time needs a zone")
    return time
