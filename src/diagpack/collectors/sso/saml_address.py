"""To whom, from whom, in answer to what: addresses and identifiers against the configuration and inside the message."""

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.captured import Place
from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message, audiences, bearer_data
from diagpack.collectors.sso.xml import child, text_of

_CONFIG = "config"


def check_addresses(message: Message, expected: Expectation, place: Place | None, report: Report) -> None:
    """Destination, Recipient, Audience, Issuer and InResponseTo."""
    if message.kind == "response":
        _destination(message, expected, place, report)
    _recipients(message, expected, report)
    _audience(message, expected, report)
    check_issuer(message, expected, report)
    _answers(message, expected, report)


def _destination(message: Message, expected: Expectation, place: Place | None, report: Report) -> None:
    destination = message.destination
    if destination is None:
        report.add("saml.no_destination", "Destination is absent", "/destination")
        return
    if not destination:
        report.add("saml.empty_destination", "Destination is the empty string", "/destination")
        return
    if expected.acs_urls and destination not in expected.acs_urls:
        _differs("saml.bad_destination", "Destination", destination, expected.acs_urls, "/destination", _CONFIG, report)
    elif place is not None and place.url and place.method == "POST" and not _same_endpoint(destination, place.url):
        nearest = (place.url,)
        _differs("saml.bad_destination", "Destination", destination, nearest, "/destination", "proven", report)
    recipients = {str(each.get("Recipient") or "").strip() for each in bearer_data(message.assertion)} - {""}
    if recipients and destination not in recipients:
        other = sorted(recipients)[0]
        how = ", ".join(urls.differences(destination, other))
        text = f"Destination {urls.bare(destination)}, Recipient {urls.bare(other)}; different: {how}"
        report.add("saml.destination_recipient_disagree", text, "/destination")


def _same_endpoint(one: str, other: str) -> bool:
    return urls.bare(one).rstrip("/") == urls.bare(other).rstrip("/")


def _differs(
    id: str, name: str, value: str, candidates: tuple[str, ...], path: str, certainty: str, report: Report
) -> None:
    best, how = urls.closest(value, candidates)
    words = ", ".join(how)
    text = f"{name} {urls.bare(value)}, expected {urls.bare(best)}; different: {words}"
    report.add(id, text, path, certainty=certainty, detail={"different": list(how)})


def _recipients(message: Message, expected: Expectation, report: Report) -> None:
    found = [str(each.get("Recipient") or "").strip() for each in bearer_data(message.assertion)]
    wrong = [each for each in found if each and each not in expected.acs_urls]
    # One bearer confirmation that fits is enough (SAML Core 2.4.1).
    if not expected.acs_urls or not wrong or any(each in expected.acs_urls for each in found):
        return
    _differs("saml.bad_recipient", "Recipient", wrong[0], expected.acs_urls, "/subject", _CONFIG, report)


def _audience(message: Message, expected: Expectation, report: Report) -> None:
    if not expected.sp_entity_id:
        return
    for values in audiences(message.assertion):
        filled = tuple(value for value in values if value)
        if filled and expected.sp_entity_id.strip() not in filled:
            name = (expected.sp_entity_id,)
            _differs(
                "saml.bad_audience", "Audience", urls.closest(name[0], filled)[0], name, "/audiences", _CONFIG, report
            )


def check_issuer(message: Message, expected: Expectation, report: Report) -> None:
    """Issuer missing, not the configured one, or different inside."""
    assertion = message.assertion
    inner = text_of(child(assertion, "saml:Issuer")) if assertion is not None else ""
    if not message.issuer and message.kind != "assertion":
        report.add("saml.no_issuer", "Issuer of the message is missing or empty", "/issuer")
    if assertion is not None and not inner:
        report.add("saml.no_issuer", "Issuer of the Assertion is missing or empty", "/assertion/issuer", level="error")
    if message.issuer and inner and message.issuer != inner:
        how = ", ".join(urls.differences(message.issuer, inner))
        text = f"Response Issuer {urls.bare(message.issuer)}, Assertion Issuer {urls.bare(inner)}; different: {how}"
        report.add("saml.issuer_mismatch_inside", text, "/issuer")
    for value, path in ((message.issuer, "/issuer"), (inner, "/assertion/issuer")):
        if expected.idp_entity_id and value and value != expected.idp_entity_id.strip():
            _differs("saml.bad_issuer", "Issuer", value, (expected.idp_entity_id,), path, _CONFIG, report)


def _answers(message: Message, expected: Expectation, report: Report) -> None:
    outer = message.in_response_to
    inner = [str(each.get("InResponseTo") or "").strip() for each in bearer_data(message.assertion)]
    named = [each for each in inner if each]
    path = "/in_response_to"
    if outer and named and outer not in named:
        text = f"Response InResponseTo {outer}, SubjectConfirmationData InResponseTo {named[0]}"
        report.add("saml.bad_inresponseto", text, path)
    if expected.request_id:
        wrong = [each for each in (outer, *named) if each and each != expected.request_id]
        if wrong:
            text = f"InResponseTo {wrong[0]}, our request was {expected.request_id}"
            report.add("saml.bad_inresponseto", text, path, certainty=_CONFIG)
        if (not outer and message.kind == "response") or (inner and not named):
            text = f"InResponseTo is missing, our request was {expected.request_id}"
            report.add("saml.no_inresponseto", text, path, certainty=_CONFIG)
    elif message.kind == "response" and bool(outer) != bool(named) and inner:
        where = "Response" if not outer else "SubjectConfirmationData"
        report.add("saml.bad_inresponseto", f"InResponseTo is missing in {where} only", path, level="warning")
    if message.kind == "response" and not outer and not named:
        report.add("saml.idp_initiated", "no InResponseTo in Response and SubjectConfirmationData", path)
