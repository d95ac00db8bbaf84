"""Signatures: what is signed, by whom, whether it still fits, and whether what is read is what is signed.

Six rules for signature wrapping: more than one direct assertion, duplicate IDs, a Reference that is not the
Signature's parent, a Signature in another place, more than one Reference, another transform.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from diagpack.collectors.sso import certificates, signature_check
from diagpack.collectors.sso.certificates import Certificate
from diagpack.collectors.sso.clock import Clock
from diagpack.collectors.sso.config import Expectation, certificates_in
from diagpack.collectors.sso.forms import REMOVED, decode_base64
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message
from diagpack.collectors.sso.signature_check import EXC_C14N, Outcome
from diagpack.collectors.sso.xml import (
    DS,
    SAML,
    SAMLP,
    Element,
    child,
    children,
    has_comment,
    local,
    namespace,
    text_of,
)

_ALLOWED_TRANSFORMS = (signature_check.ENVELOPED, EXC_C14N, EXC_C14N + "WithComments")
_XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
_MAX_SIGNATURES = 10


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature, for the summary."""

    element: Element
    parent: str
    is_in_place: bool
    outcome: str
    by: str
    certificates: tuple[Certificate, ...]
    is_removed: bool

    def summary(self) -> dict[str, Any]:
        """Algorithms and outcome; never a value."""
        info = child(self.element, "ds:SignedInfo")
        reference = child(info, "ds:Reference")
        uri = None if reference is None else reference.get("URI")
        return {
            "on": self.parent,
            "signature_algorithm": _algorithm(child(info, "ds:SignatureMethod")),
            "canonicalization": _algorithm(child(info, "ds:CanonicalizationMethod")),
            "digest_algorithm": _algorithm(child(reference, "ds:DigestMethod")),
            "transforms": [_algorithm(each) for each in children(child(reference, "ds:Transforms"), "ds:Transform")],
            "reference": "absent"
            if uri is None
            else "whole document"
            if not uri
            else "by ID"
            if uri[0] == "#"
            else "other",
            "outcome": self.outcome,
            "verified_by": self.by,
            "certificates": [each.summary() for each in self.certificates],
        }


def check_signatures(message: Message, expected: Expectation, clock: Clock, report: Report) -> list[Signed]:
    """All findings about signatures, and one `Signed` for each signature (the first ten)."""
    found = list(message.root.iter(f"{{{DS}}}Signature"))[:_MAX_SIGNATURES]
    _structure(message, found, report)
    anchors = [certificates.load(der) for der in expected.certificates]
    signed = [_one(message, each, index, anchors, clock, report) for index, each in enumerate(found)]
    _coverage(message, signed, report)
    return signed


def _algorithm(element: Element | None) -> str:
    return "" if element is None else str(element.get("Algorithm") or "").strip()


def _path(element: Element | None) -> str:
    """Names one element of the document; lxml makes its Python objects anew, so they cannot be compared."""
    return "" if element is None else str(element.getroottree().getelementpath(element))


def _in_place(signature: Element) -> bool:
    parent = signature.getparent()
    if parent is None:
        return False
    if namespace(parent) == SAMLP:
        return True
    return namespace(parent) == SAML and local(parent) == "Assertion"


def _structure(message: Message, found: list[Element], report: Report) -> None:
    path = "/signed_parts"
    counts = Counter(each.get("ID") or each.get("Id") for each in message.root.iter() if isinstance(each.tag, str))
    duplicates = [number for id, number in counts.items() if id and number > 1]
    if duplicates:
        report.add("saml.duplicate_id", f"{len(duplicates)} IDs stand on more than one element", path)
    parents = Counter(_path(each.getparent()) for each in found)
    if any(number > 1 for number in parents.values()):
        report.add("saml.multiple_signatures", f"{max(parents.values())} Signature children of one element", path)
    _stray_assertions(message, bool(found), report)
    for index, each in enumerate(found):
        _placement(message, each, f"{path}/{index}", report)


def _stray_assertions(message: Message, is_signed: bool, report: Report) -> None:
    """An assertion or response in a place where neither the schema nor Advice puts one (rules 1 and 4)."""
    usual = {"Response", "Advice", "EncryptedAssertion", "Evidence", "ArtifactResponse", "Body"}
    for each in message.root.iter(f"{{{SAML}}}Assertion", f"{{{SAMLP}}}Response"):
        parent = each.getparent()
        if parent is not None and local(parent) not in usual:
            text = f"{local(each)} inside {local(parent)}"
            report.add("saml.xsw_suspect", text, "/signed_parts", level="" if is_signed else "warning")


def _placement(message: Message, signature: Element, path: str, report: Report) -> None:
    parent = signature.getparent()
    where = local(parent) if parent is not None else "root"
    if not _in_place(signature):
        report.add("saml.xsw_suspect", f"Signature inside {where}, not directly under Response or Assertion", path)
    elif not _follows_issuer(signature):
        report.add("saml.signature_position", f"Signature in {where} does not follow Issuer", path)
    references = children(child(signature, "ds:SignedInfo"), "ds:Reference")
    if len(references) != 1:
        report.add("saml.xsw_suspect", f"Signature on {where} has {len(references)} References", path)
    for reference in references[:3]:
        _reference(message, signature, reference, where, path, report)
    for name in ("SignatureValue", "DigestValue"):
        if any(has_comment(each) for each in signature.iter(f"{{{DS}}}{name}")):
            report.add("saml.comment_in_signature", f"comment inside {name} of the Signature on {where}", path)


