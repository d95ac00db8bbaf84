"""Base64 of what is no text: Protocol Buffers, MQTT, pictures.

Enters: a whole value in base64. Leaves: whether mail addresses or tokens stand in it in plain letters. Such a value
cannot be written again around a pseudonym, so it goes as a whole.
"""

import binascii
import re
from typing import Final

# Random bytes show one of these once in a gigabyte.
_SHAPE: Final = re.compile(
    rb"[A-Za-z0-9._+-]{2,64}@[A-Za-z0-9-]{2,63}(?:\.[A-Za-z0-9-]{2,63})*\.[A-Za-z]{2,12}|eyJ[A-Za-z0-9_-]{8,}\."
    rb"|Bearer [A-Za-z0-9]{8}"
)
_SPACE: Final = re.compile(r"\s")
_SHORTEST: Final = 24
# What every certificate begins with: a sequence with two bytes of length.
_SEQUENCE: Final = b"\x30\x82"


def holds_shape(run: str) -> bool:
    """Whether a value, one run of base64, holds a mail address or a token between bytes that are no text."""
    raw = _decoded(run)
    return raw is not None and _SHAPE.search(raw) is not None


def is_certificate(run: str) -> bool:
    """Whether a value, base64 of DER, is an X.509 certificate (RFC 5280 4.1)."""
    raw = _decoded(run)
    if raw is None or not raw.startswith(_SEQUENCE):
        return False
    from cryptography import x509

    try:
        x509.load_der_x509_certificate(raw)
    except ValueError:
        return False
    return True


def _decoded(run: str) -> bytes | None:
    core = _SPACE.sub("", run).rstrip("=").replace("-", "+").replace("_", "/")
    if len(core) < _SHORTEST or len(core) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(core + "=" * (-len(core) % 4))
    except (binascii.Error, ValueError):
        return None
