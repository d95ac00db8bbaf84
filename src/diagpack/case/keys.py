"""The case key at rest: wrapped by the system's keyring, by a passphrase, or plain where neither exists.

Enters: a case. Leaves: its `CaseKey`, made at first use. The 32 bytes are encrypted with AES-256-GCM; the wrapping key
lies in the keyring, or is made from the passphrase with scrypt (RFC 7914). Errors: DP604 (cannot be opened), DP605
(the file is damaged), DP606 (passphrase needed or wrong), DP607 (the file is gone).
"""

import base64
import contextlib
import hashlib
import json
import os
import secrets
from enum import Enum
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from diagpack.case.durable import sync_folder, write_once
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.model.keys import CaseKey

SCHEMA: Final = "diagpack.key/1"
_SERVICE: Final = "diagpack"
# OWASP's floor for scrypt: 128 MiB, about 0.3 s.
_SCRYPT_N: Final = 1 << 17


class KeyStorage(Enum):
    """How a case key is protected at rest."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind of storage
    PLAIN = "plain"


class Keyring(Protocol):
    """The part of `keyring` that is used."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


def load_or_create_key(
    case: CaseDir, *, passphrase: str | None = None, use_keyring: bool = True, keyring: Keyring | None = None
) -> tuple[CaseKey, KeyStorage]:
    """The key of a case, made when there is none. A passphrase, when given, is preferred to the keyring for a new key.

    `keyring` replaces the system's one in tests. Raises UsageError.
    """
    if not case.key.exists():
        _check_is_new(case)
        _create(case, passphrase, keyring if keyring is not None or not use_keyring else _system_keyring())
    return _load(case, passphrase, keyring)


def storage_of(case: CaseDir) -> KeyStorage | None:
    """How the key is protected, without opening it; None when there is none. For `doctor` and `status`."""
    if not case.key.exists():
        return None
    try:
        return KeyStorage(_document(case).get("storage"))
    except ValueError:
        raise _damaged(case) from None


def delete_key(case: CaseDir, *, keyring: Keyring | None = None) -> bool:
    """Forget the key; True when there was one. The wrapped bytes are worthless once the keyring entry is gone."""
    if not case.key.exists():
        return False
    try:
        document = _document(case)
        if document.get("storage") == KeyStorage.KEYRING.value:
            _forget(keyring or _system_keyring(), str(document.get("entry")))
    except UsageError:
        pass  # a damaged key file is deleted all the same
    size = case.key.stat().st_size
    with case.key.open("r+b") as stream:
        stream.write(b"\0" * size)
        stream.flush()
        os.fsync(stream.fileno())
    case.key.unlink()
    sync_folder(case.path)
    return True


def _check_is_new(case: CaseDir) -> None:
    """A new key beside evidence of an old one would give every value a second pseudonym, silently."""
    if case.evidence.is_dir() and any(case.evidence.iterdir()):
        raise UsageError(
            "DP607",
            f"case {case.id} has evidence, but its key is gone",
            hint="restore the file `key` from a backup, or close the case and collect anew",
        )


def _create(case: CaseDir, passphrase: str | None, keyring: Keyring | None) -> None:
    secret = secrets.token_bytes(32)
    entry = f"case/{case.id}/{secrets.token_hex(8)}"
    document: dict[str, Any] = {"schema": SCHEMA}
    if passphrase:
        salt = secrets.token_bytes(16)
        document |= {"storage": "passphrase", "kdf": "scrypt", "n": _SCRYPT_N, "salt": _text(salt)}
        document |= _wrapped(_stretch(passphrase, salt, _SCRYPT_N), secret, case)
    elif keyring is not None and (wrapping := _kept(keyring, entry)) is not None:
        document |= {"storage": "keyring", "entry": entry} | _wrapped(wrapping, secret, case)
    else:
        document |= {"storage": "plain", "secret": _text(secret)}
    if not write_once(case.key, json.dumps(document, indent=1).encode() + b"\n") and "entry" in document:
        _forget(keyring, entry)  # another process made the key first: its key is the key


def _load(case: CaseDir, passphrase: str | None, keyring: Keyring | None) -> tuple[CaseKey, KeyStorage]:
    document = _document(case)
    try:
        storage = KeyStorage(document["storage"])
        if storage is KeyStorage.PLAIN:
            return CaseKey(_bytes(document["secret"])), storage
        if storage is KeyStorage.KEYRING:
            wrapping = _from_keyring(keyring or _system_keyring(), document["entry"])
        else:
            wrapping = _from_passphrase(passphrase, document)
        return CaseKey(
            AESGCM(wrapping).decrypt(_bytes(document["nonce"]), _bytes(document["wrapped"]), _bound(case))
        ), storage
    except InvalidTag:
        raise UsageError(
            "DP606",
            f"the key of case {case.id} does not open",
            hint="is the passphrase right, and the case folder not renamed?",
        ) from None
    except (KeyError, ValueError, TypeError):
        raise _damaged(case) from None


def _from_keyring(keyring: Keyring | None, entry: str) -> bytes:
    found = _read(keyring, entry)
    if found is None:
        raise UsageError(
            "DP604",
            "the keyring does not give out the key of this case",
            hint="unlock it, or work on the machine and account that made the case",
        )
    return _bytes(found)


def _from_passphrase(passphrase: str | None, document: dict[str, Any]) -> bytes:
    if not passphrase:
        raise UsageError("DP606", "the key of this case needs a passphrase", hint="set DIAGPACK_PASSPHRASE")
    cost = document["n"]
    if type(cost) is not int or not 2 <= cost <= 1 << 20 or cost & (cost - 1):
        raise ValueError("a cost that is not one of ours")
    return _stretch(passphrase, _bytes(document["salt"]), cost)


def _stretch(passphrase: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=256 * 8 * cost, dklen=32)


def _wrapped(wrapping: bytes, secret: bytes, case: CaseDir) -> dict[str, str]:
    nonce = secrets.token_bytes(12)
    return {"nonce": _text(nonce), "wrapped": _text(AESGCM(wrapping).encrypt(nonce, secret, _bound(case)))}


def _bound(case: CaseDir) -> bytes:
    """What the encryption is tied to: a key file copied into another case does not open."""
    return f"{SCHEMA}/{case.id}".encode()


def _kept(keyring: Keyring, entry: str) -> bytes | None:
    """A new wrapping key that the keyring holds; None when it does not. The null backend drops silently: read back."""
    wrapping = secrets.token_bytes(32)
    try:
        keyring.set_password(_SERVICE, entry, _text(wrapping))
    except Exception:  # backends raise errors of their own kinds
        return None
    return wrapping if _read(keyring, entry) == _text(wrapping) else None


def _read(keyring: Keyring | None, entry: str) -> str | None:
    try:
        return keyring.get_password(_SERVICE, entry) if keyring is not None else None
    except Exception:  # as above
        return None


def _forget(keyring: Keyring | None, entry: str) -> None:
    if keyring is not None:
        # Gone already, or a backend that cannot: the key file is deleted next.
        with contextlib.suppress(Exception):
            keyring.delete_password(_SERVICE, entry)


def _system_keyring() -> Keyring | None:
    import keyring  # late: its backends are slow to find

    return keyring


def _document(case: CaseDir) -> dict[str, Any]:
    try:
        document = json.loads(case.key.read_bytes())
    except (ValueError, RecursionError):
        raise _damaged(case) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _damaged(case)
    return document


def _damaged(case: CaseDir) -> UsageError:
    return UsageError(
        "DP605", f"the key file of case {case.id} is damaged", hint="restore it from a backup, or start a new case"
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
