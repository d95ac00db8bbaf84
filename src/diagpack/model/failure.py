"""What failed in a capture: one exchange judged, and ranked against the others.

Enters: exchanges. Leaves: failures with a kind (which is the finding id), a rank (lower is shown first) and a reason in
words. Sources: HAR 1.2; RFC 9110 (status codes); RFC 9457 (problem+json); GraphQL over HTTP; Chromium net error list.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from diagpack.model.exchange import Exchange, host_of
from diagpack.model.network_errors import known_error
from diagpack.model.party import Party
from diagpack.model.streams import is_ordinary, meaning


class Kind(StrEnum):
    """Kinds of failure; the value is the id of the finding."""

    SERVER_ERROR = "har.status.5xx"
    CONNECTION = "har.network.server"
    DNS = "har.network.dns"
    TLS = "har.network.tls"
    CLIENT_NETWORK = "har.network.client"
    BLOCKED = "har.network.blocked"
    ABORTED = "har.aborted"
    NO_RESPONSE = "har.network.unknown"
    CORS = "har.cors"
    MIXED_CONTENT = "har.mixed_content"
    UNAUTHORIZED = "har.status.401"
    FORBIDDEN = "har.status.403"
    TOO_MANY = "har.status.429"
    CLIENT_ERROR = "har.status.4xx"
    GRAPHQL = "har.graphql.errors"
    SAID_NO = "har.body.error"
    HTML_FOR_JSON = "har.body.html_for_json"
    BROKEN_JSON = "har.body.broken_json"
    SAML_STATUS = "har.body.saml_status"
    WEBSOCKET = "har.websocket"
    STREAM = "har.stream"
    NOT_FOUND = "har.status.404"


# Lower is shown first. Third parties and static files come after everything of the product itself.
RANKS: Final = {
    Kind.SERVER_ERROR: 10,
    Kind.CONNECTION: 14,
    Kind.TLS: 15,
    Kind.DNS: 16,
    Kind.CLIENT_NETWORK: 17,
    Kind.CORS: 18,
    Kind.BLOCKED: 19,
    Kind.NO_RESPONSE: 20,
    Kind.MIXED_CONTENT: 21,
    Kind.UNAUTHORIZED: 24,
    Kind.FORBIDDEN: 24,
    Kind.TOO_MANY: 25,
    Kind.CLIENT_ERROR: 26,
    Kind.GRAPHQL: 22,
    Kind.SAML_STATUS: 22,
    Kind.SAID_NO: 28,
    Kind.HTML_FOR_JSON: 29,
    Kind.BROKEN_JSON: 30,
    Kind.WEBSOCKET: 32,
    Kind.STREAM: 32,
    Kind.NOT_FOUND: 40,
    Kind.ABORTED: 60,
}
_THIRD_PARTY = 100
_STATIC = 50


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one exchange counts as failed. `reason` names protocol facts only (status, error code), never a value."""

    kind: Kind
    rank: int
    reason: str
    is_first_party: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Repeats of one failure: same method, host, path template and status, in file order."""

    failure: Failure
    exchanges: tuple[Exchange, ...]

    @property
    def first(self) -> Exchange:
        return self.exchanges[0]


def classify(exchange: Exchange, party: Party) -> Failure | None:
    """Judge one exchange by itself; None when it succeeded."""
    found = _judge(exchange)
    if found is None:
        return None
    kind, reason = found
    is_ours = party.includes(exchange.host)
    below = _THIRD_PARTY if not is_ours else _STATIC if exchange.is_static else 0
    return Failure(kind, RANKS[kind] + below, reason, is_ours)


def failures(exchanges: Sequence[Exchange], party: Party) -> tuple[tuple[Exchange, Failure], ...]:
    """Every failed exchange, in file order. A 401 that is answered and then succeeds is a challenge, not a failure."""
    found = []
    for position, exchange in enumerate(exchanges):
        failure = classify(exchange, party)
        if failure is None:
            continue
        if failure.kind is Kind.UNAUTHORIZED and _is_challenge(exchange, exchanges[position + 1 : position + 20]):
            continue
        found.append((exchange, failure))
    return tuple(found)


def groups(failed: Iterable[tuple[Exchange, Failure]]) -> tuple[Group, ...]:
    """Folded repeats, the most important first."""
    found: dict[tuple[Any, ...], tuple[Failure, list[Exchange]]] = {}
    for exchange, failure in failed:
        key = (exchange.method, exchange.host, exchange.template, exchange.status, failure.kind)
        found.setdefault(key, (failure, []))[1].append(exchange)
    made = [Group(failure, tuple(each)) for failure, each in found.values()]
    return tuple(sorted(made, key=lambda group: (group.failure.rank, group.first.index)))


def _is_challenge(exchange: Exchange, later: Sequence[Exchange]) -> bool:
    return any(
        each.method == exchange.method and each.url == exchange.url and 200 <= each.status < 400 for each in later
    )


def _judge(exchange: Exchange) -> tuple[Kind, str] | None:
    status = exchange.status
    if status >= 500:
        return Kind.SERVER_ERROR, f"the server answered {status}"
    if status >= 400:
        return _client_error(exchange)
    if exchange.method == "OPTIONS" and 200 <= status < 300 and exchange.request_header("origin"):
        if not exchange.response_header("access-control-allow-origin"):
            return Kind.CORS, f"the preflight answered {status} without Access-Control-Allow-Origin"
        return None
    if exchange.is_websocket:
        return _websocket(exchange)
    if status <= 0:
        return _no_response(exchange)
    if exchange.error and status < 300 and (found := _broken_off(exchange)) is not None:
        return found
    if exchange.has_error_event:
        return Kind.STREAM, f"{status}, but the event stream sent an “error” event"
    return _inside_success(exchange) if status < 300 else None


def _websocket(exchange: Exchange) -> tuple[Kind, str] | None:
    if exchange.status not in (101, 200):
        reason = _known_error(exchange)
        more = f": {reason[1]}" if reason else ""
        answered = f"answered {exchange.status}" if exchange.status > 0 else "got no answer"
        return Kind.WEBSOCKET, f"the WebSocket handshake {answered}{more}"
    if is_ordinary(exchange.close_code):
        return None
    return Kind.WEBSOCKET, f"the WebSocket was closed with {meaning(exchange.close_code)}"


def _broken_off(exchange: Exchange) -> tuple[Kind, str] | None:
    """An answer that began well and did not end: the browser noted an error beside a status of success."""
    found = _known_error(exchange)
    if found is None:
        return None
    kind, reason = found
    if kind is Kind.ABORTED:
        # Streams end this way when the page is left.
        return None if "event-stream" in exchange.response_mime else (kind, f"{exchange.status}, then {reason}")
    return kind, f"{exchange.status}, but the answer did not arrive whole: {reason}"


def _known_error(exchange: Exchange) -> tuple[Kind, str] | None:
    found = known_error(f"{exchange.error} {exchange.status_text}")
    return (Kind[found[0]], found[1]) if found is not None else None


def _client_error(exchange: Exchange) -> tuple[Kind, str]:
    status = exchange.status
    if exchange.method == "OPTIONS" and exchange.request_header("access-control-request-method"):
        return Kind.CORS, f"the preflight answered {status}"
    retry = exchange.response_header("retry-after")
    more = f", Retry-After {retry}" if status == 429 and retry.isdigit() else ""
    if "problem+json" in exchange.response_mime:
        more += ", with problem+json"
    kinds = {401: Kind.UNAUTHORIZED, 403: Kind.FORBIDDEN, 429: Kind.TOO_MANY}
    if status in (404, 410) and not exchange.is_call:
        return Kind.NOT_FOUND, f"the server answered {status}"
    return kinds.get(status, Kind.CLIENT_ERROR), f"the server answered {status}{more}"


def _no_response(exchange: Exchange) -> tuple[Kind, str] | None:
    # An entry without an address is damage of the capture, not a call that failed.
    if not exchange.url or exchange.is_from_cache or exchange.url[:5].lower() in ("data:", "blob:", "about"):
        return None
    found = _known_error(exchange)
    if found is not None:
        return found[0], f"no response: {found[1]}"
    if exchange.url.startswith("http:") and _opened_by_https(exchange):
        return Kind.MIXED_CONTENT, "no response: an https page asked for an http address"
    if _is_cross_origin(exchange):
        return Kind.CORS, "no response to a cross-origin call: the browser probably refused it (CORS)"
    return Kind.NO_RESPONSE, "no response was recorded"


def _opened_by_https(exchange: Exchange) -> bool:
    opener = exchange.request_header("origin") or exchange.request_header("referer") or exchange.initiator_url
    return opener.lower().startswith("https:")


def _is_cross_origin(exchange: Exchange) -> bool:
    asked_by = exchange.request_header("origin")
    return bool(asked_by) and asked_by != "null" and host_of(asked_by) != exchange.host


_ERROR_KEYS: Final = ('"error', '"success"', '"ok"')


def _inside_success(exchange: Exchange) -> tuple[Kind, str] | None:
    """Errors that arrive as 2xx. Only answers to calls are read, and only the first million characters."""
    body = exchange.response_text
    if not body or exchange.is_static or len(body) > 1_000_000:
        return None
    start, mime = body.lstrip()[:1], exchange.response_mime.lower()
    if start == "<":
        if "samlp:StatusCode" in body and "status:Success" not in body:
            return Kind.SAML_STATUS, "200, but the SAML response says it was no success"
        if exchange.is_call and exchange.is_json_expected and "html" in mime:
            return Kind.HTML_FOR_JSON, f"{exchange.status}, but an HTML page came where JSON was asked for"
        return None
    if start not in ("{", "[") or ("json" not in mime and "graphql" not in mime and "text" not in mime):
        return None
    if body.rstrip()[-1:] in ("}", "]") and not any(each in body for each in _ERROR_KEYS):
        # Most answers are fine; parsing all of them would double the time a capture takes.
        return None
    try:
        return _judge_json(json.loads(body), exchange.status)
    except RecursionError:
        return None
    except ValueError:
        # Event streams and NDJSON are not one JSON document; a body cut at capture is no fault of the server.
        is_whole = exchange.response_size <= len(body.encode("utf-8", "replace"))
        if mime.startswith("application/json") and is_whole and "\n{" not in body:
            return Kind.BROKEN_JSON, f"{exchange.status}, but the JSON of the answer breaks off"
        return None


def _judge_json(document: Any, status: int) -> tuple[Kind, str] | None:
    for each in (document if isinstance(document, list) else [document])[:50]:
        if not isinstance(each, dict):
            continue
        errors = each.get("errors")
        if isinstance(errors, list) and errors and all(isinstance(one, dict) and "message" in one for one in errors):
            return Kind.GRAPHQL, f"{status}, but the GraphQL answer carries {len(errors)} error(s)"
        for name in ("success", "ok"):
            if each.get(name) is False:
                return Kind.SAID_NO, f'{status}, but the answer says "{name}": false'
        error = each.get("error")
        if (isinstance(error, dict) and error) or (isinstance(error, str) and error and not each.get("data")):
            return Kind.SAID_NO, f'{status}, but the answer carries "error"'
    return None
