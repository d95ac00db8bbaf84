"""Request, trace and correlation IDs: which names carry them, and how one ID is spelled.

Enters: header and field names, pasted text. Leaves: whether a name carries an ID, and every spelling of an ID, so that
a HAR and a log meet. Sources: vendor documentation as listed beside each family; W3C Trace Context; openzipkin
b3-propagation; Datadog trace context propagation; AWS X-Ray trace IDs.
"""

import re
from typing import Final

# Header names, lower case. Values of these headers are kept by the redactor and harvested by the collectors.
HEADERS: Final = frozenset(
    """
    x-request-id request-id x-correlation-id correlation-id x-trace-id trace-id x-transaction-id x-operation-id
    x-debug-id x-external-correlation-id x-requestid requestid x-req-id x-session-correlation-id x-invocation-id
    traceparent traceresponse grpc-trace-bin
    b3 x-b3-traceid x-b3-spanid x-b3-parentspanid
    ot-tracer-traceid ot-tracer-spanid x-ot-span-context uber-trace-id
    x-datadog-trace-id x-datadog-parent-id sentry-trace elastic-apm-traceparent x-honeycomb-trace
    x-cloud-trace-context x-guploader-uploadid x-goog-request-id
    x-amzn-requestid x-amzn-request-id x-amzn-trace-id x-amz-cf-id x-amz-apigw-id x-amz-request-id x-amz-id-2
    cf-ray x-served-by x-fastly-request-id x-timer akamai-grn x-akamai-request-id
    x-azure-ref x-msedge-ref x-ms-request-id x-ms-correlation-request-id x-ms-client-request-id x-ms-correlation-id
    client-request-id x-ms-ags-diagnostic ms-dyn-aid sprequestguid
    x-vercel-id x-nf-request-id fly-request-id x-railway-request-id
    opc-request-id x-global-transaction-id x-github-request-id x-gitlab-meta x-zendesk-request-id x-okta-request-id
    x-auth0-requestid x-sfdc-request-id atl-traceid atl-request-id x-arequestid x-hubspot-correlation-id
    x-slack-req-id twilio-request-id paypal-debug-id x-fb-trace-id x-fb-debug x-wix-request-id x-linkedin-id li-uuid
    x-instart-request-id wm_qos.correlation_id x-dynatrace x-newrelic-id
    """.split()
)

# JSON, XML and log field names, lower case with `-`, `_`, `.` and blanks taken out.
FIELDS: Final = frozenset(
    """
    requestid reqid xrequestid correlationid traceid spanid parentid parentspanid transactionid operationid debugid
    errorid rayid hostid ddtraceid ddspanid clientrequestid innererrorrequestid invocationid jobid deliveryid
    messageid eventid instance requestlogurl tracestate xcorrelationid xtraceid awsrequestid
    """.split()
)

_SEPARATORS = str.maketrans("", "", "-_. ")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}", re.ASCII)
_DECIMAL: Final = re.compile(r"[1-9][0-9]{14,19}", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HALF: Final = re.compile(r"[0-9a-f]{16}", re.ASCII | re.IGNORECASE)
_XRAY: Final = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})", re.ASCII | re.IGNORECASE)


def is_id_header(name: str) -> bool:
    """Whether a header of this name carries a request or trace ID."""
    return name.lower() in HEADERS


def is_id_field(name: str) -> bool:
    """Whether a JSON key, XML element or log field of this name carries one."""
    return name.lower().translate(_SEPARATORS) in FIELDS


def trace_id_of(traceparent: str) -> str | None:
    """The trace ID inside a W3C `traceparent` value."""
    match = _TRACEPARENT.fullmatch(traceparent.strip().lower())
    return match.group(1) if match else None


def spellings(id: str) -> tuple[str, ...]:
    """Every form of one ID that another system may have written, itself first.

    Lower and upper case, a UUID with and without dashes, a traceparent's trace ID, an X-Ray ID as W3C trace ID, and
    64-bit trace IDs as Datadog writes them: decimal in headers and logs, 16 hexadecimal digits elsewhere; of a 128-bit
    trace ID the low half.
    """
    id = id.strip()
    forms = [id, id.lower(), id.upper()]
    inner = trace_id_of(id)
    if inner is not None:
        forms.append(inner)
    xray = _XRAY.fullmatch(id)
    if xray is not None:
        forms.append(xray[1].lower() + xray[2].lower())
    if _DECIMAL.fullmatch(id) and int(id) < 1 << 64:
        forms.append(f"{int(id):016x}")
    if _HALF.fullmatch(id) and not id.isdigit():
        forms.append(str(int(id, 16)))
    hexadecimal = (inner or id).replace("-", "").lower()
    if _UUID.fullmatch(hexadecimal):
        dashed = "-".join(
            (hexadecimal[:8], hexadecimal[8:12], hexadecimal[12:16], hexadecimal[16:20], hexadecimal[20:])
        )
        forms += [hexadecimal, dashed, hexadecimal.upper(), dashed.upper(), str(int(hexadecimal[16:], 16))]
    return tuple(dict.fromkeys(form for form in forms if form))


def low_half(folded: str) -> str:
    """The low 64 bits of a 128-bit ID without dashes, which Datadog's decimal form names; else an empty text."""
    return folded[16:] if _WHOLE.fullmatch(folded) else ""
