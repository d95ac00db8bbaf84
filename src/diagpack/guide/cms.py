"""Opens what the script wrote: CMS from `openssl cms`, or the same content unencrypted.

Enters: bytes and the intake key. Leaves: `Opened`, marked as not authenticated. AES-256-CBC has no integrity, so the
form is checked byte for byte and the digest inside before anything is parsed. Source: RFC 5652, 6.1. Every refusal is
that of the envelope (DP701).
"""

import hashlib
import re
from collections.abc import Collection
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidKey, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

from diagpack.guide.container import Opened, parse_container
from diagpack.guide.envelope import INFLATED_LIMIT, refusal
from diagpack.guide.intake import IntakeKey
from diagpack.guide.script.probing import children
from diagpack.guide.script.sealing import MARK

_ENVELOPED: Final = bytes.fromhex("06092a864886f70d010703")
_DATA: Final = bytes.fromhex("06092a864886f70d010701")
_RSA: Final = bytes.fromhex("300d06092a864886f70d0101010500")
_AES_256_CBC: Final = bytes.fromhex("060960864801650304012a")
_DIGEST: Final = re.compile(rb"[0-9a-f]{64}\n")


def is_cms(head: bytes) -> bool:
    """Whether a file starts like enveloped data in DER."""
    return head[:1] == b"\x30" and _ENVELOPED in head[:24]


def is_plain_result(head: bytes) -> bool:
    """Whether a file is what the script writes with --unencrypted."""
    return head.startswith(MARK)


def read_cms(content: bytes, *, key: IntakeKey, case_id: str, nonces: Collection[str] | None) -> Opened:
    """Open an encrypted or unencrypted result of the script. Raises PackageError (DP701)."""
    try:
        if not is_plain_result(content):
            certificate = x509.load_pem_x509_certificate(key.certificate)
            _check_form(content, certificate)
            content = pkcs7_decrypt_der(content, certificate, key.private, [])
        return _opened(content, case_id, nonces)
    except (ValueError, KeyError, TypeError, IndexError, InvalidKey, UnsupportedAlgorithm, RecursionError):
        raise refusal() from None


def _opened(content: bytes, case_id: str, nonces: Collection[str] | None) -> Opened:
    digest = content[len(MARK) : len(MARK) + 65]
    packed = content[len(MARK) + 65 :]
    if not content.startswith(MARK) or _DIGEST.fullmatch(digest) is None:
        raise ValueError("form")
    if hashlib.sha256(packed).hexdigest().encode() != digest[:64]:
        raise ValueError("digest")
    return parse_container(packed, case_id, nonces, limit=INFLATED_LIMIT, is_authenticated=False)


def _check_form(content: bytes, certificate: x509.Certificate) -> None:
    """Made again from its changing parts, the structure must give the same bytes: nothing else can hide a change."""
    envelope = children(children(children(content)[0][1])[1][1])[0][1]
    _version, recipients, encrypted = children(envelope)
    content_type, algorithm, ciphertext = children(encrypted[1])
    iv = children(algorithm[1])[1][1]
    infos, is_ours = b"", False
    for _tag, info, _whole in children(recipients[1]):
        _number, issuer, _algorithm, wrapped = children(info)
        is_ours = is_ours or issuer[2] == _issuer_and_serial(certificate)
        infos += _der(0x30, _der(2, b"\0") + issuer[2] + _RSA + _der(4, wrapped[1]))
    if content_type[2] != _DATA or len(iv) != 16 or not is_ours:
        raise ValueError("form")
    cipher = _der(0x30, _AES_256_CBC + _der(4, iv))
    inner = _der(0x30, _DATA + cipher + _der(0x80, ciphertext[1]))
    whole = _der(0x30, _der(2, b"\0") + _der(0x31, infos) + inner)
    if _der(0x30, _ENVELOPED + _der(0xA0, whole)) != content:
        raise ValueError("form")


def _issuer_and_serial(certificate: x509.Certificate) -> bytes:
    serial = certificate.serial_number
    number = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    return _der(0x30, certificate.issuer.public_bytes() + _der(2, number))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
