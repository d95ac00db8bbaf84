"""What kind of message an XML document is, and its parts by name.

Enters: a parsed root element. Leaves: a `Message` that the checks read.
"""

from dataclasses import dataclass
from typing import Final

from diagpack.collectors.sso import xml
from diagpack.collectors.sso.xml import Element, child, children, local, namespace, text_of

STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
HOLDER_OF_KEY: Final = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"

_KINDS = {
    "Response": "response",
    "AuthnRequest": "authn-request",
    "LogoutRequest": "logout-request",
    "LogoutResponse": "logout-response",
    "ArtifactResponse": "artifact-response",
    "ArtifactResolve": "artifact-resolve",
}
_WSFED = ("http://schemas.xmlsoap.org/ws/2005/02/trust", "http://docs.oasis-open.org/ws-sx/ws-trust/200512")


@dataclass(frozen=True, slots=True)
class Message:
    """One SAML message. `body` is what is judged: the Response inside an ArtifactResponse, else the root."""

    root: Element
    body: Element
    kind: str
    is_artifact: bool = False

    @property
    def assertions(self) -> list[Element]:
        """Direct-child assertions; a bare assertion counts as its own. Those inside Advice do not count."""
        return [self.body] if self.kind == "assertion" else children(self.body, "saml:Assertion")

    @property
    def assertion(self) -> Element | None:
        """The one a service provider would read."""
        found = self.assertions
        return found[0] if found else None

    @property
    def encrypted_assertions(self) -> list[Element]:
        return children(self.body, "saml:EncryptedAssertion") if self.kind == "response" else []

    @property
    def issuer(self) -> str:
        return text_of(child(self.body, "saml:Issuer"))

    @property
    def destination(self) -> str | None:
        value = self.body.get("Destination")
        return None if value is None else str(value).strip()

    @property
    def in_response_to(self) -> str:
        return str(self.body.get("InResponseTo") or "").strip()


def classify(root: Element) -> Message:
    """Name the kind. A SOAP envelope and an ArtifactResponse are opened."""
    body = root
    if local(root) == "Envelope" and namespace(root) in xml.SOAP:
        bodies = [each for each in root if local(each) == "Body"]
        inside = [each for each in (bodies[0] if bodies else []) if isinstance(each.tag, str)]
        body = inside[0] if inside else root
    is_artifact = local(body) == "ArtifactResponse" and namespace(body) == xml.SAMLP
    if is_artifact:
        inner = child(body, "samlp:Response")
        body = inner if inner is not None else body
    return Message(root, body, _kind(body), is_artifact)


def _kind(element: Element) -> str:
    name, space = local(element), namespace(element)
    if space == xml.SAMLP:
        return _KINDS.get(name, "protocol-message")
    if space == xml.SAML:
        return "assertion" if name == "Assertion" else "assertion-part"
    if space.startswith("urn:oasis:names:tc:SAML:1."):
        return "saml1"
    if space.startswith(_WSFED):
        return "wsfed"
    if space == "urn:oasis:names:tc:SAML:2.0:metadata":
        return "metadata"
    return "not-saml"


def status_codes(body: Element) -> list[str]:
    """Values of StatusCode, outermost first."""
    found: list[str] = []
    code = child(child(body, "samlp:Status"), "samlp:StatusCode")
    while code is not None and len(found) < 5:
        found.append(str(code.get("Value") or "").strip())
        code = child(code, "samlp:StatusCode")
    return found


def is_success(body: Element) -> bool:
    """Whether the top status code is Success."""
    return status_codes(body)[:1] == [STATUS + "Success"]


def confirmations(assertion: Element | None) -> list[Element]:
    return children(child(assertion, "saml:Subject"), "saml:SubjectConfirmation")


def bearer_data(assertion: Element | None) -> list[Element]:
    """SubjectConfirmationData of every bearer confirmation that has one."""
    found = (child(each, "saml:SubjectConfirmationData") for each in confirmations(assertion) if is_bearer(each))
    return [each for each in found if each is not None]


def is_bearer(confirmation: Element) -> bool:
    return str(confirmation.get("Method") or "").strip() == BEARER


def attributes(assertion: Element | None) -> list[Element]:
    """Attribute elements of all statements, in order."""
    return [
        each
        for statement in children(assertion, "saml:AttributeStatement")
        for each in children(statement, "saml:Attribute")
    ]


def audiences(assertion: Element | None) -> list[list[str]]:
    """Audience values, one list for each AudienceRestriction."""
    restrictions = children(child(assertion, "saml:Conditions"), "saml:AudienceRestriction")
    return [[text_of(each) for each in children(restriction, "saml:Audience")] for restriction in restrictions]
