"""The five cases. Enters: nothing. Leaves: one `Story` each; every byte is made here."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from diagpack.pipeline import demo_case
from tests.cases.builders import APP, Recording, Story, as_log, background, case_yaml, log_line, other_id

IDP = demo_case.IDP


def saml_clock_skew() -> Story:
    """Browser and identity provider are 7 minutes behind: the assertion has expired when it arrives."""
    start = demo_case.SERVER_START
    request_id = "7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90"
    secrets = {
        "password": "canary-password-idp-31",
        "session": "canary-session-cookie-32",
        "sid": "canary-idp-session-33",
    }
    response = base64.b64encode(demo_case.saml_response(demo_case.Secrets())).decode()
    browser = Recording(start, ahead=demo_case.SKEW, behind_hosts=("idp.example.com",))
    cookie = {"Cookie": f"app_session={secrets['session']}; theme=dark"}
    page = "<!doctype html><title>Sign-in failed</title><p>The sign-in could not be completed. Reference: {}</p>"
    query = f"SAMLRequest={_authn_request()}&RelayState=ab12cd34"
    entries = [
        browser.entry(
            0, "GET", f"{APP}/login?return_to=%2Fdashboard", 302, kind="document",
            received={"Location": f"{IDP}/sso/saml?{query}", "X-Request-Id": other_id(1)},
        ),
        browser.entry(0.4, "GET", f"{IDP}/sso/saml?{query}", 200, kind="document", content=("text/html", "<form>")),
        browser.entry(
            9.8, "POST", f"{IDP}/login", 200, kind="document",
            sent={"Cookie": f"idp_sid={secrets['sid']}"},
            form={"username": demo_case.NAME_ID, "password": secrets["password"]},
            content=("text/html", f'<form action="{APP}/saml/acs"><input name="SAMLResponse" value="{response}"/>'),
        ),
        browser.entry(
            10.6, "POST", f"{APP}/saml/acs", 403, kind="document",
            sent={"Origin": IDP, **cookie},
            form={"SAMLResponse": response, "RelayState": "ab12cd34"},
            received={"X-Request-Id": request_id},
            content=("text/html", page.format(request_id)),
            wait=140,
        ),
        browser.entry(11.4, "GET", f"{APP}/assets/error.css", 200, kind="stylesheet", content=("text/css", "p{}")),
        browser.entry(
            11.6, "GET", f"{APP}/api/v2/status", 200, sent=cookie, received={"X-Request-Id": other_id(5)},
            content=("application/json", '{"status":"up"}'),
        ),
        # A third party's clock: it agrees with the product's, so the customer's side is the one that is off.
        browser.entry(11.8, "GET", "https://cdn.example.net/fonts/inter.woff2", 200, kind="font",
                      content=("font/woff2", "")),
    ]  # fmt: skip
    at = start + timedelta(seconds=10.7)
    log = [
        *background(start - timedelta(seconds=60), 110, 90),
        log_line(at, "INFO", request_id, f"POST /saml/acs started client=203.0.113.7 session={secrets['session']}"),
        log_line(
            at + timedelta(milliseconds=12), "WARN", request_id,
            f"saml: response for {demo_case.NAME_ID} refused: assertion NotOnOrAfter=2026-03-03T10:17:41Z "
            "is in the past, tolerance 60 s",
        ),
        log_line(at + timedelta(milliseconds=31), "INFO", request_id, "POST /saml/acs 403 in 31 ms"),
    ]  # fmt: skip
    return Story(
        id="SAML-1",
        yaml=case_yaml(
            title="SAML sign-in is refused with 403 after the identity provider",
            checklist="sso-saml",
            people=["Jo Doe"],
            window={"start": "2026-03-03T10:10:00+00:00", "end": "2026-03-03T10:30:00+00:00"},
            severity={"function": "lost", "workaround": "none", "scope": "all", "tenants": 1, "users": 240},
            environment={"hosts": ["app.example.com", "idp.example.com"]},
            answers={
                "expected": "After signing in at the identity provider the user lands on the dashboard.",
                "ask": "Confirm the cause and tell the customer which clock to correct.",
                "tried": [
                    {"what": "Private window", "result": "same refusal"},
                    {"what": "A second user", "result": "same refusal"},
                ],
                "reproducibility": "5 of 5 attempts",
                "impact": "All 240 users of the tenant cannot sign in; payroll closes on 5 March.",
                "changed": "Worked until 2 March; on that evening the identity provider was moved to a new host.",
                "elsewhere": "Users of other tenants sign in as usual.",
                "idp-log": "The identity provider reports a successful sign-in at 10:12:41.",
            },
            sso={
                "sp_entity_id": f"{APP}/saml/metadata",
                "acs_urls": [f"{APP}/saml/acs"],
                "idp_entity_id": f"{IDP}/metadata",
                "idp_certificates": ["idp.pem"],
                "required_attributes": ["email"],
            },
        ),
        files={"login.har": browser.har("Sign in", entries), "app.log": as_log(log)},
        extra_files={"idp.pem": demo_case.idp_certificate()},
        notes=(
            "Customer called at 10:25 UTC. Jo Doe and all colleagues cannot sign in with SSO since this morning. "
            "They see 'Sign-in failed' right after the company login page.",
        ),
        first="[har-1 #3]",
        request_id=request_id,
        outcome="customer configuration",
        severity="S1",
        checklist="sso-saml",
        key_facts=("403", "/saml/acs", "NotOnOrAfter"),
        canaries=(*secrets.values(), demo_case.NAME_ID),
        escalate_reason="the customer asks engineering to confirm the tolerance",
    )


def api_500() -> Story:
    """A call fails with 500; its request ID leads to the gateway's log, whose trace ID leads to the service's."""
    start = datetime(2026, 3, 2, 14, 5, 0, tzinfo=UTC)
    request_id, trace_id = "c1b7e0d4-52aa-4f0e-8a63-6e1d90b7f214", "8d3f6a1c9b2e47d0a5c4e7f1b6028d93"
    token, email = "canary-bearer-token-41", "canary.buyer@customer.example"
    browser = Recording(start)
    sent = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    order = json.dumps({"customer": {"email": email}, "lines": [{"sku": "A-1", "quantity": 0}], "currency": "EUR"})
    answer = json.dumps({"error": {"code": "internal", "message": "The order could not be priced."}})
    entries = [
        browser.entry(0, "GET", f"{APP}/orders/new", 200, kind="document", content=("text/html", "<h1>New order</h1>"),
                      received={"X-Request-Id": other_id(20)}),
        browser.entry(0.6, "GET", f"{APP}/api/v2/me", 200, sent=sent, content=("application/json", '{"role":"buyer"}'),
                      received={"X-Request-Id": other_id(21)}),
        browser.entry(0.9, "GET", f"{APP}/api/v2/prices?sku=A-1", 200, sent=sent,
                      content=("application/json", '{"sku":"A-1","price":"12.50"}'),
                      received={"X-Request-Id": other_id(22)}),
        browser.entry(14.2, "POST", f"{APP}/api/v2/orders", 500, sent=sent, body=order, wait=238,
                      content=("application/json", answer), received={"X-Request-Id": request_id}),
        browser.entry(15.1, "GET", f"{APP}/api/v2/orders?limit=5", 200, sent=sent,
                      content=("application/json", '{"orders":[]}'), received={"X-Request-Id": other_id(23)}),
    ]  # fmt: skip
    at = start + timedelta(seconds=14.21)
    gateway = [
        *background(start - timedelta(seconds=30), 80, 60),
        log_line(at, "INFO", request_id, f"POST /api/v2/orders to orders-7 trace_id={trace_id}"),
        log_line(
            at + timedelta(milliseconds=231), "WARN", request_id, "POST /api/v2/orders 500 from orders-7 in 231 ms"
        ),
    ]
    failure = (
        "com.example.orders.PricingException: division by zero for quantity 0\n"
        "\tat com.example.orders.Pricing.unitPrice(Pricing.java:118)\n"
        "\tat com.example.orders.Pricing.price(Pricing.java:74)\n"
        "\tat com.example.orders.OrderService.create(OrderService.java:201)\n"
        "\tat org.eclipse.jetty.server.Server.handle(Server.java:563)"
    )
    service = [
        _json_line(at + timedelta(milliseconds=8), "INFO", trace_id, f"create order for {email}", 101),
        _json_line(at + timedelta(milliseconds=212), "ERROR", trace_id, "order could not be created", 102, failure),
    ]
    service += [
        _json_line(start + timedelta(seconds=n), "INFO", f"{n:032x}", f"created order {1000 + n}", n)
        for n in range(1, 40)
    ]
    return Story(
        id="API-1",
        yaml=case_yaml(
            title="Creating an order with quantity 0 fails with 500",
            checklist="api-failure",
            window={"start": "2026-03-02T14:00:00+00:00", "end": "2026-03-02T14:15:00+00:00"},
            severity={"function": "degraded", "workaround": "yes", "scope": "some", "tenants": 1, "users": 12},
            answers={
                "expected": "The order is refused with a message that names the quantity.",
                "ask": "Answer 422 instead of 500 for a quantity of 0.",
                "tried": [{"what": "The same order with quantity 1", "result": "created"}],
                "reproducibility": "3 of 3 attempts",
                "impact": "12 buyers have to enter sample orders by hand.",
                "changed": "Sample orders worked before version 4.2.0.",
                "elsewhere": "Orders with a quantity of 1 or more are created.",
            },
        ),
        files={"order.har": browser.har("New order", entries), "gateway.log": as_log(gateway),
               "orders.jsonl": ("\n".join(sorted(service)) + "\n").encode()},
        notes=("The buyer gets 'The order could not be priced.' when the quantity is 0.",),
        first="[har-1 #3]",
        request_id=request_id,
        outcome="defect",
        severity="S3",
        checklist="api-failure",
        key_facts=("500", "/api/v2/orders", "PricingException"),
        canaries=(token, email),
    )  # fmt: skip


def webhook_401() -> Story:
    """The customer rotated the signing secret in the product; the receiver still checks with the old one."""
    rotated = datetime(2026, 3, 3, 8, 0, 0, tzinfo=UTC)
    first_id, later_id = "b6a1d1f0-3c55-4d39-9c35-5d1f0a7e2c11", "b6a1d1f0-3c55-4d39-9c35-5d1f0a7e2c12"
    secret, signature = "canary-whsec-new-51", "canary0signature0value0520"
    at = rotated + timedelta(seconds=14)
    url = "https://hooks.customer.example/diag/orders"
    refused = f"refused by {url} status=401 key=k2"
    lines = [
        *background(rotated - timedelta(minutes=2), 60, 240),
        _hook(rotated - timedelta(seconds=70), "INFO", other_id(71), f"delivered to {url} status=200 key=k1 attempt=1"),
        _hook(rotated - timedelta(seconds=20), "INFO", other_id(72), f"delivered to {url} status=200 key=k1 attempt=1"),
        log_line(rotated, "INFO", other_id(73), f"audit: webhook secret of ep-88 rotated k1 -> k2 secret={secret}"),
        _hook(at, "WARN", first_id, f"{refused} attempt=1 body=signature mismatch"),
        _hook(at + timedelta(seconds=60), "WARN", first_id, f"{refused} attempt=2 body=signature mismatch"),
        _hook(at + timedelta(seconds=90), "WARN", later_id, f"{refused} attempt=1 body=signature mismatch"),
    ]  # fmt: skip
    saved = "\n".join(
        [
            "POST /diag/orders HTTP/1.1",
            "Host: hooks.customer.example",
            "Content-Type: application/json",
            f"X-Request-Id: {first_id}",
            f"X-Webhook-Id: {first_id}",
            f"X-Webhook-Signature: t=1772524814,v1={signature}",
            "",
            '{"type":"order.created","id":"evt-5512"}',
            "",
            "HTTP/1.1 401 Unauthorized",
            "Content-Type: application/json",
            f"X-Request-Id: {first_id}",
            "",
            '{"error":"signature mismatch"}',
            "",
        ]
    )
    return Story(
        id="HOOK-1",
        yaml=case_yaml(
            title="Webhook deliveries are refused with 401 since the secret was rotated",
            checklist="webhook",
            window={"start": "2026-03-03T07:55:00+00:00", "end": "2026-03-03T08:10:00+00:00"},
            severity={"function": "lost", "workaround": "painful", "scope": "one", "tenants": 1, "users": 1},
            answers={
                "steps": [
                    "Start: an administrator rotates the signing secret of endpoint ep-88 in the settings",
                    "Create an order: the delivery is refused with 401",
                ],
                "expected": "Deliveries signed with the new secret are accepted with 200.",
                "actual": "Every delivery since the rotation is refused with 401, signature mismatch.",
                "ask": "Confirm that deliveries are signed with the new secret.",
                "tried": [{"what": "Second delivery attempt", "result": "401 again"}],
                "reproducibility": "3 of 3 deliveries since the rotation",
                "impact": "About 40 orders per hour do not reach the customer's warehouse.",
                "changed": "The customer rotated the secret at 08:00 UTC.",
                "elsewhere": "Endpoints of other tenants receive deliveries.",
            },
        ),
        files={"delivery.http": saved.encode(), "webhooks.log": as_log(lines)},
        notes=(
            "The customer rotated the webhook secret in our settings at 08:00 UTC. Since then their receiver answers "
            "401. They say the receiver's configuration was not touched.",
        ),
        first="[api-1 /exchanges/0]",
        request_id=first_id,
        outcome="customer configuration",
        severity="S3",
        checklist="webhook",
        key_facts=("401", "/diag/orders", "signature mismatch"),
        canaries=(secret, signature),
        escalate_reason="the customer asks us to confirm the signing key",
    )


def slow_proxy() -> Story:
    """A page takes long because a proxy opens every TLS connection; the server itself answers quickly."""
    start = datetime(2026, 3, 4, 9, 30, 0, tzinfo=UTC)
    request_id = "e2d90f37-6c1b-4b8a-b7f5-90a4c3d1e658"
    cookie = {"Cookie": "app_session=canary-session-slow-61"}
    browser = Recording(
        start,
        address="192.0.2.80",
        protocol="http/1.1",
        security={
            "protocol": "TLS 1.2",
            "subjectName": "app.example.com",
            "issuer": "Gateway TLS Inspection CA",
            "validFrom": 1767225600,
            "validTo": 1798761600,
        },
        headers={"Via": "1.1 gateway-3 (web filter)", "Server-Timing": "app;dur=41"},
    )
    entries = [
        browser.entry(0, "GET", f"{APP}/reports/monthly", 200, kind="document", sent=cookie, connect=4100, ssl=3900,
                      wait=5200, receive=900, received={"X-Request-Id": request_id},
                      content=("text/html", "<h1>Monthly report</h1>")),
    ]  # fmt: skip
    for number in range(1, 9):
        name, kind, mime = [
            ("assets/app.js", "script", "text/javascript"),
            ("assets/app.css", "stylesheet", "text/css"),
            (f"api/v2/reports/{number}", "fetch", "application/json"),
        ][number % 3]
        entries.append(
            browser.entry(
                10.3 + number * 0.2, "GET", f"{APP}/{name}", 200, kind=kind, sent=cookie, wait=380 + 15 * number,
                connect=2900 if number < 4 else -1, ssl=2750 if number < 4 else -1, content=(mime, "{}"),
                received={"X-Request-Id": other_id(30 + number)},
            )
        )  # fmt: skip
    return Story(
        id="SLOW-1",
        yaml=case_yaml(
            title="The monthly report page takes over 10 seconds to load",
            checklist="connectivity-tls-proxy",
            window={"start": "2026-03-04T09:25:00+00:00", "end": "2026-03-04T09:40:00+00:00"},
            severity={"function": "degraded", "workaround": "yes", "scope": "many", "tenants": 1, "users": 60},
            answers={
                "expected": "The page loads in less than 2 seconds.",
                "actual": "The page needs 10.2 seconds on the company network.",
                "ask": "Confirm that the time is not spent in the product.",
                "tried": [{"what": "Mobile hotspot instead of the company network", "result": "0.9 seconds"}],
                "reproducibility": "6 of 6 loads",
                "impact": "60 people in one office wait about 10 seconds for each report.",
                "changed": "A new web filter was switched on in the office on 2 March.",
                "works_on": "Fast over a mobile hotspot (0.9 seconds).",
            },
        ),
        files={"slow.har": browser.har("Monthly report", entries)},
        notes=("Only the office network is affected. Over a mobile hotspot the same page takes 0.9 seconds.",),
        first="[har-1 #0]",
        request_id=request_id,
        outcome="third party",
        severity="S3",
        checklist="connectivity-tls-proxy",
        key_facts=("/reports/monthly", "Gateway TLS Inspection CA"),
        canaries=("canary-session-slow-61",),
        escalate_reason="the customer asks for a statement on the product's share",
    )


def import_row() -> Story:
    """An import stops at row 4,211: a leap day in the file makes the importer raise."""
    start = datetime(2026, 3, 5, 11, 0, 0, tzinfo=UTC)
    request_id = "5ac2e8b1-77d4-4c0f-9e16-3b9a0d2c4f55"
    email, person = "canary.member@customer.example", "Canaria Testperson"
    browser = Recording(start)
    sent = {"Cookie": "app_session=canary-session-import-71", "Accept": "application/json"}
    started = json.dumps({"importId": "imp-7731", "status": "running"})
    failed = json.dumps(
        {
            "importId": "imp-7731",
            "status": "failed",
            "rowsDone": 4210,
            "error": {"row": 4211, "message": "Row 4211 could not be imported.", "requestId": request_id},
        }
    )
    entries = [
        browser.entry(0, "GET", f"{APP}/members/import", 200, kind="document", sent=sent,
                      content=("text/html", "<h1>Import</h1>"), received={"X-Request-Id": other_id(40)}),
        browser.entry(21, "POST", f"{APP}/api/v2/imports", 202, sent=sent, body='{"file":"upload-1","kind":"members"}',
                      content=("application/json", started), received={"X-Request-Id": request_id}),
        browser.entry(24, "GET", f"{APP}/api/v2/imports/imp-7731", 200, sent=sent,
                      content=("application/json", started), received={"X-Request-Id": other_id(41)}),
        browser.entry(29, "GET", f"{APP}/api/v2/imports/imp-7731", 200, sent=sent,
                      content=("application/json", failed), received={"X-Request-Id": other_id(42)}),
    ]  # fmt: skip
    at = start + timedelta(seconds=21.1)
    lines = [
        *background(start - timedelta(seconds=20), 60, 70),
        log_line(at, "INFO", request_id, "POST /api/v2/imports started job imp-7731 rows=9000"),
        log_line(at + timedelta(seconds=3), "INFO", request_id, "import imp-7731 row 4000 done"),
        log_line(at + timedelta(seconds=5.2), "ERROR", request_id, "import imp-7731 row 4211 failed")
        + f"\nrow 4211: {email},{person},2024-02-29,annual"
        + "\nTraceback (most recent call last):"
        + '\n  File "/srv/app/imports/worker.py", line 212, in run'
        + "\n    member = build(row)"
        + '\n  File "/srv/app/imports/members.py", line 67, in build'
        + "\n    renewal = joined.replace(year=joined.year + 1)"
        + "\nValueError: day is out of range for month",
    ]
    return Story(
        id="IMPORT-1",
        yaml=case_yaml(
            title="Import of members stops at row 4,211 of 9,000",
            checklist="import-export",
            people=[person],
            window={"start": "2026-03-05T10:55:00+00:00", "end": "2026-03-05T11:10:00+00:00"},
            severity={"function": "lost", "workaround": "painful", "scope": "one", "tenants": 1, "users": 1},
            answers={
                "expected": "All 9,000 rows are imported, or the row is reported and the others go on.",
                "ask": "Import members who joined on a leap day.",
                "tried": [{"what": "The file without row 4,211", "result": "imported"}],
                "reproducibility": "2 of 2 imports",
                "impact": "4,790 members are missing; the renewal letters go out on 9 March.",
                "changed": "First import of this customer.",
                "elsewhere": "Files of other customers are imported.",
                "sample": "Row 4,211 has a joining date of 29 February 2024.",
                "file-facts": "CSV, UTF-8, 9,000 rows, 1.1 MB.",
                "job-id": "imp-7731",
            },
        ),
        files={"import.har": browser.har("Import", entries), "worker.log": as_log(lines)},
        notes=("The import of 9,000 members stops at row 4,211. Without that row the file is imported.",),
        first="[har-1 #3]",
        request_id=request_id,
        outcome="defect",
        severity="S3",
        checklist="import-export",
        key_facts=("4211", "ValueError", "/api/v2/imports/imp-7731"),
        canaries=(email, person, "canary-session-import-71"),
    )


STORIES = (saml_clock_skew, api_500, webhook_401, slow_proxy, import_row)


def _authn_request() -> str:
    xml = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q8a1f0c3d2e94" Version="2.0" '
        f'IssueInstant="2026-03-03T10:19:31Z" Destination="{IDP}/sso/saml" '
        f'AssertionConsumerServiceURL="{APP}/saml/acs"><saml:Issuer>{APP}/saml/metadata</saml:Issuer>'
        "</samlp:AuthnRequest>"
    )
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    return quote(base64.b64encode(packed.compress(xml.encode()) + packed.flush()).decode(), safe="")


def _hook(at: datetime, level: str, delivery: str, text: str) -> str:
    return log_line(at, level, delivery, f"webhook delivery {text}")


def _json_line(at: datetime, level: str, trace_id: str, text: str, span: int, thrown: str = "") -> str:
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record = {
        "ts": moment,
        "level": level,
        "service": "orders",
        "trace_id": trace_id,
        "span": f"{span:016x}",
        "msg": text,
    }
    return json.dumps({**record, **({"exception": thrown} if thrown else {})})
