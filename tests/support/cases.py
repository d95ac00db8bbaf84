"""Five complete cases, ready to be sent: what the product must get right end to end.

Each has the redacted content of its `case` artifact, redacted evidence (the case artifact included), the findings that
the rules make of it, and what is true of it: the citation of the first failure, its request ID, the outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagpack.model.assessment import Outcome
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef
from tests.support.evidence import (
    api,
    case_artifact,
    case_content,
    environment,
    evidence,
    har,
    har_entry,
    log,
    log_record,
    sso,
)

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
APP = "https://app.example.com"
_AGENT = {"User-Agent": FIREFOX}


@dataclass(frozen=True)
class KnownCase:
    """A case and the truth about it."""

    case: Mapping[str, Any]
    evidence: EvidenceSet
    findings: Sequence[Finding]
    checklist: str
    first_ref: str
    request_id: str
    outcome: Outcome


def _known(
    case: dict[str, Any],
    artifacts: Sequence[RedactedArtifact],
    findings: Sequence[Finding],
    *,
    checklist: str,
    first_ref: str,
    request_id: str,
    outcome: Outcome,
) -> KnownCase:
    found = evidence(*artifacts, case_artifact(case))
    return KnownCase(case, found, findings, checklist, first_ref, request_id, outcome)


def _answers(**changes: Any) -> dict[str, Any]:
    return {**case_content()["answers"], **changes}


def saml_clock_skew() -> KnownCase:
    """The identity provider's clock is 7 minutes ahead; the product refuses the assertion as not yet valid."""
    capture = har(
        [
            har_entry(0, f"{APP}/login", mime="text/html", request_headers=_AGENT, started="2026-03-03T09:14:00.000Z"),
            har_entry(
                1,
                f"{APP}/saml/start",
                status=302,
                mime="text/html",
                request_headers=_AGENT,
                started="2026-03-03T09:14:01.000Z",
                response_headers={"Location": "https://idp.example.net/sso"},
            ),
            har_entry(
                2,
                "https://idp.example.net/sso",
                mime="text/html",
                request_headers=_AGENT,
                started="2026-03-03T09:14:02.000Z",
            ),
            har_entry(
                3,
                f"{APP}/saml/acs",
                method="POST",
                status=403,
                mime="text/html",
                request_headers=_AGENT,
                started="2026-03-03T09:14:09.000Z",
                response_headers={"X-Request-Id": "acs-51c9e07d"},
                form={"SAMLResponse": "dp-secret", "RelayState": "x"},
            ),
        ],
        skew_seconds=0.4,
    )
    saml = sso([{"kind": "Response", "binding": "POST", "issue_instant": "2026-03-03T09:21:08Z"}])
    findings = [
        Finding(
            "saml.clock_skew",
            Level.ERROR,
            Certainty.PROVEN,
            "The assertion is valid from 09:21:08Z, 419 s after it arrived at 09:14:09Z.",
            (EvidenceRef.parse("[saml-1 /messages/0]"), EvidenceRef.parse("[har-1 #3]")),
            means="The identity provider's clock is about 7 minutes ahead.",
            ask="Please set the identity provider's clock by a time server.",
        )
    ]
    case = case_content(
        title="SAML sign-in refused at the ACS with 403",
        answers=_answers(
            actual="The sign-in ends at the ACS with 403 [har-1 #3].",
            steps=[f"Start: signed out, at {APP}/login", "Choose the company sign-in and enter the password"],
            changed="worked until yesterday",
        ),
        disposition={"escalate_reason": "The customer asks for a wider tolerance."},
    )
    return _known(
        case,
        [capture, saml],
        findings,
        checklist="sso-saml",
        first_ref="[har-1 #3]",
        request_id="acs-51c9e07d",
        outcome=Outcome.CUSTOMER_CONFIGURATION,
    )


def api_500_with_trace() -> KnownCase:
    """A call answers 500, and the log has the trace under the same request ID."""
    trace = (
        "ERROR unhandled java.lang.IllegalStateException: no session store\n"
        "  at com.example.session.Store.open(Store.java:81)\n"
        "  at com.example.session.Login.finish(Login.java:40)\n"
        "  at org.springframework.web.Dispatcher.run(Dispatcher.java:10)"
    )
    capture = har(
        [
            har_entry(0, f"{APP}/orders", mime="text/html", request_headers=_AGENT, started="2026-03-03T09:21:00.000Z"),
            har_entry(1, f"{APP}/api/me", request_headers=_AGENT, started="2026-03-03T09:21:01.000Z"),
            har_entry(2, "https://stats.example.org/hit", status=404, started="2026-03-03T09:21:01.100Z"),
            har_entry(3, f"{APP}/favicon.ico", status=404, started="2026-03-03T09:21:01.200Z"),
            har_entry(
                4,
                f"{APP}/api/orders",
                method="POST",
                status=500,
                request_headers=_AGENT,
                started="2026-03-03T09:21:02.000Z",
                response_headers={"X-Request-Id": "req-7f3a9c21"},
                body='{"title": "Internal error"}',
                posted='{"item": 1}',
            ),
        ],
        skew_seconds=420.0,
    )
    server = log(
        [
            log_record(46, "INFO GET /api/me 200", time="2026-03-03T09:14:01+00:00"),
            log_record(47, trace, time="2026-03-03T09:14:02.050+00:00", level="error", ids=["req-7f3a9c21"], lines=4),
        ]
    )
    case = case_content(
        title="POST /api/orders answers 500 for one tenant",
        answers=_answers(
            actual="The call answers 500 [har-1 #4].",
            steps=[f"Start: signed in as member, at {APP}/orders", "Click New order, then Save"],
            changed="since version 4.2.0",
            **{"api-client": "web"},
        ),
    )
    return _known(
        case,
        [capture, server],
        [],
        checklist="api-failure",
        first_ref="[har-1 #4]",
        request_id="req-7f3a9c21",
        outcome=Outcome.DEFECT,
    )


