"""Does a call keep the API's contract?

Enters: an OpenAPI 3 file and an exchange. Leaves: violations, one sentence each, without values of the evidence. Not a
plug-in: `diagpack repro --openapi` calls it. Needs openapi-core, which is optional.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml

from diagpack.errors import UsageError
from diagpack.model.exchange import Exchange, split_url

MAX_BYTES = 20 << 20
MAX_VIOLATIONS = 20

_ABSENT = {
    "PathNotFound": "the contract has no such path",
    "OperationNotFound": "the contract has this path, but not this method",
    "ServerNotFound": "the contract names another server",
}


def violations(openapi: Path, exchange: Exchange) -> tuple[str, ...]:
    """What the request and the answer break; empty when both keep the contract. Raises UsageError DP528."""
    document = _document(openapi)
    try:
        from openapi_core import OpenAPI
        from openapi_core.testing.requests import MockRequest
        from openapi_core.testing.responses import MockResponse
    except ImportError:
        raise UsageError(
            "DP528", "openapi-core is not installed", hint="install it: pip install 'diagpack[openapi]'"
        ) from None
    parts = split_url(exchange.url)
    # The contract is checked wherever the call went; its own server list would not know the test system.
    document = {**document, "servers": [{"url": exchange.origin + _base_path(document)}]}
    request = MockRequest(
        exchange.origin,
        exchange.method.lower(),
        parts.path,
        args=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=dict(exchange.request_headers),
        cookies={},
        data=(exchange.request_body or "").encode() or None,
        content_type=_mime(exchange.request_header("content-type") or exchange.request_mime),
    )
    response = MockResponse(
        data=(exchange.response_text or "").encode(),
        status_code=exchange.status,
        headers=dict(exchange.response_headers),
        content_type=_mime(exchange.response_mime),
    )
    try:
        contract = OpenAPI.from_dict(document)
        found = [*(("request", each) for each in contract.iter_request_errors(request))]
        if exchange.status > 0 and exchange.response_text is not None:
            found += [("response", each) for each in contract.iter_response_errors(request, response)]
    except Exception as error:
        # openapi-core raises many types for a document that is not valid.
        raise UsageError("DP528", f"the OpenAPI file cannot be used ({type(error).__name__})") from None
    sentences = (f"{side}: {text}" for side, each in found for text in _sentences(each, exchange.status))
    return tuple(dict.fromkeys(sentences))[:MAX_VIOLATIONS]


def _document(openapi: Path) -> Mapping[str, Any]:
    try:
        if openapi.stat().st_size > MAX_BYTES:
            raise ValueError
        document = yaml.safe_load(openapi.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        raise UsageError("DP528", "the OpenAPI file cannot be read", hint="give YAML or JSON below 20 MB") from None
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise UsageError("DP528", "this is not an OpenAPI 3 file", hint="OpenAPI 3.0 and 3.1 are read")
    return document


def _base_path(document: Mapping[str, Any]) -> str:
    servers = document.get("servers")
    first = servers[0].get("url", "") if isinstance(servers, list) and servers and isinstance(servers[0], dict) else ""
    return split_url(str(first)).path.rstrip("/")


def _mime(value: str) -> str:
    return value.split(";")[0].strip().lower() or "application/json"


def _sentences(error: BaseException, status: int) -> list[str]:
    """The rule that was broken and where; the value itself stays out."""
    if type(error).__name__ == "ResponseNotFound":
        return [f"the contract has no answer {status} for this call"]
    if type(error).__name__ in _ABSENT:
        return [_ABSENT[type(error).__name__]]
    name = "".join(f" {each.lower()}" if each.isupper() else each for each in type(error).__name__).strip()
    cause = error.__cause__
    inner = list(getattr(cause, "schema_errors", ()) or getattr(error, "schema_errors", ()))
    found = []
    for each in inner[:MAX_VIOLATIONS]:
        place = "/".join(str(part) for part in getattr(each, "absolute_path", ())) or "the body"
        wanted = getattr(each, "validator", "")
        expected = getattr(each, "validator_value", "")
        found.append(f"{place} breaks “{wanted}” ({expected!r:.80})")
    return found or [name]
