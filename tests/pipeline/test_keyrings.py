"""The recovery key's passphrase in a keyring: kept, read back, or honestly not kept."""

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NullKeyring

from diagpack.pipeline.guides import load_recovery_key, new_team_key
from diagpack.pipeline.keyrings import keep_passphrase, kept_passphrase


class InMemory(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def backend() -> object:
    before, held = keyring.get_keyring(), InMemory()
    keyring.set_keyring(held)
    yield held
    keyring.set_keyring(before)


def test_a_kept_passphrase_opens_the_key(backend: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIAGPACK_INTAKE_PASSPHRASE", raising=False)
    new_team_key(tmp_path / "recovery.key", "canary-passphrase")

    assert keep_passphrase(tmp_path / "recovery.key", "canary-passphrase")

    assert load_recovery_key(tmp_path / "recovery.key", use_keyring=True, ask=lambda: "").private.key_size == 3072
    assert kept_passphrase(tmp_path / "recovery.key") == "canary-passphrase"


def test_a_keyring_that_drops_it_says_so(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NullKeyring())
    (tmp_path / "recovery.key").write_bytes(b"x")
    try:
        assert not keep_passphrase(tmp_path / "recovery.key", "canary-passphrase")
    finally:
        keyring.set_keyring(before)
