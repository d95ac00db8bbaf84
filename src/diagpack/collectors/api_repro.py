"""API calls that people paste: a curl command, an `.http` file, a Postman collection, or a raw request and response.

Enters: such a file or text. Leaves: one `api` artifact with `exchanges` in the shape of HAR 1.2 requests and responses.
Nothing is run and no file that the text names is opened.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from diagpack.collectors.curl_command import is_curl, parse_curl
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

MAX_BYTES: Final = 8 << 20
MAX_CALLS: Final = 500
_METHODS: Final = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT"
_REQUEST: Final = re.compile(rf"^({_METHODS})[ \t]+(\S+)(?:[ \t]+HTTP/[\d.]+)?[ \t]*$")
_STATUS: Final = re.compile(r"^HTTP/[\d.]+[ \t]+(\d{3})(?:[ \t]+(.*))?$")
_HEADER: Final = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$")
# What `repro --run` keeps of its own calls.
_REPLAY: Final = re.compile(r'\{\s*"exchanges"\s*:\s*\[')
_VERBOSE: Final = re.compile(r"^[<>*] ?", re.MULTILINE)


class ApiReproCollector:
    """See the module."""

    id = "api-repro"
    needs: tuple[str, ...] = ()
    provides = ("api",)
    derives_from: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """A curl command, a request line, a status line with a request before it, or a Postman collection."""
        text = head[:65536].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        if is_curl(text):
            return 0.95
        if text.startswith("{") and ("schema.getpostman.com" in text or _REPLAY.match(text)):
            return 0.97
        lines = [line for line in _plain(text).splitlines()[:60] if line.strip()]
        is_http = any(
            _REQUEST.match(line) and ("://" in line or line.split()[1].startswith(("/", "{{"))) for line in lines
        )
        first = lines[0] if lines else ""
        if is_http and (_REQUEST.match(first) or first.startswith(("#", "//", "@"))):
            return 0.9
        return 0.6 if is_http and name.lower().endswith((".http", ".rest")) else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """One artifact. Raises CollectError DP111 when no call can be read."""
        if source.size_bytes > MAX_BYTES:
            raise CollectError("DP111", "this API call is larger than 8 MB", hint="send the call without its payload")
        text = source.head(MAX_BYTES).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
        exchanges = parse(text)
        if not exchanges:
            raise CollectError(
                "DP111", "no API call can be read from this", hint="paste the curl command, or request and response"
            )
        yield ctx.store(
            source,
            kind="api",
            media_type="application/json",
            suffix=".json",
            folder="api",
            content=[json.dumps({"exchanges": exchanges}, indent=1).encode()],
            facts={"exchanges_total": len(exchanges)},
        )


def parse(text: str) -> list[dict[str, Any]]:
    """Exchanges in any of the forms; empty when there is none."""
    if _REPLAY.match(text):
        return _replayed(text)
    if text.startswith("{"):
        return _postman(text)
    if is_curl(text):
        requests = parse_curl(text)
        response = _first_response(text)
        made = [_exchange(each) for each in requests[:MAX_CALLS]]
        if response is not None and len(made) == 1:
            made[0]["response"] = response
        return made
    return _raw(_plain(text))[:MAX_CALLS]


def _replayed(text: str) -> list[dict[str, Any]]:
    try:
        listed = json.loads(text)["exchanges"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [each for each in listed if isinstance(each, dict) and isinstance(each.get("request"), dict)][:MAX_CALLS]


def _exchange(request: dict[str, Any], response: dict[str, Any] | None = None) -> dict[str, Any]:
    empty = {"status": 0, "statusText": "", "headers": [], "content": {"size": -1, "mimeType": ""}}
    return {
        "request": request,
        "response": response or empty,
        "started": None,
        "duration_ms": -1,
        "origin": "pasted",
        "run": 0,
    }


def _plain(text: str) -> str:
    """`curl -v` output without its `>` and `<` marks."""
    is_verbose = re.search(r"^> (?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) ", text, re.MULTILINE)
    return _VERBOSE.sub("", text) if is_verbose else text


def _raw(text: str) -> list[dict[str, Any]]:
    """Request lines with headers and body; a status line after one begins its response."""
    made: list[dict[str, Any]] = []
    block: list[str] = []
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if _REQUEST.match(line) or _STATUS.match(line) or line.startswith("###"):
            blocks.append(block)
            block = []
        if not line.startswith("###"):
            block.append(line)
    for each in [*blocks, block]:
        start = next((n for n, line in enumerate(each) if _REQUEST.match(line) or _STATUS.match(line)), None)
        if start is None:
            continue
        head, headers, body = each[start], *_parts(each[start + 1 :])
        request = _REQUEST.match(head)
        if request:
            made.append(_exchange(_request(request[1], request[2], headers, body)))
        elif made:
            made[-1]["response"] = _response(head, headers, body)
    return made


def _parts(lines: list[str]) -> tuple[list[dict[str, str]], str]:
    headers: list[dict[str, str]] = []
    for number, line in enumerate(lines):
        match = _HEADER.match(line)
        if match is None:
            return headers, "\n".join(lines[number:]).strip("\n")
        headers.append({"name": match[1], "value": match[2]})
    return headers, ""


def _request(method: str, target: str, headers: list[dict[str, str]], body: str) -> dict[str, Any]:
    host = next((each["value"] for each in headers if each["name"].lower() == "host"), "")
    url = f"https://{host}{target}" if target.startswith("/") and host else target
    made: dict[str, Any] = {"method": method, "url": url, "headers": headers}
    # A line that begins with `<` names a local file in `.http`; it is not opened.
    if body and not body.startswith("< "):
        mime = next((each["value"] for each in headers if each["name"].lower() == "content-type"), "")
        made["postData"] = {"mimeType": mime, "text": body}
    return made


def _response(line: str, headers: list[dict[str, str]], body: str) -> dict[str, Any]:
    match = _STATUS.match(line)
    mime = next((each["value"] for each in headers if each["name"].lower() == "content-type"), "")
    return {
        "status": int(match[1]) if match else 0,
        "statusText": (match[2] or "") if match else "",
        "headers": headers,
        "content": {"size": len(body.encode("utf-8", "replace")), "mimeType": mime, "text": body},
    }


def _first_response(text: str) -> dict[str, Any] | None:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _STATUS.match(line):
            headers, body = _parts(lines[number + 1 :])
            return _response(line, headers, body)
    return None


def _postman(text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise CollectError("DP111", "this Postman collection is not valid JSON", hint="export it again") from None
    made: list[dict[str, Any]] = []
    waiting: list[Any] = [document]
    while waiting and len(made) < MAX_CALLS:
        node = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("request"), dict):
            made.append(_exchange(_postman_request(node["request"]), _postman_response(node.get("response"))))
        items = node.get("item")
        waiting += items if isinstance(items, list) else []
    return made


def _postman_request(request: dict[str, Any]) -> dict[str, Any]:
    url = request.get("url")
    raw = url.get("raw") if isinstance(url, dict) else url
    headers = _postman_headers(request.get("header"))
    made: dict[str, Any] = {"method": str(request.get("method") or "GET"), "url": str(raw or ""), "headers": headers}
    body = request.get("body")
    if isinstance(body, dict) and isinstance(body.get("raw"), str):
        mime = next((each["value"] for each in headers if each["name"].lower() == "content-type"), "")
        made["postData"] = {"mimeType": mime, "text": body["raw"]}
    elif isinstance(body, dict) and isinstance(body.get("urlencoded"), list):
        params = [
            {"name": str(each.get("key", "")), "value": str(each.get("value", ""))}
            for each in body["urlencoded"]
            if isinstance(each, dict)
        ]
        made["postData"] = {"mimeType": "application/x-www-form-urlencoded", "params": params}
    return made


def _postman_headers(value: Any) -> list[dict[str, str]]:
    many = value if isinstance(value, list) else []
    return [
        {"name": str(each.get("key", "")), "value": str(each.get("value", ""))}
        for each in many
        if isinstance(each, dict) and not each.get("disabled")
    ]


def _postman_response(answers: Any) -> dict[str, Any] | None:
    for each in answers if isinstance(answers, list) else []:
        if isinstance(each, dict) and isinstance(each.get("code"), int):
            headers = _postman_headers(each.get("header"))
            mime = next((one["value"] for one in headers if one["name"].lower() == "content-type"), "")
            body = each.get("body") if isinstance(each.get("body"), str) else ""
            return {
                "status": each["code"],
                "statusText": str(each.get("status") or ""),
                "headers": headers,
                "content": {"size": len(body or ""), "mimeType": mime, "text": body},
            }
    return None


COLLECTOR: Final[Collector] = ApiReproCollector()
