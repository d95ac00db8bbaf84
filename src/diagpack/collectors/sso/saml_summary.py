"""The allow-list summary of a SAML message: the only form in which one reaches an artifact.

Enters: a message and its signatures. Leaves: JSON without NameID text, attribute values, signature, digest and cipher
values, session index, addresses, certificate names, RelayState or extensions. A person's value stands only in a mark.
"""

from typing import Any

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.saml_message import (
    Message,
    attributes,
    audiences,
    confirmations,
    status_codes,
)
from diagpack.collectors.sso.saml_signature import Signed
from diagpack.collectors.sso.saml_status import status_message
from diagpack.collectors.sso.saml_subject import described
from diagpack.collectors.sso.xml import Element, child, children, local, text_of
from diagpack.model.collector import sensitive

_MAX_ATTRIBUTES = 200
_MAX_VALUES = 20
_LONGEST = 500


def summarise(message: Message, signed: list[Signed]) -> dict[str, Any]:
    """Everything the package may hold of this message."""
    body = message.body
    summary: dict[str, Any] = {
        "kind": message.kind,
        "version": _short(body.get("Version")),
        "id": _id(body, message),
        "issue_instant": _short(body.get("IssueInstant")),
        "issuer": _address(message.issuer),
        "destination": None if message.destination is None else _address(message.destination),
        "in_response_to": _short(message.in_response_to),
        "signed_parts": [each.summary() for each in signed],
        "encrypted": _encrypted(body),
    }
    if message.kind in {"response", "logout-response"}:
        summary["status"] = {"codes": status_codes(body), "message": status_message(message)}
    if message.kind == "authn-request":
        summary["request"] = _request(body)
    if message.kind == "logout-request":
        summary["name_id"] = _name_id(child(body, "saml:NameID"))
        summary["not_on_or_after"] = _short(body.get("NotOnOrAfter"))
        summary["has_session_index"] = child(body, "samlp:SessionIndex") is not None
    if message.assertion is not None:
        summary["assertions"] = len(message.assertions)
        summary.update(_assertion(message.assertion, message))
    return summary


def _short(value: Any) -> str | None:
    return None if value is None else str(value).strip()[:_LONGEST]


def _address(value: str) -> str:
    return urls.bare(value)[:_LONGEST]


def _id(element: Element, message: Message) -> Any:
    """An ID that equals the session index (one in seven messages) is the session's name, so it becomes a mark."""
    value = _short(element.get("ID")) or ""
    indexes = {
        str(each.get("SessionIndex") or "").strip()
        for assertion in message.assertions
        for each in children(assertion, "saml:AuthnStatement")
    }
    return sensitive(value, "id") if value and value in indexes else value


def _assertion(assertion: Element, message: Message) -> dict[str, Any]:
    conditions = child(assertion, "saml:Conditions")
    statements = children(assertion, "saml:AuthnStatement")
    return {
        "assertion": {
            "id": _id(assertion, message),
            "version": _short(assertion.get("Version")),
            "issue_instant": _short(assertion.get("IssueInstant")),
            "issuer": _address(text_of(child(assertion, "saml:Issuer"))),
        },
        "conditions": None
        if conditions is None
        else {
            "not_before": _short(conditions.get("NotBefore")),
            "not_on_or_after": _short(conditions.get("NotOnOrAfter")),
        },
        "audiences": [[_address(value) for value in values] for values in audiences(assertion)],
        "subject": {
            "name_id": _name_id(child(child(assertion, "saml:Subject"), "saml:NameID")),
            "confirmations": [_confirmation(each) for each in confirmations(assertion)],
        },
        "authn": [_authn(each) for each in statements],
        "attributes": [_attribute(each) for each in attributes(assertion)[:_MAX_ATTRIBUTES]],
    }


# Attributes that hold a person's name without saying so; the numbers are urn:oid:2.5.4.3, .4 and .42 (X.520).
_NAMES = frozenset({"cn", "sn", "surname", "2.5.4.3", "2.5.4.4", "2.5.4.42", "initials"})


def _name_id(element: Element | None) -> dict[str, Any] | None:
    if element is None:
        return None
    return {
        "format": _short(element.get("Format")),
        "name_qualifier": _short(element.get("NameQualifier")),
        "sp_name_qualifier": _short(element.get("SPNameQualifier")),
        **described(text_of(element)),
    }


def _confirmation(element: Element) -> dict[str, Any]:
    data = child(element, "saml:SubjectConfirmationData")
    found: dict[str, Any] = {"method": _short(element.get("Method"))}
    if data is not None:
        recipient = data.get("Recipient")
        found |= {
            "recipient": None if recipient is None else _address(recipient.strip()),
            "in_response_to": _short(data.get("InResponseTo")),
            "not_before": _short(data.get("NotBefore")),
            "not_on_or_after": _short(data.get("NotOnOrAfter")),
        }
    return found


def _authn(statement: Element) -> dict[str, Any]:
    context = child(statement, "saml:AuthnContext")
    return {
        "instant": _short(statement.get("AuthnInstant")),
        "session_not_on_or_after": _short(statement.get("SessionNotOnOrAfter")),
        "has_session_index": statement.get("SessionIndex") is not None,
        "context": _short(text_of(child(context, "saml:AuthnContextClassRef"))),
    }


def _attribute(element: Element) -> dict[str, Any]:
    values = children(element, "saml:AttributeValue")
    return {
        "name": _short(element.get("Name")),
        "name_format": _short(element.get("NameFormat")),
        "friendly_name": _short(element.get("FriendlyName")),
        "count": len(values),
        "value_facts": [described(text_of(each), _class_of(element)) for each in values[:_MAX_VALUES]],
    }


def _class_of(attribute: Element) -> str:
    """The class its values are marked with: by the last part of its names, else the strictest."""
    names = f"{attribute.get('Name') or ''} {attribute.get('FriendlyName') or ''}".lower()
    last = [each.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for each in names.split()]
    if any(each.endswith("name") or each in _NAMES for each in last):
        return "user" if any("user" in each or "login" in each for each in last) else "name"
    return "phone" if any("phone" in each or "mobile" in each for each in last) else "secret"


def _encrypted(body: Element) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in body.iter():
        if local(each) in {"EncryptedAssertion", "EncryptedID", "EncryptedAttribute"} and len(found) < 20:
            methods = [str(one.get("Algorithm") or "") for one in each.iter("{*}EncryptionMethod")]
            found.append({"element": local(each), "algorithms": list(dict.fromkeys(methods))})
    return found


def _request(body: Element) -> dict[str, Any]:
    policy = child(body, "samlp:NameIDPolicy")
    context = child(body, "samlp:RequestedAuthnContext")
    acs = body.get("AssertionConsumerServiceURL")
    return {
        "acs_url": None if acs is None else _address(acs),
        "acs_index": _short(body.get("AssertionConsumerServiceIndex")),
        "protocol_binding": _short(body.get("ProtocolBinding")),
        "force_authn": _short(body.get("ForceAuthn")),
        "is_passive": _short(body.get("IsPassive")),
        "name_id_format": None if policy is None else _short(policy.get("Format")),
        "allow_create": None if policy is None else _short(policy.get("AllowCreate")),
        "comparison": None if context is None else _short(context.get("Comparison") or "exact"),
        "contexts": [_short(text_of(each)) for each in children(context, "saml:AuthnContextClassRef")],
    }
