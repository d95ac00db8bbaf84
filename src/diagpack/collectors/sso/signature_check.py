"""One XML signature against one certificate, and its digest without any key.

signxml is an extra (`diagpack[saml]`); without it the digest is still compared, the signature is "not checked".
Only these answers leave: nothing of the document, and no exception that holds it.
"""

import base64
import binascii
import copy
import hashlib
import logging
import warnings
from enum import Enum
from functools import cache
from typing import Any, Final

from lxml import etree

from diagpack.collectors.sso.certificates import Certificate
from diagpack.collectors.sso.signed_info import key_signed
from diagpack.collectors.sso.xml import DS, Element, child, children, text_of

ENVELOPED: Final = DS + "enveloped-signature"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N: Final = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
_DIGESTS = {
    DS + "sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
# It logs canonical documents at debug level.
logging.getLogger("signxml").setLevel(logging.WARNING)


class Outcome(Enum):
    """What a check found. NOT_CHECKED: the library is missing or refuses the form of this signature."""

    VERIFIED = "verified"
    DIGEST = "digest differs"
    KEY = "other key"
    NOT_CHECKED = "not checked"


@cache
def _library() -> Any | None:
    try:
        import signxml
    except ImportError:
        return None
    return signxml


def is_available() -> bool:
    """Whether the `saml` extra is installed."""
    return _library() is not None


def verify(root: Element, signature: Element, certificate: Certificate) -> Outcome:
    """Check with signxml, pinned to one certificate, its dates left out of it; where it refuses, by hand."""
    library = _library()
    if certificate.parsed is None:
        return Outcome.NOT_CHECKED
    outcome = Outcome.NOT_CHECKED if library is None else _by_library(library, root, signature, certificate)
    if library is None or outcome in {Outcome.VERIFIED, Outcome.DIGEST}:
        return outcome
    signed = key_signed(signature, certificate)
    if not signed:
        return Outcome.KEY if signed is False else outcome
    fits = digest_fits(root, signature)
    return Outcome.NOT_CHECKED if fits is None else Outcome.VERIFIED if fits else Outcome.DIGEST


def _by_library(library: Any, root: Element, signature: Element, certificate: Certificate) -> Outcome:
    config = library.SignatureConfiguration(
        location=_location(signature),
        verification_time=certificate.middle,
        signature_methods=frozenset(library.SignatureMethod),
        digest_algorithms=frozenset(library.DigestAlgorithm),
        ignore_ambiguous_key_info=True,
    )
    try:
        with warnings.catch_warnings():
            # It names the certificate, and odd serial numbers warn.
            warnings.simplefilter("ignore")
            library.XMLVerifier().verify(
                root, x509_cert=certificate.parsed, expect_config=config, validate_schema=False, parser=_parser()
            )
    except library.InvalidDigest:
        return Outcome.DIGEST
    except library.InvalidCertificate:
        return Outcome.NOT_CHECKED
    except library.InvalidSignature:
        return Outcome.KEY
    # A hostile document reaches code that was written for good ones: whatever it raises means "not checked".
    except Exception:
        return Outcome.NOT_CHECKED
    return Outcome.VERIFIED


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _location(signature: Element) -> str:
    """The path to the signature's parent by position, so that exactly this one is checked."""
    steps = []
    parent = signature.getparent()
    while parent is not None and parent.getparent() is not None:
        siblings = [each for each in parent.getparent() if isinstance(each.tag, str)]
        steps.append(f"*[{siblings.index(parent) + 1}]/")
        parent = parent.getparent()
    return "./" + "".join(reversed(steps))


def resolve(root: Element, uri: str | None) -> list[Element]:
    """Elements a Reference names: the root for an empty or absent URI, else those with the ID."""
    if not uri:
        return [root]
    if not uri.startswith("#"):
        return []
    wanted = uri[1:]
    return [each for each in root.iter(etree.Element) if wanted in (each.get("ID"), each.get("Id"), each.get("id"))]


def digest_fits(root: Element, signature: Element) -> bool | None:
    """Whether the digest of the only Reference is the one written. Needs no key; None when it cannot be computed."""
    references = children(child(signature, "ds:SignedInfo"), "ds:Reference")
    if len(references) != 1 or len(children(signature.getparent(), "ds:Signature")) != 1:
        return None
    reference = references[0]
    algorithm = _DIGESTS.get(str(getattr(child(reference, "ds:DigestMethod"), "attrib", {}).get("Algorithm", "")))
    transforms = children(child(reference, "ds:Transforms"), "ds:Transform")
    names = [str(each.get("Algorithm") or "") for each in transforms]
    if algorithm is None or any(name not in {ENVELOPED, EXC_C14N, *C14N} for name in names):
        return None
    targets = resolve(root, reference.get("URI"))
    if len(targets) != 1:
        return None
    try:
        data = _canonical(targets[0], signature, transforms, names)
    except etree.LxmlError:  # relative namespace URIs, for one, have no canonical form
        return None
    try:
        written = base64.b64decode("".join(text_of(child(reference, "ds:DigestValue")).split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hashlib.new(algorithm, data, usedforsecurity=False).digest() == written


def _canonical(target: Element, signature: Element, transforms: list[Element], names: list[str]) -> bytes:
    tree = target.getroottree()
    copied = copy.deepcopy(tree)
    again, copied_signature = (copied.find(tree.getelementpath(each)) for each in (target, signature))
    if ENVELOPED in names:
        _remove(copied_signature)
    exclusive = EXC_C14N in names
    prefixes = None
    if exclusive:
        listed = next(
            (each for each in transforms[names.index(EXC_C14N)].iter(f"{{{EXC_C14N}}}InclusiveNamespaces")), None
        )
        prefixes = str(listed.get("PrefixList") or "").split() if listed is not None else None
    return _c14n(again, exclusive, prefixes)


def _c14n(element: Element, exclusive: bool, prefixes: list[str] | None) -> bytes:
    written: bytes = etree.tostring(
        element,
        method="c14n",
        exclusive=exclusive,
        inclusive_ns_prefixes=prefixes,
        with_comments=False,
        with_tail=False,
    )
    return written


def _remove(element: Element) -> None:
    """Take an element out and leave the text behind it in place."""
    parent, previous = element.getparent(), element.getprevious()
    if element.tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