def _follows_issuer(signature: Element) -> bool:
    elements = [each for each in signature.getparent() if isinstance(each.tag, str)]
    before = [local(each) for each in elements[: elements.index(signature)]]
    return before in (["Issuer"], [])


def _reference(message: Message, signature: Element, reference: Element, where: str, path: str, report: Report) -> None:
    uri = reference.get("URI")
    parent = signature.getparent()
    if not uri:
        report.add("saml.empty_reference_uri", f"Reference of the Signature on {where} has no ID", path)
    else:
        targets = signature_check.resolve(message.root, uri)
        if not targets:
            report.add("saml.xsw_suspect", f"Reference of the Signature on {where} points to no element", path)
        elif len(targets) == 1 and targets[0] is not parent:
            text = f"Reference of the Signature on {where} points to a {local(targets[0])} that is not its parent"
            report.add("saml.xsw_suspect", text, path)
    names = [_algorithm(each) for each in reference.iter(f"{{{DS}}}Transform")]
    odd = [name for name in names if name not in _ALLOWED_TRANSFORMS]
    if odd or len(names) > 2 or len(set(names)) != len(names):
        level = (
            "error" if _XSLT in odd or reference.find(".//{http://www.w3.org/1999/XSL/Transform}*") is not None else ""
        )
        text = f"transforms: {', '.join(name.rpartition('/')[2] or 'empty' for name in names)}"
        report.add("saml.odd_transform", text, path, level=level)


def _coverage(message: Message, signed: list[Signed], report: Report) -> None:
    """Which of response and assertions carry a signature of their own."""
    live = [each for each in signed if not each.is_removed]
    if any(each.is_removed for each in signed):
        report.add("saml.signature_removed_by_sanitizer", "SignatureValue is empty or a placeholder", "/signed_parts")
    if not signed:
        _unsigned(message, report)
        return
    own = {_path(each.element.getparent()) for each in signed if each.is_in_place}
    # An ArtifactResponse around the Response may carry the signature for all of it.
    is_response_signed = any(_path(each) in own for each in (message.body, *message.body.iterancestors()))
    whole = is_response_signed or any(not _uri(each.element) for each in signed)
    bare = [each for each in message.assertions if _path(each) not in own]
    if bare and not whole:
        text = f"{len(bare)} of {len(message.assertions)} assertions are covered by no signature"
        report.add("saml.xsw_suspect", text, "/signed_parts")
    if message.kind != "response" or not live or not message.assertions:
        return
    if whole and bare:
        report.add("saml.only_response", "the Response is signed, the Assertion is not", "/signed_parts")
    elif not is_response_signed and not bare:
        report.add("saml.only_assertion", "the Assertion is signed, the Response is not", "/signed_parts")


def _uri(signature: Element) -> str:
    reference = child(child(signature, "ds:SignedInfo"), "ds:Reference")
    return "#" if reference is None else str(reference.get("URI") or "")


def _unsigned(message: Message, report: Report) -> None:
    if message.kind in {"response", "assertion"}:
        if message.encrypted_assertions:
            text = "no Signature outside the encrypted assertion; one may be inside"
            report.add("saml.unsigned", text, "/signed_parts", level="warning", certainty="hint")
        else:
            report.add("saml.unsigned", "no Signature in Response and Assertion", "/signed_parts")
    elif message.kind.startswith("logout"):
        text = "no Signature in the message; with the redirect binding it stands in the URL"
        report.add("saml.unsigned", text, "/signed_parts", level="info", certainty="hint")


def _one(
    message: Message, signature: Element, index: int, anchors: list[Certificate], clock: Clock, report: Report
) -> Signed:
    path = f"/signed_parts/{index}"
    parent = signature.getparent()
    where = local(parent) if parent is not None else "root"
    holder = child(signature, "ds:SignatureValue")
    value = text_of(holder)
    is_removed = holder is not None and (not value or bool(REMOVED.search(value[:200])))
    embedded = _embedded(signature, path, report)
    _algorithms(signature, where, path, report)
    if is_removed:
        return Signed(signature, where, _in_place(signature), "removed", "", tuple(embedded), True)
    _value(signature, holder, value, where, path, report)
    outcome, by, used = _verdict(message, signature, anchors, embedded)
    _findings(message, signature, outcome, by, (anchors, embedded), path, report)
    judged = used or (embedded[0] if embedded else anchors[0] if anchors else None)
    if judged is not None:
        role = "configured" if judged in anchors else "embedded"
        certificates.check_certificate(judged, role, clock, report, path)
    return Signed(signature, where, _in_place(signature), outcome.value, by, tuple(embedded), False)


