"""Status codes: what the identity provider itself says went wrong (SAML Core 3.2.2.2)."""

from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import STATUS, Message, status_codes
from diagpack.collectors.sso.xml import child, text_of
from diagpack.model.sso_vocabulary import vocabulary

_DEFINED_WITHOUT_OWN_ID = frozenset(
    """InvalidAttrNameOrValue NoAvailableIDP NoSupportedIDP ProxyCountExceeded RequestUnsupported
    RequestVersionDeprecated RequestVersionTooHigh RequestVersionTooLow ResourceNotRecognized TooManyResponses
    UnknownAttrProfile""".split()
)
_LONGEST_MESSAGE = 300


def check_status(message: Message, report: Report) -> None:
    """Missing or empty status, and every code other than Success."""
    codes = status_codes(message.body)
    if not codes or not codes[0]:
        report.add("saml.no_status", "Status or its StatusCode is missing or empty", "/status")
        return
    if codes[0] == STATUS + "Success":
        return
    words = status_message(message)
    evidence = (
        "status "
        + " / ".join(codes)
        + (f"; message: {words}" if words else "")
        + f"; issuer {message.issuer or 'none'}"
    )
    for id in _ids(codes):
        report.add(id, evidence, "/status")
    if message.kind == "logout-response":
        report.add("saml.logout", evidence, "/status")


def status_message(message: Message) -> str:
    """StatusMessage in one line, shortened; free text, so the redactor reads it like any other."""
    text = text_of(child(child(message.body, "samlp:Status"), "samlp:StatusMessage"))
    return " ".join(text.split())[:_LONGEST_MESSAGE]


def _ids(codes: list[str]) -> list[str]:
    named = [(code, f"saml.status.{code.removeprefix(STATUS).lower()}") for code in codes if code]
    known = [id for code, id in named if code.startswith(STATUS) and id in vocabulary() and id != "saml.status.unknown"]
    unknown = [
        code
        for code, id in named
        if id not in known and code.removeprefix(STATUS) not in _DEFINED_WITHOUT_OWN_ID | {"Success"}
    ]
    # The second code says more than the first; "Responder" above "AuthnFailed" adds nothing.
    return [*known[-1:], *(["saml.status.unknown"] if unknown or not known else [])]
