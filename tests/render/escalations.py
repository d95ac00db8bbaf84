"""Escalations for the renderers' tests: one realistic case, and variations of it.

Enters: changes to the defaults. Leaves: an `Escalation` over sealed evidence.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from diagpack.model.assessment import (
    Assessment,
    CaseSignature,
    Cited,
    Disposition,
    ItemResult,
    ItemStatus,
    LintResult,
    Outcome,
    Readiness,
    RequestIdUse,
    Severity,
    SimilarCase,
    TimelineEvent,
)
from diagpack.model.escalation import Escalation
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.missing import Missing
from diagpack.model.redacted import RedactionReport
from diagpack.model.ref import EvidenceRef, find_refs
from tests.support import evidence as support

REQUEST_ID = "req-7f3a19c2-0b5d-4c61-9a51-8ce0d6a1b2f4"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# The shape of a compressed POST binding; the content is redacted anyway.
ASSERTION = "dp-saml-k3f9q2m7abcd"


def ref(text: str) -> EvidenceRef:
    return EvidenceRef.parse(text)


def cited(text: str, *, is_proposed: bool = False) -> Cited:
    """`cited("It fails [har-1 #3]")`: citations are taken out of the sentence."""
    refs = find_refs(text)
    for each in refs:
        text = text.replace(str(each), "")
    return Cited(" ".join(text.split()), refs, is_proposed)


def entries() -> list[dict[str, Any]]:
    """A login that fails after the assertion consumer service; every clock in it is 420 s ahead."""
    html = "text/html"
    app, idp = "https://app.example.com", "https://idp.example.net"
    return [
        support.har_entry(
            0, f"{app}/login", mime=html, started="2026-03-03T09:21:00.100Z", time=82.0, resource="document"
        ),
        support.har_entry(1, f"{app}/static/app.css", mime="text/css", started="2026-03-03T09:21:00.210Z", time=31.0),
        support.har_entry(
            2, f"{app}/static/app.js", mime="text/javascript", started="2026-03-03T09:21:00.215Z", time=64.0
        ),
        support.har_entry(
            3,
            f"{app}/sso/start?tenant=t-4711",
            status=302,
            started="2026-03-03T09:21:02.000Z",
            time=45.0,
            response_headers={"Location": f"{idp}/saml2/sso?SAMLRequest=dp-saml-aaaa&RelayState=%2Fhome"},
        ),
        support.har_entry(
            4,
            f"{idp}/saml2/sso?SAMLRequest=dp-saml-aaaa&RelayState=%2Fhome",
            mime=html,
            started="2026-03-03T09:21:02.100Z",
            time=210.0,
            resource="document",
        ),
        support.har_entry(
            5,
            f"{idp}/saml2/login",
            method="POST",
            mime=html,
            started="2026-03-03T09:21:15.000Z",
            time=340.0,
            form={"user": "k3f9q2m7ab4t@dp.invalid", "password": "dp-secret-q2m7ab4tk3f9"},
        ),
        support.har_entry(
            6,
            f"{app}/sso/acs",
            method="POST",
            status=302,
            started="2026-03-03T09:21:15.400Z",
            time=130.0,
            form={"SAMLResponse": ASSERTION, "RelayState": "/home"},
            response_headers={"Location": f"{app}/home", "X-Request-Id": "req-acs-0001"},
        ),
        support.har_entry(
            7,
            f"{app}/api/v2/session",
            method="POST",
            status=500,
            started="2026-03-03T09:21:15.600Z",
            time=1210.0,
            posted=json.dumps({"provider": "saml", "relay": "/home", "token": "dp-secret-m7ab4tk3f9q2"}),
            request_headers={
                "Content-Type": "application/json",
                "Origin": app,
                "traceparent": TRACE,
                "Cookie": "sid=dp-cookie-aaaabbbbcccc",
            },
            response_headers={
                "Content-Type": "application/problem+json",
                "X-Request-Id": REQUEST_ID,
                "Date": "Tue, 03 Mar 2026 09:14:16 GMT",
                "Server": "gateway",
            },
            body=json.dumps(
                {
                    "type": "about:blank",
                    "title": "Internal Server Error",
                    "status": 500,
                    "detail": "assertion not yet valid",
                    "requestId": REQUEST_ID,
                }
            ),
        ),
        support.har_entry(
            8, f"{app}/favicon.ico", status=404, started="2026-03-03T09:21:16.900Z", time=12.0, mime="image/x-icon"
        ),
    ]


def log_records() -> list[dict[str, Any]]:
    lines = [
        ("09:14:14.020", "info", "GET /sso/start 302 tenant=t-4711"),
        ("09:14:15.410", "info", "POST /sso/acs 302 request_id=req-acs-0001"),
        ("09:14:15.700", "info", f"session create request_id={REQUEST_ID}"),
        ("09:14:15.930", "warning", f"clock check failed: NotBefore is 419 s ahead request_id={REQUEST_ID}"),
        (
            "09:14:16.120",
            "error",
            f"unhandled AssertionNotYetValid request_id={REQUEST_ID}\n"
            "  at SessionService.create (session.ts:88)\n  at SsoController.finish (sso.ts:41)\n"
            "  at Router.handle (router.ts:19)",
        ),
        ("09:14:16.130", "error", f"POST /api/v2/session 500 1204ms request_id={REQUEST_ID}"),
        ("09:14:17.000", "info", "GET /healthz 200"),
    ]
    records, line = [], 4711
    for time, level, text in lines:
        height = text.count("\n") + 1
        ids = [REQUEST_ID] if REQUEST_ID in text else []
        stamp = f"2026-03-03T{time}+00:00"
        records.append(
            support.log_record(line, f"{stamp} {level.upper()} {text}", time=stamp, level=level, ids=ids, lines=height)
        )
        line += height
    records.append({"gap": True, "text": "2,118 lines left out"})
    return records


def artifacts() -> list[Any]:
    conditions = {"NotBefore": "2026-03-03T09:21:15Z", "NotOnOrAfter": "2026-03-03T09:26:15Z"}
    messages = [
        {
            "kind": "AuthnRequest",
            "binding": "HTTP-Redirect",
            "steps": ["URL", "base64", "deflate"],
            "issuer": "https://app.example.com/saml",
            "destination": "https://idp.example.net/saml2/sso",
            "har_entry": 3,
        },
        {
            "kind": "Response",
            "binding": "HTTP-POST",
            "steps": ["form", "base64"],
            "issuer": "https://idp.example.net",
            "destination": "https://app.example.com/sso/acs",
            "status": "Success",
            "conditions": conditions,
            "har_entry": 6,
        },
    ]
    findings = [
        {
            "id": "saml-not-before-in-future",
            "level": "error",
            "certainty": "proven",
            "evidence": "NotBefore 09:21:15Z, received 09:14:15Z",
            "means": "the IdP clock is 419 s ahead",
            "ask": "",
            "source": "SAML 2.0 Core, 2.5.1",
            "ref": "/messages/1/conditions/NotBefore",
        },
    ]
    ids = [
        {
            "id": REQUEST_ID,
            "name": "X-Request-Id",
            "direction": "response",
            "refs": ["[har-1 #7]", "[log-1 L4713]"],
            "first": None,
            "last": None,
            "statuses": [500],
            "is_failing": True,
            "spellings": [],
        }
    ]
    return [
        support.har(
            entries(),
            writer="Firefox 128.0",
            skew_seconds=420,
            first="2026-03-03T09:21:00.100Z",
            capture=[
                {
                    "id": "har-no-preserve-log",
                    "level": "warning",
                    "message": "The log was cleared on navigation: calls before /login are not in it.",
                    "ask": "Tick Persist Logs and record again.",
                }
            ],
            dropped=[{"reason": "image body", "count": 14}],
        ),
        support.log(log_records(), lines_total=88213, zone="UTC", query=f'request_id="{REQUEST_ID}"', hits=5),
        support.make_artifact("saml", {"messages": messages, "findings": findings, "har": "har-1"}),
        support.request_ids(ids),
        support.note(
            "The customer called at 11:30.\nIt fails for everybody in the Berlin office.\nPhone dp-phone-aaaabbbbcccc."
        ),
        support.environment(browser={"value": "Firefox 128.0", "refs": ["[har-1 #0]"]}),
        support.case_artifact(support.case_content()),
    ]


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            "sso-clock-skew",
            Level.ERROR,
            Certainty.PROVEN,
            "The identity provider's clock is 419 s ahead of ours: not valid before 09:21:15, arrived 09:14:15.",
            (ref("[saml-1 /messages/1/conditions/NotBefore]"), ref("[har-1 #6]"), ref("[log-1 L4714]")),
            "The application refuses the assertion as not yet valid.",
            "Ask the customer's IdP team to check time synchronisation on the IdP host.",
            "SAML 2.0 Core, 2.5.1",
            1,
        ),
        Finding(
            "api-5xx",
            Level.ERROR,
            Certainty.PROVEN,
            "POST /api/v2/session answered 500 after 1.21 s; a future assertion should be a 401 with a message.",
            (ref("[har-1 #7]"), ref("[log-1 L4715-4718]")),
            "",
            "",
            "RFC 9110, 15.6.1",
            2,
        ),
        Finding(
            "har-no-preserve-log",
            Level.WARNING,
            Certainty.HINT,
            "The capture was started without Persist Logs.",
            (ref("[har-1]"),),
            "Calls before the sign-in page are not in it.",
            "Record again with Persist Logs ticked.",
        ),
        Finding("api-404", Level.INFO, Certainty.PROVEN, "GET /favicon.ico answered 404.", (ref("[har-1 #8]"),)),
    )


def _event(at: str, source: str, text: str, refs: str, level: str = "info", skew: float = 0.0) -> TimelineEvent:
    moment = datetime.fromisoformat(f"2026-03-03T{at}").replace(tzinfo=UTC)
    ids = (REQUEST_ID,) if level == "error" else ()
    return TimelineEvent(moment, source, text, find_refs(refs), level, skew, ids)


def timeline() -> tuple[TimelineEvent, ...]:
    return (
        _event("09:14:00.100", "har-1", "GET app.example.com/login → 200", "[har-1 #0]", skew=420),
        _event("09:14:02.000", "har-1", "GET app.example.com/sso/start → 302", "[har-1 #3]", skew=420),
        _event("09:14:02.100", "saml-1", "AuthnRequest to idp.example.net", "[saml-1 /messages/0]"),
        _event("09:14:15.400", "har-1", "POST app.example.com/sso/acs → 302", "[har-1 #6]", skew=420),
        _event("09:14:15.400", "saml-1", "Response, NotBefore 419 s in the future", "[saml-1 /messages/1]", "warning"),
        _event("09:14:15.600", "har-1", "POST app.example.com/api/v2/session → 500", "[har-1 #7]", "error", 420),
        _event("09:14:15.930", "log-1", "clock check failed: NotBefore is 419 s ahead", "[log-1 L4714]", "warning"),
        _event("09:14:16.120", "log-1", "unhandled AssertionNotYetValid", "[log-1 L4715-4718]", "error"),
        _event("09:14:16.900", "har-1", "GET app.example.com/favicon.ico → 404", "[har-1 #8]", skew=420),
    )


def assessment(**changes: Any) -> Assessment:
    base = Assessment(
        checklist="sso-saml",
        checklist_reason="The capture holds a SAML response [har-1 #6].",
        items=(
            ItemResult(
                "har",
                "Recording of the failing sign-in",
                ItemStatus.OK,
                "9 entries, failing call inside",
                "",
                (ref("[har-1]"),),
            ),
            ItemResult(
                "log",
                "Application log around the failure",
                ItemStatus.OK,
                "5 lines with the request ID",
                "",
                (ref("[log-1 L4713-4719]"),),
            ),
            ItemResult(
                "idp-clock",
                "Time on the identity provider",
                ItemStatus.PARTLY,
                "seen in the assertion only",
                "Which time server does your sign-in server use?",
                (ref("[saml-1 /messages/1/conditions/NotBefore]"),),
            ),
            ItemResult(
                "idp-metadata",
                "Metadata of the identity provider",
                ItemStatus.MISSING,
                "not sent",
                "Please send the metadata file of your identity provider.",
            ),
            ItemResult(
                "screenshot",
                "Screenshot of the error",
                ItemStatus.SKIPPED,
                "the response body shows the error",
                is_required=False,
            ),
        ),
        disposition=Disposition(
            Outcome.CUSTOMER_CONFIGURATION,
            (cited("The IdP clock is 419 s ahead [saml-1 /messages/1/conditions/NotBefore]"),),
        ),
        severity=Severity(
            "S2",
            (
                cited("Sign-in is lost, no workaround, one tenant with 40 users [case-1 /severity/users]"),
                cited("Every attempt in the capture failed [har-1 #7]"),
            ),
            "function-lost-one-tenant",
            "high",
        ),
        readiness=Readiness(
            (LintResult("W06", "the metadata is missing", "ask for it", False),),
            86,
            {"steps": 20, "impact": 18, "evidence": 28, "environment": 20},
        ),
        signature=CaseSignature("dp1:3f9a1c77e02b", {"status": "500", "path": "/api/v2/session"}),
        similar=(
            SimilarCase(
                "CS-812", "strong", "same exception, same frames as CS-812 (fixed in 4.2.1); differs: status", ""
            ),
        ),
        timeline=timeline(),
        request_ids=(
            RequestIdUse(
                REQUEST_ID,
                "X-Request-Id",
                (ref("[har-1 #7]"), ref("[log-1 L4713]")),
                is_failing=True,
                queries={
                    "grep": f"grep -F '{REQUEST_ID}' app.log",
                    "splunk": f'index=app "{REQUEST_ID}"',
                    "loki": f'{{app="web"}} |= "{REQUEST_ID}"',
                },
            ),
            RequestIdUse("req-acs-0001", "X-Request-Id", (ref("[har-1 #6]"),)),
        ),
        environment={
            "browser": cited("Firefox 128.0 [har-1 #0]"),
            "os": cited("Windows 11 [case-1 /environment/os]"),
            "product_version": cited("4.2.0 [case-1 /environment/product_version]"),
            "region": cited("eu-1 [case-1 /environment/region]"),
            "tenant": cited("t-4711 [case-1 /environment/tenant]"),
            "time skew": cited("customer's clock +420 s [har-1]"),
        },
        first_failure=cited("POST /api/v2/session answered 500 after 1.21 s [har-1 #7]"),
        first_failure_request_ids=(REQUEST_ID,),
        symptom=cited(
            "Sign-in through the company's identity provider ends in an error page: 500 after the ACS [har-1 #7]"
        ),
        impact=(
            cited("40 users of one tenant (t-4711) cannot sign in [case-1 /severity/users]"),
            cited("Since 2026-03-03 09:10 UTC [case-1 /answers/first_seen]"),
        ),
        steps=(
            cited("Signed out, open https://app.example.com/login [har-1 #0]", is_proposed=True),
            cited("Choose Sign in with SSO [har-1 #3]", is_proposed=True),
            cited("Enter the company credentials and submit [har-1 #5]", is_proposed=True),
        ),
        expected=cited("After the password step the dashboard opens [case-1 /answers/expected]"),
        actual=(cited("POST /api/v2/session answers 500 and an error page opens [har-1 #7]"),),
        works=(cited("Sign-in with a local password works for the same tenant [note-1 L2]"),),
        tried=(cited("Private window: same error [case-1 /answers/tried]"),),
        reproduced=cited("3 of 3 runs of repro/repro.sh against staging answered 500 [har-1 #7]"),
        asks=(
            cited("Return 401 with a message instead of 500 when an assertion is not yet valid"),
            cited("Confirm the allowed clock skew of the session service"),
        ),
    )
    return replace(base, **changes)


def missing() -> tuple[Missing, ...]:
    return (
        Missing(
            "source-4",
            "not a HAR file: the file ends in the middle of entry 212",
            "Please export the recording again.",
            id="DP101",
        ),
        Missing("source-5", "an image, left out because nobody approved it", is_fault=False),
    )


def escalation(**changes: Any) -> Escalation:
    """The realistic case; keywords replace fields of `Escalation`, `assessment_changes` those of the assessment."""
    inner = changes.pop("assessment_changes", {})
    counts = {"secret/keyed-value": 14, "secret/cookie": 9, "email/shape": 7, "phone/shape": 1, "ip/shape": 3}
    base = Escalation(
        case_id="CS-1042",
        package_id="CS-1042-esc1",
        case=support.case_content(),
        evidence=EvidenceSet(artifacts(), missing()),
        findings=findings(),
        assessment=assessment(**inner),
        redaction=RedactionReport(
            support.POLICY_SHA256,
            counts,
            {"har-1": counts},
            ({"artifact": "image-1", "reason": "not approved"},),
            {"har-1": 0},
            ("Text in pictures is not redacted.",),
        ),
        versions={"diagpack": "0.1.0", "policy": "base/1"},
        limitations=("Calls before the sign-in page were not recorded.", "Text in pictures is not redacted."),
    )
    return replace(base, **changes)
