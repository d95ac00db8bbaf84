"""A second opinion on SignedInfo, where signxml refuses the form of a signature (no Reference URI, for one).

Enters: a Signature element and a certificate. Leaves: whether the key signed SignedInfo; the digest is not
judged here.
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from diagpack.collectors.sso.certificates import Certificate
from diagpack.collectors.sso.xml import DS, Element, child, text_of

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_HASHES: Final[dict[str, type[hashes.SHA1 | hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"


def key_signed(signature: Element, certificate: Certificate) -> bool | None:
    """Whether the certificate's key signed SignedInfo as it stands; None when it cannot be said."""
    info = child(signature, "ds:SignedInfo")
    method = child(info, "ds:SignatureMethod")
    if info is None or method is None or certificate.parsed is None:
        return None
    algorithm = str(method.get("Algorithm") or "")
    digest = _HASHES.get(algorithm.rpartition("-")[2])
    if digest is None or not algorithm.startswith((DS, _MORE)):
        return None
    try:
        value = base64.b64decode("".join(text_of(child(signature, "ds:SignatureValue")).split()), validate=True)
        # Some products sign SignedInfo before it stands in its document: other namespaces are in scope there.
        alone = etree.fromstring(etree.tostring(info, with_tail=False), parser=_parser())
        answers = [_verified(certificate, value, _canonical(each), algorithm, digest()) for each in (info, alone)]
        return True if True in answers else answers[0]
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm, etree.LxmlError):
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _verified(
    certificate: Certificate, value: bytes, data: bytes, algorithm: str, digest: hashes.HashAlgorithm
) -> bool | None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and "#rsa-" in algorithm:
            key.verify(value, data, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and "#ecdsa-" in algorithm and len(value) % 2 == 0:
            half = len(value) // 2
            numbers = int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
            key.verify(encode_dss_signature(*numbers), data, ec.ECDSA(digest))
        else:
            return None
    except InvalidSignature:
        return False
    return True


def _canonical(info: Element) -> bytes:
    method = child(info, "ds:CanonicalizationMethod")
    algorithm = "" if method is None else str(method.get("Algorithm") or "")
    prefixes = None
    if method is not None:
        listed = method.find(f"{{{_EXC_C14N}}}InclusiveNamespaces")
        prefixes = str(listed.get("PrefixList") or "").split() if listed is not None else None
    written: bytes = etree.tostring(
        info,
        method="c14n",
        exclusive=algorithm.startswith(_EXC_C14N),
        inclusive_ns_prefixes=prefixes,
        with_comments=algorithm.endswith("WithComments"),
        with_tail=False,
    )
    return written
