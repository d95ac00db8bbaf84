"""Shape of a login response: what has to be there, and how often (SAML Profiles 4.1.4.2)."""

from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import (
    HOLDER_OF_KEY,
    Message,
    audiences,
    bearer_data,
    confirmations,
    is_bearer,
    is_success,
)
from diagpack.collectors.sso.xml import XENC, Element, child, children, local, text_of

_ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_ENCRYPTED = ("EncryptedAssertion", "EncryptedID", "EncryptedAttribute")


def check_shape(message: Message, report: Report) -> None:
    """Everything about presence and number, of a response or a bare assertion."""
    _versions(message, report)
    _ids(message, report)
    if message.kind == "response":
        count = len(message.assertions)
        if not count and not message.encrypted_assertions and is_success(message.body):
            report.add("saml.no_assertion", "status Success, but no Assertion and no EncryptedAssertion", "")
        elif not count and not message.encrypted_assertions:
            report.add("saml.no_assertion", "no Assertion and no EncryptedAssertion", "", level="warning")
        if count > 1:
            report.add("saml.multiple_assertions", f"{count} direct-child Assertion elements", "/assertions")
    check_encrypted(message, report)
    if message.assertion is not None:
        _conditions(message.assertion, report)
        _confirmations(message.assertion, report)
        _authn(message.assertion, report)


def _versions(message: Message, report: Report) -> None:
    for element, path in ((message.body, "/version"), *((each, "/assertion/version") for each in message.assertions)):
        version = str(element.get("Version") or "").strip()
        if version != "2.0":
            report.add("saml.bad_version", f"{local(element)} Version is {version[:10] or 'missing'}", path)
            if version.startswith("1."):
                report.add("saml.saml11", f"{local(element)} Version is {version[:10]}", path)


def _ids(message: Message, report: Report) -> None:
    for element, path in ((message.body, "/id"), *((each, "/assertion/id") for each in message.assertions)):
        if not str(element.get("ID") or "").strip():
            report.add("saml.no_id", f"{local(element)} ID is missing or empty", path)


def check_encrypted(message: Message, report: Report) -> None:
    """Encrypted parts with their algorithms; the recipient's key by name only."""
    for element in message.body.iter():
        name = local(element)
        if name not in _ENCRYPTED:
            continue
        methods = [str(each.get("Algorithm") or "") for each in element.iter(f"{{{XENC}}}EncryptionMethod")]
        shown = ", ".join(dict.fromkeys(method for method in methods if method)) or "no EncryptionMethod"
        report.add("saml.encrypted", f"{name}: {shown}", "/encrypted")


def check_issuer_format(message: Message, report: Report) -> None:
    """Issuer Format, where present, is the entity format."""
    for holder in (message.body, *message.assertions):
        issuer = child(holder, "saml:Issuer")
        form = None if issuer is None else issuer.get("Format")
        if form is not None and form.strip() != _ENTITY_FORMAT:
            report.add("saml.issuer_format", f"{local(holder)} Issuer Format is {form.strip() or 'empty'}", "/issuer")


def _conditions(assertion: Element, report: Report) -> None:
    conditions = child(assertion, "saml:Conditions")
    if conditions is None or (not len(conditions) and not conditions.attrib):
        report.add("saml.no_conditions", "Conditions is missing or empty", "/conditions")
        return
    restrictions = audiences(assertion)
    if not restrictions:
        report.add("saml.no_audience", "no AudienceRestriction", "/audiences")
    for values in restrictions:
        if not any(values):
            report.add("saml.empty_audience", "AudienceRestriction without a value", "/audiences")
        elif not all(values):
            report.add("saml.empty_audience", "one Audience is empty", "/audiences", level="warning")


def _confirmations(assertion: Element, report: Report) -> None:
    found = confirmations(assertion)
    if child(assertion, "saml:Subject") is None:
        report.add("saml.nameid_missing", "no Subject in the Assertion", "/subject")
    methods = [str(each.get("Method") or "missing").rpartition(":")[2] for each in found]
    if len(found) > 1:
        report.add("saml.sc_multiple", f"{len(found)} SubjectConfirmation elements: {', '.join(methods)}", "/subject")
    bearers = [each for each in found if is_bearer(each)]
    if not bearers:
        shown = f"methods: {', '.join(methods)}" if methods else "no SubjectConfirmation"
        report.add("saml.no_bearer_confirmation", shown, "/subject")
        if any(str(each.get("Method") or "").strip() == HOLDER_OF_KEY for each in found):
            report.add("saml.holder_of_key", shown, "/subject")
    elif any(str(each.get("Method") or "").strip() == HOLDER_OF_KEY for each in found):
        report.add("saml.holder_of_key", f"beside bearer; methods: {', '.join(methods)}", "/subject", level="info")
    if any(child(each, "saml:SubjectConfirmationData") is None for each in bearers):
        report.add(
            "saml.sc_no_data", "a SubjectConfirmation of the method bearer has no SubjectConfirmationData", "/subject"
        )
    for data in bearer_data(assertion):
        if not (data.get("Recipient") or "").strip():
            report.add("saml.no_recipient", "SubjectConfirmationData Recipient is missing or empty", "/subject")


def _authn(assertion: Element, report: Report) -> None:
    statements = children(assertion, "saml:AuthnStatement")
    if not statements:
        report.add("saml.no_authnstatement", "no AuthnStatement", "/authn")
    for index, statement in enumerate(statements):
        context = child(statement, "saml:AuthnContext")
        names = ("saml:AuthnContextClassRef", "saml:AuthnContextDeclRef", "saml:AuthnContextDecl")
        parts = [child(context, name) for name in names]
        if not any(each is not None and (text_of(each) or len(each)) for each in parts):
            report.add("saml.no_authncontext", "AuthnContext is missing or empty", f"/authn/{index}")
