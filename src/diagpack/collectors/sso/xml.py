"""Hostile XML, read safely.

Enters: bytes that look like XML. Leaves: a parsed element, or a `Refusal` that says why in words without content.
Nothing is fetched, no entity is expanded, a document with a DOCTYPE is not parsed at all.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

MAX_XML_BYTES: Final = 1_000_000

SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
SOAP: Final = frozenset({"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"})

NAMESPACES: Final = {"samlp": SAMLP, "saml": SAML, "ds": DS, "xenc": XENC}

Element = Any
"""An lxml element; lxml ships no types."""

_ENCODINGS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|\s+)*\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document was not read: a finding id and a sentence without content."""

    id: str
    reason: str


def parse(data: bytes) -> Element | Refusal:
    """The root element, or why there is none."""
    if len(data) > MAX_XML_BYTES:
        return Refusal("saml.malformed", f"{len(data)} bytes: over the limit of {MAX_XML_BYTES}, not parsed")
    if _has_doctype(data):
        return Refusal("saml.dtd", "DOCTYPE before the root element; the document was not parsed")
    # CDATA sections are kept because one inside a NameID is a finding.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(data, parser=parser)
    except etree.XMLSyntaxError as error:
        return _refused(error, data)
    except (ValueError, LookupError):
        return Refusal("saml.malformed", "the declared encoding does not fit the bytes")
    if root is None:
        return Refusal("saml.malformed", "no root element")
    if root.getroottree().docinfo.doctype:
        return Refusal("saml.dtd", "the document has a DOCTYPE")
    return root


def _has_doctype(data: bytes) -> bool:
    text = _as_text(data)
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    return text[start : start + 9].upper() == "<!DOCTYPE"


def _as_text(data: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    return data.decode("latin-1").removeprefix("\xef\xbb\xbf")


def _refused(error: etree.XMLSyntaxError, data: bytes) -> Refusal:
    line, column = error.position
    place = f"XML error {error.code} at line {line}, column {column}; {len(data)} bytes"
    # libxml2: 4 and 5 empty or cut, 77 a start tag that never ends, 73 a tag that is not finished.
    if error.code in {5, 73, 77} and not data.rstrip().endswith(b">"):
        return Refusal("saml.truncated", place)
    return Refusal("saml.malformed", place)


def local(element: Element) -> str:
    """Local name; empty for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: Element) -> str:
    """Namespace; empty when there is none."""
    return (etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> list[Element]:
    """Direct children by prefixed name, such as `saml:Assertion`."""
    return [] if element is None else list(element.findall(name, NAMESPACES))


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child, or none."""
    found = children(element, name)
    return found[0] if found else None


def text_of(element: Element | None) -> str:
    """All text of an element, comments left out, blanks at the ends removed."""
    if element is None:
        return ""
    pieces = [element.text or ""]
    for each in element:
        if isinstance(each.tag, str):
            pieces.append("".join(each.itertext()))
        pieces.append(each.tail or "")
    return "".join(pieces).strip()


def has_comment(element: Element | None) -> bool:
    """Whether a comment or a processing instruction stands inside."""
    return element is not None and any(not isinstance(each.tag, str) for each in element.iter())
