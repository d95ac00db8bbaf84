"""Makes a valid HAR 1.2 entry out of what a writer produced.

Enters: one parsed entry of any shape. Leaves: a new entry with every field of HAR 1.2 that viewers require, in the
right types, plus the vendor fields worth keeping; unknown fields are left out and counted. Nothing raises: what cannot
be read becomes the value HAR 1.2 gives to "not available". Source: HAR 1.2; deviations by writer are named beside them.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final
from urllib.parse import parse_qsl

from diagpack.model.exchange import (
    Pairs,
    error_of,
    is_body_cut,
    mapping,
    number,
    pairs,
    parse_time,
    plain_pairs,
    split_url,
    text,
)
from diagpack.model.streams import CLOSE, close_code

EPOCH: Final = "1970-01-01T00:00:00.000Z"
MAX_FIELD: Final = 64_000
MAX_MESSAGES: Final = 200
_FRAMES: Final = 5
_KEPT: Final = ("_resourceType", "_priority", "_fromCache", "_fetchType", "_serverPort", "_transferSize")
_SECURITY: Final = ("protocol", "subjectName", "issuer", "validFrom", "validTo")
_TIMINGS: Final = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")


def repair(entry: Any, index: int) -> dict[str, Any]:
    """A valid entry with `_dpEntry` set to `index`; `_dpRepaired` lists what had to be guessed."""
    source = mapping(entry)
    repaired: list[str] = []
    request, response = source.get("request"), mapping(source.get("response"))
    if isinstance(request, str):
        request = {"method": "GET", "url": request}
    made: dict[str, Any] = {
        "_dpEntry": index,
        "startedDateTime": _started(source.get("startedDateTime"), repaired),
        "time": max(0.0, number(source.get("time"), 0.0)),
        "request": _request(mapping(request), source, repaired),
        "response": _response(response, source, repaired),
        "cache": {},
        "timings": _timings(mapping(source.get("timings")), number(source.get("time"), 0.0)),
    }
    for name in ("pageref", "serverIPAddress", "connection"):
        if text(source.get(name)):
            made[name] = text(source.get(name))[:200]
    for name in _KEPT:
        if isinstance(source.get(name), str | int | float):
            made[name] = source[name]
    details = mapping(source.get("_securityDetails"))
    if details:
        # Playwright and WebPageTest say who issued the certificate: an inspecting proxy shows here.
        made["_securityDetails"] = {
            name: each[:500] if isinstance(each, str) else each
            for name in _SECURITY
            if isinstance(each := details.get(name), str | int | float)
        }
    if "_initiator" in source:
        made["_initiator"] = _initiator(source["_initiator"])
    for name in ("_webSocketMessages", "_eventSourceMessages"):
        if isinstance(source.get(name), list):
            made[name] = [_message(each) for each in source[name][:MAX_MESSAGES] if isinstance(each, Mapping)]
    code = close_code(source)
    if code:
        # Said in words: the code stands inside the frame's data, which is redacted as any other.
        messages = [each for each in made.get("_webSocketMessages", ()) if each.get("opcode") != CLOSE]
        made["_webSocketMessages"] = [*messages, {"type": f"close {code}", "opcode": CLOSE}]
    if is_body_cut(made["request"], mapping(made["request"].get("postData"))):
        made["_dpIncomplete"] = True
    if repaired:
        made["_dpRepaired"] = repaired
    return made


def _started(value: Any, repaired: list[str]) -> str:
    if parse_time(value) is not None:
        return str(value).strip()
    repaired.append("startedDateTime")
    return EPOCH


def _request(request: Mapping[str, Any], entry: Mapping[str, Any], repaired: list[str]) -> dict[str, Any]:
    # WebPageTest keeps the full URL beside a shortened one.
    url = text(request.get("url")) or text(entry.get("_full_url")) or text(entry.get("_url"))
    if not url:
        repaired.append("request.url")
    method = text(request.get("method"))
    if not method:
        repaired.append("request.method")
    headers = _headers(request.get("headers"))
    made: dict[str, Any] = {
        "method": method or "GET",
        "url": url,
        "httpVersion": text(request.get("httpVersion")) or "unknown",
        "cookies": _cookies(request.get("cookies")),
        "headers": headers,
        "queryString": _query(request.get("queryString"), url),
        "headersSize": _size(request.get("headersSize")),
        "bodySize": _size(request.get("bodySize")),
    }
    post = request.get("postData")
    if post is None and isinstance(request.get("content"), Mapping):
        # One Firefox-based writer puts the request body into `request.content`.
        post = request["content"]
    body = _post(post)
    if body is not None:
        made["postData"] = body
    return made


def _post(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        value = {"text": value}
    post = mapping(value)
    if not post:
        return None
    made: dict[str, Any] = {"mimeType": text(post.get("mimeType"))}
    if isinstance(post.get("text"), str):
        made["text"] = post["text"]
    params = post.get("params")
    if isinstance(params, list) and params:
        made["params"] = [_param(each) for each in params if isinstance(each, Mapping)]
    if "params" not in made:
        made.setdefault("text", "")
    for name in ("encoding", "_textBase64"):
        if isinstance(post.get(name), str):
            made[name] = post[name]
    return made


def _param(param: Mapping[str, Any]) -> dict[str, str]:
    made = {"name": text(param.get("name"))}
    for name in ("value", "fileName", "contentType"):
        if param.get(name) is not None:
            made[name] = text(param.get(name))
    return made


def _response(response: Mapping[str, Any], entry: Mapping[str, Any], repaired: list[str]) -> dict[str, Any]:
    if not response:
        repaired.append("response")
    content = mapping(response.get("content"))
    made: dict[str, Any] = {
        # WebPageTest writes failed requests with negative statuses.
        "status": max(0, int(number(response.get("status"), 0))),
        "statusText": text(response.get("statusText")),
        "httpVersion": text(response.get("httpVersion")) or "unknown",
        "cookies": _cookies(response.get("cookies")),
        "headers": _headers(response.get("headers")),
        "content": _content(content),
        # Internet Explorer spells it redirectionURL.
        "redirectURL": text(response.get("redirectURL")) or text(response.get("redirectionURL")),
        "headersSize": _size(response.get("headersSize")),
        "bodySize": _size(response.get("bodySize")),
    }
    error = error_of(entry, response)
    if error:
        made["_error"] = error[:500]
    if "_transferSize" in response:
        made["_transferSize"] = _size(response["_transferSize"])
    return made


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"size": _size(content.get("size")), "mimeType": text(content.get("mimeType"))}
    if isinstance(content.get("text"), str):
        made["text"] = content["text"]
        if text(content.get("encoding")):
            made["encoding"] = text(content.get("encoding"))
    return made


def _headers(value: Any) -> list[dict[str, str]]:
    if _is_plain(value):
        return value  # type: ignore[no-any-return]
    found: Pairs = pairs(value)
    made = []
    for name, content in found:
        # Chrome joins several Set-Cookie values by newlines.
        if "\n" in content and name.lower() == "set-cookie":
            made += [{"name": name, "value": part[:MAX_FIELD]} for part in content.split("\n")]
        else:
            made.append({"name": name[:MAX_FIELD], "value": content[:MAX_FIELD]})
    return made


def _is_plain(value: Any) -> bool:
    """Whether headers are as HAR 1.2 wants them already, which is so in most captures."""
    found = plain_pairs(value)
    if found is None or not set(map(len, value)) <= {2}:
        return False
    flat = "".join(chain.from_iterable(found))
    return len(flat) <= MAX_FIELD and "\n" not in flat


def _cookies(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, Mapping):
        # Internet Explorer writes one object.
        value = [value]
    if not isinstance(value, list):
        return []
    made = []
    for each in value:
        if not isinstance(each, Mapping):
            continue
        cookie: dict[str, Any] = {"name": text(each.get("name")), "value": text(each.get("value"))[:MAX_FIELD]}
        for name in ("path", "domain", "sameSite"):
            if isinstance(each.get(name), str):
                cookie[name] = each[name]
        if parse_time(each.get("expires")) is not None:
            cookie["expires"] = each["expires"]
        for name in ("httpOnly", "secure"):
            if name in each:
                cookie[name] = each[name] is True or text(each[name]).lower() == "true"
        made.append(cookie)
    return made


def _query(value: Any, url: str) -> list[dict[str, str]]:
    found = pairs(value)
    if not found:
        try:
            found = tuple(parse_qsl(split_url(url).query, keep_blank_values=True, max_num_fields=2000))
        except ValueError:
            found = ()
    return [{"name": name, "value": content} for name, content in found]


def _timings(timings: Mapping[str, Any], total: float) -> dict[str, float]:
    made = {name: number(timings.get(name), -1.0) for name in _TIMINGS}
    # send, wait and receive are required and may not be negative.
    for name in ("send", "receive"):
        made[name] = max(0.0, made[name])
    made["wait"] = made["wait"] if made["wait"] >= 0 else max(0.0, total if not timings else 0.0)
    return made


def _size(value: Any) -> int:
    return max(-1, int(number(value, -1)))


def _initiator(value: Any) -> Any:
    """Who started the call: type, URL, line and the innermost frames; the recursive parents are left out."""
    if isinstance(value, str):
        return {"type": "other", "url": value[:2000]}
    source = mapping(value)
    made: dict[str, Any] = {"type": text(source.get("type")) or "other"}
    if text(source.get("url")):
        made["url"] = text(source["url"])[:2000]
    if isinstance(source.get("lineNumber"), int):
        made["lineNumber"] = source["lineNumber"]
    stack: Any = source.get("stack")
    frames: list[Any] = []
    # Asynchronous calls keep their frames in `parent`; ten levels have been met.
    for _ in range(20):
        here = mapping(stack).get("callFrames")
        frames += [each for each in here if isinstance(each, Mapping)] if isinstance(here, list) else []
        if len(frames) >= _FRAMES:
            break
        stack = mapping(stack).get("parent")
    if frames:
        made["stack"] = {"callFrames": [_frame(each) for each in frames[:_FRAMES]]}
    return made


def _frame(frame: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: text(frame.get(name))[:2000] for name in ("functionName", "url")}
    made["scriptId"] = text(frame.get("scriptId"))
    for name in ("lineNumber", "columnNumber"):
        made[name] = int(number(frame.get(name), 0))
    return made


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        name: message[name] for name in ("type", "time", "opcode") if isinstance(message.get(name), str | int | float)
    }
    for name in ("data", "eventName", "eventId"):
        if isinstance(message.get(name), str):
            made[name] = message[name][:4000]
    return made
