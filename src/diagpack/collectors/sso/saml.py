"""One SAML message from bytes to summary and findings."""

from typing import Any

from diagpack.collectors.sso import xml
from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.clock import Clock, parse_time, seconds
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_address import check_addresses, check_issuer
from diagpack.collectors.sso.saml_message import Message, classify
from diagpack.collectors.sso.saml_schema import check_schema
from diagpack.collectors.sso.saml_shape import check_encrypted, check_issuer_format, check_shape
from diagpack.collectors.sso.saml_signature import check_signatures
from diagpack.collectors.sso.saml_status import check_status
from diagpack.collectors.sso.saml_subject import check_attributes, check_name_id, check_subject
from diagpack.collectors.sso.saml_summary import summarise
from diagpack.collectors.sso.saml_time import check_times
from diagpack.collectors.sso.xml import Element, text_of

_LOGIN = {"response", "assertion"}


def judge(
    captured: Captured, expected: Expectation, clock: Clock, report: Report
) -> tuple[dict[str, Any], Message | None]:
    """Summary and message; every finding goes into `report`."""
    root = xml.parse(captured.content)
    if isinstance(root, xml.Refusal):
        report.add(root.id, root.reason)
        return {"kind": "unreadable"}, None
    message = classify(root)
    if message.kind in {
        "not-saml",
        "saml1",
        "wsfed",
        "metadata",
        "assertion-part",
        "protocol-message",
        "artifact-resolve",
    }:
        return _other(message, report), message
    if message.is_artifact:
        report.add("saml.artifact_response", "SOAP ArtifactResponse around a Response", "/kind")
    signed = check_signatures(message, expected, clock, report)
    summary = summarise(message, signed)
    check_schema(message, report)
    if message.kind in _LOGIN:
        _login(message, captured, expected, clock, report)
    elif message.kind == "artifact-response":
        report.add("saml.not_a_response", "ArtifactResponse without a Response", "/kind")
    else:
        _other_protocol(message, captured, expected, clock, report)
    return summary, message


def _login(message: Message, captured: Captured, expected: Expectation, clock: Clock, report: Report) -> None:
    if message.kind == "response":
        check_status(message, report)
        if captured.binding == "redirect":
            report.add("saml.redirect_binding", "SAMLResponse in the query of a GET", "/binding")
        elif captured.binding == "post" and "deflate" in captured.steps:
            report.add("saml.redirect_binding", "the message is DEFLATEd although it came by POST", "/binding")
    check_shape(message, report)
    check_times(message, clock, report)
    check_addresses(message, expected, captured.place, report)
    check_issuer_format(message, report)
    check_subject(message, expected, report)
    check_attributes(message, expected, report)
    _context(message, expected, report)


def _context(message: Message, expected: Expectation, report: Report) -> None:
    if not expected.authn_contexts or message.assertion is None:
        return
    given = [text_of(each) for each in message.assertion.iter(f"{{{xml.SAML}}}AuthnContextClassRef")]
    if given and not set(given) & set(expected.authn_contexts):
        text = f"context {given[0]}, asked for {', '.join(expected.authn_contexts[:3])}"
        report.add("saml.unexpected_authncontext", text, "/authn", certainty="config")


def _other_protocol(message: Message, captured: Captured, expected: Expectation, clock: Clock, report: Report) -> None:
    # Inside a capture the request is what one expects to see.
    if message.kind != "authn-request" or captured.place is None:
        report.add("saml.not_a_response", f"the message is a {message.kind}", "/kind")
    check_encrypted(message, report)
    check_issuer_format(message, report)
    if not message.issuer:
        report.add("saml.no_issuer", "Issuer is missing or empty", "/issuer")
    if message.kind.startswith("logout"):
        check_issuer(message, expected, report)
    if message.kind == "logout-response":
        check_status(message, report)
    if message.kind == "logout-request":
        check_name_id(message.body, Expectation(), message.issuer, report)
        _logout_time(message.body, clock, report)


def _logout_time(body: Element, clock: Clock, report: Report) -> None:
    end = parse_time(body.get("NotOnOrAfter"))
    if end is not None and clock.event is not None and clock.event >= end:
        text = f"LogoutRequest NotOnOrAfter {body.get('NotOnOrAfter')}: {seconds(clock.event - end)} s before the event"
        report.add("saml.logout", text, "/not_on_or_after")


def _other(message: Message, report: Report) -> dict[str, Any]:
    name = xml.local(message.body)
    if message.kind == "saml1":
        report.add("saml.saml11", f"{name} in a SAML 1.x namespace", "/kind")
    elif message.kind == "wsfed":
        report.add("saml.wsfed", f"{name}", "/kind")
    elif message.kind == "not-saml":
        report.add("saml.not_saml", f"root element {name[:40]} is in no SAML namespace", "/kind")
    else:
        report.add("saml.not_a_response", f"{message.kind}: {name[:40]}", "/kind")
    return {"kind": message.kind, "root": name[:80]}
