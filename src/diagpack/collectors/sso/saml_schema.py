"""The parts of the SAML 2.0 schemas that real messages break: order and number of children, required attributes.

Written from SAML Core; XML Schema files are not shipped.
"""

import re
from typing import Final

from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message
from diagpack.collectors.sso.xml import DS, SAML, SAMLP, Element, local, namespace

_MANY: Final = 10_000
_NCNAME = re.compile(r"[^\W\d][\w.\-]*")
_COMMON = "Issuer:0-1 Signature:0-1 Extensions:0-1"

# name: children in order, each with how often it may stand. A group in one entry is a choice.
_MODELS = {
    "Response": f"{_COMMON} Status:1-1 Assertion|EncryptedAssertion:0-*",
    "LogoutResponse": f"{_COMMON} Status:1-1",
    "LogoutRequest": f"{_COMMON} BaseID|NameID|EncryptedID:1-1 SessionIndex:0-*",
    "AuthnRequest": f"{_COMMON} Subject:0-1 NameIDPolicy:0-1 Conditions:0-1 RequestedAuthnContext:0-1 Scoping:0-1",
    "Status": "StatusCode:1-1 StatusMessage:0-1 StatusDetail:0-1",
    "Assertion": "Issuer:1-1 Signature:0-1 Subject:0-1 Conditions:0-1 Advice:0-1 "
    "Statement|AuthnStatement|AuthzDecisionStatement|AttributeStatement:0-*",
    "Subject": "BaseID|NameID|EncryptedID:0-1 SubjectConfirmation:0-*",
    "SubjectConfirmation": "BaseID|NameID|EncryptedID:0-1 SubjectConfirmationData:0-1",
    "Conditions": "Condition|AudienceRestriction|OneTimeUse|ProxyRestriction:0-*",
    "AudienceRestriction": "Audience:1-*",
    "AuthnStatement": "SubjectLocality:0-1 AuthnContext:1-1",
    "AttributeStatement": "Attribute|EncryptedAttribute:1-*",
    "Attribute": "AttributeValue:0-*",
}
_ATTRIBUTES = {
    "Response": "ID Version IssueInstant",
    "LogoutResponse": "ID Version IssueInstant",
    "LogoutRequest": "ID Version IssueInstant",
    "AuthnRequest": "ID Version IssueInstant",
    "Assertion": "ID Version IssueInstant",
    "StatusCode": "Value",
    "SubjectConfirmation": "Method",
    "AuthnStatement": "AuthnInstant",
    "Attribute": "Name",
}
_MAX_ELEMENTS = 5000


def check_schema(message: Message, report: Report) -> None:
    """One finding for each kind of break, with element names only."""
    for number, element in enumerate(message.body.iter()):
        if number > _MAX_ELEMENTS:
            return
        if namespace(element) not in (SAML, SAMLP):
            continue
        name = local(element)
        if name in _MODELS:
            _children(element, name, report)
        for attribute in _ATTRIBUTES.get(name, "").split():
            if element.get(attribute) is None:
                report.add("saml.schema_invalid", f"{name} has no {attribute}", "/schema")
        id = element.get("ID")
        if id and not _NCNAME.fullmatch(id.strip()):
            report.add("saml.schema_invalid", f"the ID of {name} is no XML name (it may start with a digit)", "/schema")


def _model(name: str) -> list[tuple[frozenset[str], int, int]]:
    found = []
    for part in _MODELS[name].split():
        names, _, bounds = part.partition(":")
        low, _, high = bounds.partition("-")
        found.append((frozenset(names.split("|")), int(low), _MANY if high == "*" else int(high)))
    return found


def _children(element: Element, name: str, report: Report) -> None:
    present = [local(each) for each in element if namespace(each) in (SAML, SAMLP, DS)]
    foreign = [
        local(each) for each in element if isinstance(each.tag, str) and namespace(each) not in (SAML, SAMLP, DS)
    ]
    if foreign and name not in {"Attribute", "SubjectConfirmation"}:
        report.add("saml.schema_invalid", f"{name} holds a foreign {foreign[0][:40]}", "/schema")
    rest = present
    for names, low, high in _model(name):
        count = 0
        while count < len(rest) and rest[count] in names:
            count += 1
        if count < low:
            report.add("saml.schema_invalid", f"{name} lacks {' or '.join(sorted(names))} in its place", "/schema")
        if count > high:
            report.add("saml.schema_invalid", f"{name} holds {count} {rest[0]}", "/schema")
        rest = rest[count:]
    if rest:
        report.add("saml.schema_invalid", f"{rest[0][:40]} stands in the wrong place in {name}", "/schema")
