"""The local map from token to value: encrypted, kept with the case, never in a package.

Enters: tokens and values of one run. Leaves: one file, AES-256-GCM under a key derived from the case key, and single
values back to the holder of the key. Bounded: what does not fit is counted, and `reveal` says so.
"""

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from diagpack.errors import RedactionError, UsageError
from diagpack.model.keys import CaseKey

_MOST = 200_000
_PURPOSE = b"diagpack/1/map"


class TokenMap:
    """Grows during the second pass."""

    def __init__(self, key: CaseKey) -> None:
        self._key = key.subkey("map")
        self._values: dict[str, str] = {}
        self._left_out = 0

    def __repr__(self) -> str:
        return f"TokenMap({len(self._values)} tokens)"

    def add(self, mapped: Mapping[str, str]) -> None:
        for token, value in mapped.items():
            if token not in self._values:
                if len(self._values) < _MOST:
                    self._values[token] = value
                else:
                    self._left_out += 1

    def values(self) -> Mapping[str, str]:
        """Token to value, as far as known."""
        return self._values

    def save(self, path: Path) -> None:
        """Mode 0600; replaces an older map in one step."""
        content = json.dumps({"tokens": self._values, "left_out": self._left_out}, ensure_ascii=True).encode()
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, zlib.compress(content), _PURPOSE)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(sealed)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)


def reveal(path: Path, key: CaseKey, token: str) -> str:
    """The value behind one token. Raises RedactionError (DP224) or UsageError (DP225)."""
    values = entries(path, key)
    if token not in values:
        raise UsageError(
            "DP225", "this token is not in the map of the case", hint="copy it in full, as it stands in the package"
        )
    return values[token]


def entries(path: Path, key: CaseKey) -> Mapping[str, str]:
    """Every token with its value, for the holder of the key. Raises RedactionError (DP224)."""
    try:
        sealed = path.read_bytes()
        plain = AESGCM(key.subkey("map")).decrypt(sealed[:12], sealed[12:], _PURPOSE)
        loaded = json.loads(zlib.decompress(plain))
    except (OSError, InvalidTag, ValueError, zlib.error):
        raise RedactionError(
            "DP224", "the map of pseudonyms is missing, damaged or from another case", hint="run collect again"
        ) from None
    tokens: Mapping[str, str] = loaded["tokens"]
    return tokens