def webhook_401() -> KnownCase:
    """The endpoint refuses deliveries with 401 since the signing secret was rotated."""
    deliveries = api(
        [
            {
                "request": {"method": "POST", "url": "https://hooks.example.net/webhook/orders", "headers": []},
                "response": {"status": status, "headers": {"X-Request-Id": id}, "body": ""},
                "started": started,
                "duration_ms": 120,
                "origin": "delivery log",
            }
            for status, id, started in (
                (200, "dlv-0000aa01", "2026-03-03T09:05:00Z"),
                (401, "dlv-0000aa02", "2026-03-03T09:15:00Z"),
                (401, "dlv-0000aa03", "2026-03-03T09:20:00Z"),
            )
        ]
    )
    case = case_content(
        title="Webhook deliveries refused with 401 since 09:15 UTC",
        answers=_answers(
            actual="The endpoint answers 401 [api-1 /exchanges/1].",
            expected="The endpoint accepts the delivery.",
            steps=["Start: webhook orders is active, role admin", "Send a test delivery from the settings page"],
            changed="the signing secret was rotated at 09:10 UTC",
        ),
        disposition={"escalate_reason": "The customer asks for an overlap of both secrets."},
    )
    return _known(
        case,
        [deliveries],
        [],
        checklist="webhook",
        first_ref="[api-1 /exchanges/1]",
        request_id="dlv-0000aa02",
        outcome=Outcome.CUSTOMER_CONFIGURATION,
    )


def slow_behind_inspection() -> KnownCase:
    """A page takes 14 seconds; a proxy of the customer re-signs the connection."""
    capture = har(
        [
            har_entry(0, f"{APP}/", mime="text/html", request_headers=_AGENT, started="2026-03-03T09:30:00.000Z"),
            har_entry(
                1,
                f"{APP}/api/report",
                request_headers=_AGENT,
                started="2026-03-03T09:30:01.000Z",
                time=14_210.0,
                response_headers={"Via": "1.1 proxy.example.org", "X-Request-Id": "rep-90ab12cd"},
            ),
        ],
        skew_seconds=0.0,
    )
    facts = environment(
        tls_inspection={"value": "issued by Example Corp Inspection CA", "refs": ["[har-1 #1]"]},
        network={"value": "office proxy", "refs": []},
    )
    findings = [
        Finding(
            "har.slow",
            Level.WARNING,
            Certainty.PROVEN,
            "GET /api/report took 14.2 s, 178 times the capture's median.",
            (EvidenceRef.parse("[har-1 #1]"),),
        ),
        Finding(
            "net.tls_inspected",
            Level.WARNING,
            Certainty.PROVEN,
            "The certificate of app.example.com was issued by Example Corp Inspection CA.",
            (EvidenceRef.parse("[har-1 #1]"),),
            ask="Please exempt app.example.com from inspection and measure again.",
        ),
    ]
    case = case_content(
        title="Report page takes 14 s from the office network",
        severity={**case_content()["severity"], "function": "degraded", "workaround": "painful"},
        answers=_answers(
            actual="The report takes 14 s [har-1 #1].",
            expected="The report opens within 2 s.",
            steps=[f"Start: signed in as member, at {APP}/", "Open the report"],
            network="office",
            works_on="From a phone hotspot it takes 1 s.",
            changed="a new proxy since 2026-03-01",
        ),
        disposition={"escalate_reason": "The customer asks for the list of hosts."},
    )
    return _known(
        case,
        [capture, facts],
        findings,
        checklist="performance",
        first_ref="[har-1 #1]",
        request_id="rep-90ab12cd",
        outcome=Outcome.THIRD_PARTY,
    )


def import_row_4211() -> KnownCase:
    """An import stops at row 4,211 with an exception; the answer says 200 with an error inside."""
    capture = har(
        [
            har_entry(0, f"{APP}/import", mime="text/html", request_headers=_AGENT, started="2026-03-03T09:40:00.000Z"),
            har_entry(
                1,
                f"{APP}/api/import/jobs",
                method="POST",
                request_headers=_AGENT,
                started="2026-03-03T09:40:02.000Z",
                response_headers={"X-Request-Id": "imp-44de0011"},
                body='{"job": "j-77", "status": "failed", "message": "row 4211 could not be read"}',
            ),
        ],
        skew_seconds=-1.0,
    )
    server = log(
        [
            log_record(
                912,
                'Traceback (most recent call last):\n  File "/srv/app/importer.py", line 88, in read_row\n'
                "UnicodeDecodeError: byte 0xe9 in row 4211",
                time="2026-03-03T09:40:03.000+00:00",
                level="error",
                ids=["imp-44de0011"],
                lines=3,
            )
        ]
    )
    case = case_content(
        title="Import of 9000 rows stops at row 4211",
        answers=_answers(
            actual="The import stops at row 4211 [har-1 #1].",
            expected="All 9000 rows are imported.",
            steps=[f"Start: signed in as admin, at {APP}/import", "Choose the file and click Import"],
            sample="attached as text",
            changed="first file from a new program",
        ),
    )
    return _known(
        case,
        [capture, server],
        [],
        checklist="import-export",
        first_ref="[har-1 #1]",
        request_id="imp-44de0011",
        outcome=Outcome.DEFECT,
    )


FIVE = (saml_clock_skew, api_500_with_trace, webhook_401, slow_behind_inspection, import_row_4211)
