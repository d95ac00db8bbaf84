"""Whose signature counts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from diagpack.errors import UsageError
from diagpack.sign.allowed_signers import read_allowed_signers, read_public_line
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.trust import TRUST_NAMESPACE, Trust

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NAMESPACE = "diagpack-escalation@v1"
ROOT, SIGNER = throwaway_signer("lead@vendor.example"), throwaway_signer("analyst@vendor.example")
ROOT_BLOB, BLOB = read_public_line(ROOT.public_line), read_public_line(SIGNER.public_line)


def document(**changes: Any) -> dict[str, Any]:
    return {
        "version": 3,
        "issued": "2026-11-01T00:00:00+00:00",
        "expires": "2027-02-01T00:00:00+00:00",
        "prev_sha256": "0" * 64,
        "roots": [ROOT.public_line],
        "keys": [{"principal": "analyst@vendor.example", "pubkey": SIGNER.public_line, "roles": ["sign"]}],
        **changes,
    }


def load(content: dict[str, Any] | bytes, *, version: int = 0, now: datetime = NOW) -> Trust:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Trust.from_json(raw, ROOT.sign(raw, TRUST_NAMESPACE), roots=[ROOT_BLOB], now=now, version=version)


def with_key(**changes: Any) -> Trust:
    key = {"principal": "analyst@vendor.example", "pubkey": SIGNER.public_line, **changes}
    return load(document(keys=[key]))


def test_a_listed_key_counts_for_its_purpose_only() -> None:
    trust = load(document())

    assert trust.judge(BLOB, NAMESPACE, NOW) == ("analyst@vendor.example", "")
    assert "not for this purpose" in trust.judge(BLOB, "git", NOW)[1]
    assert "not in the trust store" in trust.judge(ROOT_BLOB, NAMESPACE, NOW)[1]
    assert (trust.version, trust.roots) == (3, (ROOT_BLOB,))


def test_a_key_counts_in_its_time_only() -> None:
    trust = with_key(not_before="2026-11-01T00:00:00Z", not_after="2026-12-01T00:00:00Z")

    assert trust.judge(BLOB, NAMESPACE, NOW)[1] == ""
    assert "not valid yet" in trust.judge(BLOB, NAMESPACE, NOW - timedelta(days=30))[1]
    assert "expired" in trust.judge(BLOB, NAMESPACE, datetime(2026, 12, 1, tzinfo=UTC))[1]


def test_one_revocation_is_enough() -> None:
    good = {"principal": "analyst@vendor.example", "pubkey": SIGNER.public_line}
    trust = load(document(keys=[good, {**good, "revoked_at": "2026-11-10T00:00:00Z", "reason": "lost"}]))

    assert "revoked" in trust.judge(BLOB, NAMESPACE, NOW)[1]
    assert trust.allowed_signers(NOW) == ""


def test_a_trust_file_of_a_stranger_is_refused() -> None:
    raw = json.dumps(document()).encode()

    with pytest.raises(UsageError, match="pinned root"):
        Trust.from_json(raw, SIGNER.sign(raw, TRUST_NAMESPACE), roots=[ROOT_BLOB], now=NOW)


def test_a_signature_for_another_purpose_is_refused() -> None:
    raw = json.dumps(document()).encode()

    with pytest.raises(UsageError, match="not valid"):
        Trust.from_json(raw, ROOT.sign(raw, NAMESPACE), roots=[ROOT_BLOB], now=NOW)


def test_a_changed_trust_file_is_refused() -> None:
    raw = json.dumps(document()).encode()

    with pytest.raises(UsageError, match="not valid"):
        Trust.from_json(raw + b" ", ROOT.sign(raw, TRUST_NAMESPACE), roots=[ROOT_BLOB], now=NOW)


def test_an_older_version_is_refused_and_the_same_is_not() -> None:
    assert load(document(), version=3).version == 3
    with pytest.raises(UsageError) as caught:
        load(document(), version=4)
    assert caught.value.id == "DP456"


def test_an_expired_trust_file_is_refused() -> None:
    with pytest.raises(UsageError, match="expired"):
        load(document(), now=datetime(2027, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"canary-no-json",
        b'{"version": 1, "version": 2}',
        document(surprise=1),
        document(version="3"),
        document(version=True),
        document(version=0),
        document(expires=None),
        document(expires="2027-02-01"),
        document(expires=7),
        document(roots="x"),
        document(roots=[1]),
        document(keys={}),
        document(keys=["x"]),
        document(keys=[{"principal": "*", "pubkey": SIGNER.public_line}]),
        document(keys=[{"principal": "a", "pubkey": "ssh-ed25519 AAAA"}]),
        document(keys=[{"principal": "a", "pubkey": SIGNER.public_line, "roles": ["everything"]}]),
        document(keys=[{"principal": "a", "pubkey": SIGNER.public_line, "roles": []}]),
        document(keys=[{"principal": "a", "pubkey": SIGNER.public_line, "surprise": 1}]),
        document(keys=[{"pubkey": SIGNER.public_line}]),
        {key: value for key, value in document().items() if key != "roots"},
    ],
)
def test_a_malformed_trust_file_is_refused_even_when_signed(content: dict[str, Any] | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        load(content)

    assert caught.value.id == "DP455"
    assert "canary" not in str(caught.value)


def test_the_export_has_valid_keys_only_and_no_times() -> None:
    other = throwaway_signer("former@vendor.example")
    keys = document()["keys"]
    keys.append(
        {"principal": "former@vendor.example", "pubkey": other.public_line, "not_after": "2026-01-01T00:00:00Z"}
    )

    text = load(document(keys=keys)).allowed_signers(NOW)

    (key,) = read_allowed_signers(text)
    assert (key.principal, key.blob) == ("analyst@vendor.example", BLOB)
    assert "valid-" not in text


def test_the_same_key_under_two_lines_uses_the_one_that_fits() -> None:
    (key,) = load(document()).keys
    trust = Trust((replace(key, namespaces=("git",)), key))

    assert trust.judge(BLOB, NAMESPACE, NOW)[1] == ""
