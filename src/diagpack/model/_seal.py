"""The redactor's seal: proof that some bytes are what the redactor wrote for this case.

Enters: a seal key (derived from the case key) and the canonical description of an artifact. Leaves: a `Seal`, which
covers that description and nothing else. Only `redact.boundary` and `model.redacted` import this module
(import-linter). Python cannot stop code that means to cheat; the seal stops code that forgets.
"""

import hmac
from typing import NoReturn, final


@final
class Seal:
    """An HMAC-SHA256 over one description; made by a `Sealer` only."""

    __slots__ = ("_sealer", "mac")
    mac: str

    def __init__(self, sealer: "Sealer", mac: str) -> None:
        if type(sealer) is not Sealer:
            raise TypeError("a seal comes from the redactor")
        object.__setattr__(self, "_sealer", sealer)
        object.__setattr__(self, "mac", mac)

    def covers(self, description: bytes) -> bool:
        """Whether this seal was made for exactly this description."""
        sealer: Sealer = self._sealer  # type: ignore[attr-defined]
        return hmac.compare_digest(sealer.mac(description), self.mac)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a seal is immutable")

    def __repr__(self) -> str:
        return "Seal(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a seal is never pickled")


@final
class Sealer:
    """Makes seals with a key of the case."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a seal key has 32 bytes")
        self._key = key

    def mac(self, description: bytes) -> str:
        return hmac.digest(self._key, description, "sha256").hex()

    def seal(self, description: bytes) -> Seal:
        return Seal(self, self.mac(description))

    def __repr__(self) -> str:
        return "Sealer(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealer is never pickled")
