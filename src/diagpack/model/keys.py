"""The case key: one secret per case, from which every other key of the case is derived.

Enters: 32 random bytes from the case room. Leaves: subkeys by purpose. Never printed, pickled or copied into text.
"""

import hmac
from typing import NoReturn


class CaseKey:
    """Holds the case key; `subkey` is the only way to use it.

    Subkeys are HMAC-SHA256(case key, label): a pseudo-random function over a uniform key (RFC 5869, section 3.3
    allows to skip the extract step for such keys).
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a case key has 32 bytes")
        self._secret = secret

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose, for example "pseudonym", "seal", "map"."""
        return hmac.digest(self._secret, f"diagpack/1/{purpose}".encode(), "sha256")

    def reveal(self) -> bytes:
        """The secret itself, for the case room to wrap and store."""
        return self._secret

    def __repr__(self) -> str:
        return "CaseKey(…)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a case key is never pickled")
