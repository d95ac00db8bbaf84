"""The case key at rest."""

import json
import stat
import sys
from pathlib import Path

import pytest

from diagpack.case.keys import KeyStorage, delete_key, load_or_create_key, storage_of
from diagpack.errors import UsageError
from tests.case.cases import BrokenKeyring, FakeKeyring, NullKeyring, new_case


def test_the_keyring_holds_what_opens_the_key(tmp_path: Path) -> None:
    case, keyring = new_case(tmp_path), FakeKeyring()

    key, storage = load_or_create_key(case, keyring=keyring)
    again, _ = load_or_create_key(case, keyring=keyring)

    assert storage is KeyStorage.KEYRING
    assert again.reveal() == key.reveal()
    assert key.reveal() not in case.key.read_bytes()
    assert len(keyring.entries) == 1


def test_a_keyring_that_drops_silently_is_noticed(tmp_path: Path) -> None:
    case = new_case(tmp_path)

    key, storage = load_or_create_key(case, keyring=NullKeyring())

    assert storage is KeyStorage.PLAIN
    assert load_or_create_key(case, keyring=NullKeyring())[0].reveal() == key.reveal()


def test_without_a_keyring_the_key_is_plain_and_private(tmp_path: Path) -> None:
    case = new_case(tmp_path)

    _, storage = load_or_create_key(case, keyring=BrokenKeyring())

    assert storage is KeyStorage.PLAIN
    if sys.platform != "win32":
        assert stat.S_IMODE(case.key.stat().st_mode) == 0o600


def test_the_keyring_can_be_left_alone(tmp_path: Path) -> None:
    assert load_or_create_key(new_case(tmp_path), use_keyring=False)[1] is KeyStorage.PLAIN


def test_a_passphrase_opens_the_key_and_another_does_not(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    key, storage = load_or_create_key(case, passphrase="canary-passphrase", use_keyring=False)

    assert storage is KeyStorage.PASSPHRASE
    assert load_or_create_key(case, passphrase="canary-passphrase")[0].reveal() == key.reveal()
    for wrong in ("canary-other", None):
        with pytest.raises(UsageError) as caught:
            load_or_create_key(case, passphrase=wrong)
        assert caught.value.id == "DP606"
        assert "canary" not in str(caught.value)


def test_a_keyring_that_lost_its_entry_is_an_error(tmp_path: Path) -> None:
    case, keyring = new_case(tmp_path), FakeKeyring()
    load_or_create_key(case, keyring=keyring)
    keyring.entries.clear()

    with pytest.raises(UsageError) as caught:
        load_or_create_key(case, keyring=keyring)

    assert caught.value.id == "DP604"


def test_a_key_file_of_another_case_does_not_open(tmp_path: Path) -> None:
    keyring = FakeKeyring()
    first, second = new_case(tmp_path, "CS-1"), new_case(tmp_path, "CS-2")
    load_or_create_key(first, keyring=keyring)
    second.key.write_bytes(first.key.read_bytes())

    with pytest.raises(UsageError) as caught:
        load_or_create_key(second, keyring=keyring)

    assert caught.value.id == "DP606"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"canary",
        b'{"schema": "other"}',
        b'{"schema": "diagpack.key/1"}',
        b'{"schema": "diagpack.key/1", "storage": "plain", "secret": "AAAA"}',
        b'{"schema": "diagpack.key/1", "storage": "plain", "secret": 1}',
        b'{"schema": "diagpack.key/1", "storage": "cloud"}',
        b'{"schema": "diagpack.key/1", "storage": "passphrase", "n": 1073741824, "salt": "AAAA"}',
        b'{"schema": "diagpack.key/1", "storage": "passphrase", "n": "x", "salt": "AAAA"}',
    ],
)
def test_a_damaged_key_file_is_an_error_without_its_content(content: bytes, tmp_path: Path) -> None:
    case = new_case(tmp_path)
    case.key.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        load_or_create_key(case, passphrase="x", keyring=FakeKeyring())

    assert caught.value.id == "DP605"
    assert "canary" not in str(caught.value)


def test_each_case_has_its_own_key(tmp_path: Path) -> None:
    keys = {load_or_create_key(new_case(tmp_path, f"CS-{each}"), use_keyring=False)[0].reveal() for each in range(5)}

    assert len(keys) == 5


def test_deleting_forgets_file_and_entry(tmp_path: Path) -> None:
    case, keyring = new_case(tmp_path), FakeKeyring()
    load_or_create_key(case, keyring=keyring)

    assert delete_key(case, keyring=keyring)
    assert not delete_key(case, keyring=keyring)

    assert not case.key.exists()
    assert keyring.entries == {}


@pytest.mark.parametrize("content", [b"damaged", b'{"schema": "diagpack.key/1"}'])
def test_deleting_a_damaged_key_works_too(content: bytes, tmp_path: Path) -> None:
    case = new_case(tmp_path)
    case.key.write_bytes(content)

    assert delete_key(case, keyring=BrokenKeyring())
    assert not case.key.exists()


def test_a_lost_key_is_not_replaced_silently(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    load_or_create_key(case, use_keyring=False)
    (case.evidence / "har").mkdir()
    case.key.unlink()

    with pytest.raises(UsageError) as caught:
        load_or_create_key(case, use_keyring=False)

    assert caught.value.id == "DP607"
    assert not case.key.exists()


def test_the_storage_is_known_without_opening_the_key(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    assert storage_of(case) is None

    load_or_create_key(case, keyring=FakeKeyring())

    assert storage_of(case) is KeyStorage.KEYRING
    case.key.write_bytes(b'{"schema": "diagpack.key/1", "storage": "cloud"}')
    with pytest.raises(UsageError):
        storage_of(case)


def test_an_existing_key_is_never_replaced(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    key, _ = load_or_create_key(case, use_keyring=False)

    again, storage = load_or_create_key(case, passphrase="new", keyring=FakeKeyring())

    assert (again.reveal(), storage) == (key.reveal(), KeyStorage.PLAIN)
    assert json.loads(case.key.read_bytes())["storage"] == "plain"
