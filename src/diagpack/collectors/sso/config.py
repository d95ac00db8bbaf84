"""What the service provider expects, from the `sso` section of a case file or a configuration file.

Enters: a mapping as a user wrote it. Leaves: checked values. Unreadable certificates or key sets are CollectError.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from diagpack.collectors.sso import jwk, xml
from diagpack.errors import CollectError

DEFAULT_TOLERANCE_SECONDS: Final = 180
FILE_KEYS: Final = ("idp_certificates", "idp_metadata", "jwks")
_MAX_FILE_BYTES: Final = 5_000_000
_PEM = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.*?)-----END", re.DOTALL)
_BLANKS = re.compile(rb"\s+")
_NAMES: Final = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": xml.DS}


@dataclass(frozen=True, slots=True)
class Expectation:
    """Empty values mean "not configured", and nothing is judged against them. `certificates` are DER bytes."""

    sp_entity_id: str = ""
    acs_urls: tuple[str, ...] = ()
    idp_entity_id: str = ""
    certificates: tuple[bytes, ...] = ()
    client_id: str = ""
    redirect_uris: tuple[str, ...] = ()
    issuer: str = ""
    jwks: tuple[Mapping[str, Any], ...] | None = None
    request_id: str = ""
    nonce: str = ""
    required_attributes: tuple[str, ...] = ()
    nameid_format: str = ""
    tolerance_seconds: int = DEFAULT_TOLERANCE_SECONDS
    verified_domains: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    authn_contexts: tuple[str, ...] = ()
    certificate_problems: int = 0


def read_config(section: Mapping[str, Any]) -> Expectation:
    """Check and read one configuration. Raises CollectError DP122 (certificates, metadata) or DP123 (key set)."""
    certificates, problems = _certificates(_texts(section.get("idp_certificates")))
    idp_entity_id = _text(section.get("idp_entity_id"))
    metadata = _text(section.get("idp_metadata"))
    if metadata:
        named, more = _from_metadata(metadata)
        certificates += more
        idp_entity_id = idp_entity_id or named
    return Expectation(
        sp_entity_id=_text(section.get("sp_entity_id")),
        acs_urls=_texts(section.get("acs_urls")),
        idp_entity_id=idp_entity_id,
        certificates=tuple(dict.fromkeys(certificates)),
        client_id=_text(section.get("client_id")),
        redirect_uris=_texts(section.get("redirect_uris")),
        issuer=_text(section.get("issuer")),
        jwks=_key_set(section.get("jwks")),
        request_id=_text(section.get("request_id")),
        nonce=_text(section.get("nonce")),
        required_attributes=_texts(section.get("required_attributes")),
        nameid_format=_text(section.get("nameid_format")),
        tolerance_seconds=_seconds(section.get("tolerance_seconds"), DEFAULT_TOLERANCE_SECONDS),
        verified_domains=_texts(section.get("verified_domains")),
        max_age_seconds=_seconds(section["max_age"], 0) if "max_age" in section else None,
        certificate_problems=problems,
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return tuple(each.strip() for each in value if isinstance(each, str) and each.strip())
    return ()


def _seconds(value: Any, default: int) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else default


def _file(path: str, id: str) -> bytes:
    try:
        with Path(path).expanduser().open("rb") as stream:
            content = stream.read(_MAX_FILE_BYTES + 1)
    except (OSError, ValueError, RuntimeError):
        raise CollectError(
            id,
            "a file named in the sso configuration cannot be read",
            hint="check idp_certificates, idp_metadata, jwks",
        ) from None
    if len(content) > _MAX_FILE_BYTES:
        raise CollectError(id, f"a file named in the sso configuration is over {_MAX_FILE_BYTES} bytes")
    return content


def _certificates(values: Iterable[str]) -> tuple[list[bytes], int]:
    """DER certificates from paths, PEM text or bare base64, and how many values gave none."""
    found: list[bytes] = []
    problems = 0
    for value in values:
        content = value.encode() if "-----BEGIN" in value or len(value) > 512 else _file(value, "DP122")
        certificates = _metadata_certificates(content) if content[:1] == b"<" else certificates_in(content)
        found += certificates
        problems += not certificates
    return found, problems


def certificates_in(content: bytes) -> list[bytes]:
    """DER certificates of one PEM, base64 or DER content."""
    if content[:2] == b"\x30\x82":
        return [content]
    blocks = _PEM.findall(content) or [content]
    found = []
    for block in blocks:
        decoded = _decoded(block)
        if decoded.startswith(b"-----BEGIN"):  # base64 of a whole PEM file: some products write it
            decoded = next((_decoded(inner) for inner in _PEM.findall(decoded)), b"")
        if decoded[:1] == b"\x30":
            found.append(decoded)
    return found


def _decoded(block: bytes) -> bytes:
    try:
        return base64.b64decode(_BLANKS.sub(b"", block), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _from_metadata(path: str) -> tuple[str, list[bytes]]:
    root = xml.parse(_file(path, "DP122"))
    if isinstance(root, xml.Refusal):
        raise CollectError("DP122", "the identity provider's metadata is not readable XML", hint="export it again")
    entity = root if xml.local(root) == "EntityDescriptor" else root.find(".//md:EntityDescriptor", _NAMES)
    return (entity.get("entityID", "") if entity is not None else ""), _certificates_of(root)


def _metadata_certificates(content: bytes) -> list[bytes]:
    root = xml.parse(content)
    return [] if isinstance(root, xml.Refusal) else _certificates_of(root)


def _certificates_of(root: xml.Element) -> list[bytes]:
    texts = root.findall(".//md:IDPSSODescriptor/md:KeyDescriptor//ds:X509Certificate", _NAMES)
    return [der for each in texts for der in certificates_in(xml.text_of(each).encode())]


def _key_set(value: Any) -> tuple[Mapping[str, Any], ...] | None:
    if not value:
        return None
    try:
        content = b"" if isinstance(value, Mapping) else _file(str(value), "DP123")
        if content.startswith(b"-----BEGIN"):
            return (*jwk.from_certificates(tuple(certificates_in(content))), *jwk.from_pem(content))
        document = value if isinstance(value, Mapping) else json.loads(content)
        keys = document.get("keys", [document])
        return tuple(each for each in keys if isinstance(each, Mapping))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise CollectError(
            "DP123", "the key set (jwks) is not readable JSON", hint="save the provider's jwks_uri"
        ) from None
