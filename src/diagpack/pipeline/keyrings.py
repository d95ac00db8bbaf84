"""The passphrase of the team's recovery key in the system's keyring, for who wants it there.

Enters: the path of the key file. Leaves: the passphrase, or nothing where there is no keyring or no entry.
"""

import hashlib
from pathlib import Path
from typing import Final

_SERVICE: Final = "diagpack"


def kept_passphrase(path: Path) -> str:
    """The kept passphrase of a key file; "" when there is none."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, _entry(path)) or ""
    except (KeyringError, OSError):
        return ""


def keep_passphrase(path: Path, passphrase: str) -> bool:
    """Keep it; False when the keyring did not take it (the null backend drops silently: it is read back)."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, _entry(path), passphrase)
    except (KeyringError, OSError):
        return False
    return kept_passphrase(path) == passphrase


def _entry(path: Path) -> str:
    return f"intake {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