def _value(signature: Element, holder: Element | None, value: str, where: str, path: str, report: Report) -> None:
    """A signature that cannot be one: parts missing, or a value that is no base64."""
    info = child(signature, "ds:SignedInfo")
    missing = [name for name, each in (("SignatureValue", holder), ("SignedInfo", info)) if each is None]
    if info is not None and child(info, "ds:SignatureMethod") is None:
        missing.append("SignatureMethod")
    if missing:
        report.add("saml.sig_invalid", f"the Signature on {where} lacks {', '.join(missing)}", path)
    elif decode_base64("".join(value.split()).encode("ascii", "replace")) is None:
        report.add("saml.sig_invalid", f"SignatureValue on {where} is no base64 ({len(value)} characters)", path)


def _embedded(signature: Element, path: str, report: Report) -> list[Certificate]:
    info = child(signature, "ds:KeyInfo")
    texts = [] if info is None else list(info.iter(f"{{{DS}}}X509Certificate"))
    if not texts:
        report.add("saml.no_keyinfo", "no X509Certificate in KeyInfo", path)
    found: list[Certificate] = []
    for each in texts[:5]:
        ders = certificates_in(text_of(each).encode())
        loaded = [certificates.load(der) for der in ders]
        if text_of(each).startswith("LS0tLS1CRUdJTi"):
            report.add("saml.cert_unparseable", "X509Certificate holds base64 of a PEM file, not of DER", path)
        if not loaded or loaded[0].parsed is None:
            text = f"X509Certificate of {len(text_of(each))} characters cannot be parsed"
            report.add("saml.cert_unparseable", text, path)
        found += [each for each in loaded if each.parsed is not None]
    return found


def _algorithms(signature: Element, where: str, path: str, report: Report) -> None:
    info = child(signature, "ds:SignedInfo")
    method = _algorithm(child(info, "ds:SignatureMethod"))
    digests = [_algorithm(each) for each in signature.iter(f"{{{DS}}}DigestMethod")]
    if "hmac" in method.lower():
        report.add("saml.hmac_signature", f"SignatureMethod {method} on {where}", path)
    weak = [name for name in (method, *digests) if name.endswith("sha1") or "md5" in name.lower()]
    if weak:
        report.add("saml.weak_alg", f"{', '.join(dict.fromkeys(weak))} on {where}", path)


def _verdict(
    message: Message, signature: Element, anchors: list[Certificate], embedded: list[Certificate]
) -> tuple[Outcome, str, Certificate | None]:
    """The best outcome of all certificates at hand; a configured one counts before an embedded one."""
    tried: list[tuple[Outcome, str, Certificate]] = []
    for by, group in (("configured", anchors), ("embedded", embedded)):
        for certificate in group[:10]:
            outcome = signature_check.verify(message.root, signature, certificate)
            if outcome in {Outcome.VERIFIED, Outcome.DIGEST}:
                return outcome, by, certificate
            tried.append((outcome, by, certificate))
    if any(outcome is Outcome.KEY for outcome, _, _ in tried):
        return Outcome.KEY, "", None
    return Outcome.NOT_CHECKED, "", None


def _findings(
    message: Message,
    signature: Element,
    outcome: Outcome,
    by: str,
    at_hand: tuple[list[Certificate], list[Certificate]],
    path: str,
    report: Report,
) -> None:
    anchors, embedded = at_hand
    where = local(signature.getparent())
    digest = None if outcome is Outcome.VERIFIED else signature_check.digest_fits(message.root, signature)
    if outcome is Outcome.DIGEST:
        report.add("saml.digest_mismatch", f"{by} certificate verifies SignedInfo on {where}, the digest differs", path)
    elif digest is False:
        text = f"the digest of the content signed on {where} differs from the one written"
        report.add("saml.digest_mismatch", text, path)
        if outcome is Outcome.KEY:
            report.add("saml.sig_invalid", f"no certificate at hand verifies the Signature on {where} either", path)
    elif outcome is Outcome.KEY:
        text = (
            f"{len(anchors)} configured, {len(embedded)} embedded certificates, none verifies the Signature on {where}"
        )
        report.add("saml.sig_invalid", text, path, certainty="config" if anchors else "proven")
    elif outcome is Outcome.NOT_CHECKED and not _resolves(message, signature):
        report.add("saml.sig_invalid", f"the Reference of the Signature on {where} cannot be resolved", path)
    if by == "embedded" and anchors and outcome in {Outcome.VERIFIED, Outcome.DIGEST}:
        known = ", ".join(f"SHA-256 {each.sha256} ({each.summary()['not_after']})" for each in anchors[:3])
        used = embedded[0]
        text = f"signed with SHA-256 {used.sha256} ({used.summary()['not_after']}), configured {known}"
        report.add("saml.wrong_cert", text, path, certainty="config")


def _resolves(message: Message, signature: Element) -> bool:
    references = children(child(signature, "ds:SignedInfo"), "ds:Reference")
    return all(len(signature_check.resolve(message.root, each.get("URI"))) == 1 for each in references)
