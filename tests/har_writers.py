"""The same failing session as each program that writes HARs would have recorded it.

One story: a page of app.example.com, its script from a CDN, a call that works, an order that fails with 503 and a
request ID, a tracker that fails too, a beacon that a blocker stopped. Each writer's deviations are those of its own
exports; the documents are written here. `ENTRIES` entries each, one failing call of the product: number `FAILING`.
"""

import copy
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

Har = dict[str, Any]
Entry = dict[str, Any]

APP = "https://app.example.com"
ENTRIES = 7
FAILING = 4
REQUEST_ID = "9f1c2b7e-5a44-4d0e-8f6b-0a1b2c3d4e5f"
SECRETS = ("canary-bearer-5f0c", "canary-session-77aa", "canary.person@example.com", "canary-reset-91bd")
PROBLEM = json.dumps(
    {"type": "about:blank", "title": "Upstream failed", "status": 503, "instance": "/orders/42", "traceId": REQUEST_ID}
)
_AGENTS = {
    "chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "edge": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "safari": "Mozilla/5.0 (Macintosh; Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17 Safari/605.1",
    "ie": "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
}
_STORY = (
    # method, url, type, status, mime, body, error, milliseconds
    (
        "GET",
        f"{APP}/orders?reset={SECRETS[3]}",
        "document",
        200,
        "text/html",
        "<html><title>Orders</title></html>",
        "",
        80,
    ),
    ("GET", "https://cdn.example.net/app.js", "script", 200, "application/javascript", "let a=1", "", 20),
    ("GET", f"{APP}/api/me", "fetch", 200, "application/json", json.dumps({"email": SECRETS[2]}), "", 40),
    ("GET", "https://tracker.example.org/collect?v=1", "fetch", 500, "text/plain", "no", "", 30),
    ("POST", f"{APP}/api/orders/42/submit", "fetch", 503, "application/problem+json", PROBLEM, "", 900),
    ("POST", "https://beacon.example.org/b", "fetch", 0, "", None, "net::ERR_BLOCKED_BY_CLIENT", 1),
    ("GET", "https://cdn.example.net/logo.png", "image", 200, "image/png", "iVBORw0KGgo=", "", 12),
)


def session(agent: str = "chrome", *, has_secrets: bool = True, has_bodies: bool = True) -> list[Entry]:
    """The story in plain HAR 1.2, without any vendor's fields."""
    return [_entry(number, *each, agent, has_secrets, has_bodies) for number, each in enumerate(_STORY)]


def _entry(
    number: int,
    method: str,
    url: str,
    kind: str,
    status: int,
    mime: str,
    body: str | None,
    error: str,
    took: int,
    agent: str,
    has_secrets: bool,
    has_bodies: bool,
) -> Entry:
    sent = [("Host", url.split("/")[2]), ("User-Agent", _AGENTS[agent]), ("Accept", _accept(kind))]
    if kind != "document":
        sent.append(("Referer", f"{APP}/orders"))
    got = [("Content-Type", mime), ("Date", f"Mon, 02 Mar 2026 09:00:0{number} GMT")] if status else []
    if url.startswith(APP):
        if has_secrets:
            sent += [("Authorization", f"Bearer {SECRETS[0]}"), ("Cookie", f"sid={SECRETS[1]}")]
        got.append(
            ("X-Request-Id", REQUEST_ID if number == FAILING else f"00000000-1111-4222-8333-44444444444{number}")
        )
        if number == 0 and has_secrets:
            got.append(("Set-Cookie", f"sid={SECRETS[1]}; Path=/; Secure; HttpOnly"))
    content: dict[str, Any] = {"size": len(body or ""), "mimeType": mime}
    if body is not None and has_bodies:
        content["text"] = body
        if kind == "image":
            content["encoding"] = "base64"
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/2",
        "headers": [{"name": name, "value": value} for name, value in sent],
        "queryString": [],
        "cookies": [{"name": "sid", "value": SECRETS[1]}] if url.startswith(APP) and has_secrets else [],
        "headersSize": -1,
        "bodySize": 0,
    }
    if method == "POST":
        text = json.dumps({"note": f"for {SECRETS[2]}"})
        request["postData"] = {"mimeType": "application/json", "text": text}
        request["bodySize"] = len(text)
    return {
        "pageref": "page_1",
        "startedDateTime": f"2026-03-02T09:00:0{number}.100Z",
        "time": took,
        "request": request,
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/2",
            "headers": [{"name": name, "value": value} for name, value in got],
            "cookies": [],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(body or ""),
        },
        "cache": {},
        "timings": {"blocked": 1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": took - 1, "receive": 1},
        "serverIPAddress": "203.0.113.9",
        "connection": "443",
        "_kind": kind,
        "_failed": error,
    }


def _accept(kind: str) -> str:
    return {"document": "text/html,*/*", "fetch": "application/json", "image": "image/*"}.get(kind, "*/*")


def _plain(entries: list[Entry], *, has_types: bool = False, has_errors: bool = False) -> list[Entry]:
    """Take the story's own marks out; write Chrome's fields where the writer has them."""
    for each in entries:
        kind, error = each.pop("_kind"), each.pop("_failed")
        if has_types:
            each["_resourceType"] = kind
        if has_errors and error:
            each["response"]["_error"] = error
    return entries


def _log(name: str, version: str, entries: list[Entry], **more: Any) -> Har:
    page = {"startedDateTime": "2026-03-02T09:00:00.000Z", "id": "page_1", "title": "Orders", "pageTimings": {}}
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": name, "version": version},
            "pages": [page],
            **more,
            "entries": entries,
        }
    }


def chrome() -> Har:
    entries = _plain(session(), has_types=True, has_errors=True)
    for number, each in enumerate(entries):
        each["_priority"] = "High"
        each["_connectionId"] = "1234"
        each["response"]["_transferSize"] = 100
        each["response"].setdefault("_error", None)
        each["_initiator"] = {"type": "other"}
        if number == FAILING:
            frame = {
                "functionName": "submit",
                "scriptId": "9",
                "url": "https://cdn.example.net/app.js",
                "lineNumber": 3,
                "columnNumber": 7,
            }
            stack: dict[str, Any] = {"callFrames": [frame]}
            for _ in range(9):
                stack = {"callFrames": [frame], "parent": stack, "parentId": {"id": "1", "debuggerId": "2"}}
            each["_initiator"] = {"type": "script", "stack": stack}
        if each["response"]["status"] == 0:
            each.update(serverIPAddress="", time=0.5)
            each["request"]["httpVersion"] = "http/2.0"
    made = _log("WebInspector", "537.36", entries)
    made["log"]["pages"][0]["title"] = f"{APP}/orders?reset={SECRETS[3]}"
    return made


def chrome_sanitized() -> Har:
    made = chrome()
    for each in made["log"]["entries"]:
        for side in ("request", "response"):
            each[side]["cookies"] = []
            each[side]["headers"] = [
                one
                for one in each[side]["headers"]
                if one["name"].lower() not in ("cookie", "set-cookie", "authorization")
            ]
    return made


def edge() -> Har:
    made = chrome()
    for each in made["log"]["entries"]:
        each["request"]["headers"][1]["value"] = _AGENTS["edge"]
    return made


def firefox() -> Har:
    entries = _plain(session("firefox"))
    for each in entries:
        each["_securityState"] = "secure"
        each["cache"] = {"afterRequest": {"expires": "2026-03-03T00:00:00.000Z", "fetchCount": 3, "lastFetched": "x"}}
        if each["response"]["content"]["mimeType"].startswith("image/"):
            del each["response"]["content"]["text"]
        each["response"]["content"]["comment"] = ""
    entries[5]["response"].update(httpVersion="", headers=[])
    return _log("Firefox", "144.0", entries, browser={"name": "Firefox", "version": "144.0"})


def firefox_54() -> Har:
    made = firefox()
    for each in made["log"]["entries"]:
        each["time"] = None
        each["request"]["headers"] = [
            {**one, "value": one["value"].replace("144.0", "54.0")} for one in each["request"]["headers"]
        ]
    made["log"]["entries"][2]["response"]["content"]["encoding"] = "base64"  # the text is not base64
    made["log"].update(creator={"name": "Firefox", "version": "54.0"}, browser={"name": "Firefox", "version": "54.0"})
    return made


def firebug() -> Har:
    entries = _plain(session("firefox"))
    for each in entries:
        each["request"]["httpVersion"] = "HTTP/1.1"
        each["request"]["headersSize"] = 400
        each.pop("serverIPAddress")
    made = _log("Firebug", "2.0.19", entries, browser={"name": "Firefox", "version": "45.0"})
    made["log"]["version"] = "1.1"
    return made


def safari() -> Har:
    entries = _plain(session("safari"))
    for each in entries:
        each.update(_fetchType="Network Load", _priority="medium", _serverPort=443)
        each["startedDateTime"] = each["startedDateTime"].replace("Z", "000Z")
    return _log("WebKit Web Inspector", "1.0", entries)


def charles() -> Har:
    entries = _plain(session())
    for each in entries:
        each["pageref"] = ""
        each["response"]["_charlesStatus"] = "COMPLETE" if each["response"]["status"] else "FAILED"
        each["request"]["cookies"] = [{**one, "_maxAge": None, "comment": None} for one in each["request"]["cookies"]]
        each["startedDateTime"] = each["startedDateTime"].replace("Z", "+00:00")
        each["connection"] = "12"
    made = _log("Charles Proxy", "4.6.6", entries)
    made["log"]["pages"] = []
    return made


def fiddler() -> Har:
    entries = _plain(session())
    for each in entries:
        each.pop("pageref")
        each["response"]["content"]["comment"] = ""
        each["connection"] = "ClientPort:50123;EgressPort:50124"
        each["startedDateTime"] = each["startedDateTime"].replace(".100Z", ".1000000+00:00")
    made = _log("Fiddler", "5.0.20253.3311", entries, comment="exported @ 3/2/2026 10:00:00 AM")
    made["log"]["creator"]["comment"] = "https://www.fiddler2.com"
    made["log"]["pages"] = []
    return made


def proxyman() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each.update(
            _clientAddress="192.168.1.20",
            _clientName="Google Chrome",
            _clientPort=50123,
            _remoteDeviceIP=None,
            _id=str(number),
            _name="",
            _serverAddress="203.0.113.9",
            _serverPort=443,
            _isHTTPS=True,
            _isIntercepted=True,
            _webSocketMessages=None,
        )
        each.pop("pageref")
    made = _log("Proxyman", "5.8.0", entries)
    del made["log"]["pages"]
    return made


def mitmproxy() -> Har:
    entries = _plain(session(), has_errors=True)
    for each in entries:
        each.pop("pageref")
        each["_resourceType"] = None
        each["_webSocketMessages"] = None
    made = _log("mitmproxy", "12.1.1", entries)
    made["log"]["creator"]["comment"] = ""
    return made


def playwright() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each.update(_frameref="frame@1", _monotonicTime=12.5 + number, _serverPort=443)
        each["_securityDetails"] = {
            "protocol": "TLS 1.3",
            "subjectName": "app.example.com",
            "issuer": "Example CA",
            "validFrom": 1,
            "validTo": 2,
        }
        each["cache"] = {"beforeRequest": None, "afterRequest": None}
        if each["response"]["status"] == 0:
            each["response"].update(status=-1, _failureText="net::ERR_BLOCKED_BY_CLIENT")
    return _log("Playwright", "1.56.0", entries, browser={"name": "chromium", "version": "141.0"})


def browsertime() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each.update(
            _initiator="https://cdn.example.net/app.js",
            _initiator_type="script",
            _initiator_line="3",
            _requestId=str(number),
            _initiator_detail=json.dumps({"type": "script", "stack": {"callFrames": []}}),
            _initialPriority="High",
            _chunks=[],
            comment="",
        )
        each["response"].update(fromDiskCache=False, fromServiceWorker=False, fromEarlyHints=False, comment="")
    entries[FAILING]["request"]["postData"]["params"] = [{"name": "note", "value": {"text": SECRETS[2]}}]
    made = _log("Browsertime", "24.0.0", entries, browser={"name": "chrome", "version": "141"})
    made["log"]["pages"][0]["_meta"] = {"screenshot": f"{APP}/s.png", "result": f"{APP}/r?token={SECRETS[3]}"}
    return made


def webpagetest() -> Har:
    entries = _plain(session(has_bodies=False))
    for number, each in enumerate(entries):
        each["_headers"] = {
            "request": [f"{one['name']}: {one['value']}" for one in each["request"]["headers"]],
            "response": ["HTTP/1.1 200 OK"],
        }
        each.update(
            _full_url=each["request"]["url"],
            _url=each["request"]["url"][:30],
            _host=each["request"]["url"].split("/")[2],
            _method=each["request"]["method"],
            _all_start=str(number * 100),
            _ttfb_ms="900",
            _certificates=["-----BEGIN CERT"],
            _initiator="",
            _request_id=str(number),
            _ip_addr="203.0.113.9",
            _client_port="50000",
            _socket_group="g",
        )
        if each["response"]["status"] == 0:
            each["response"]["status"] = -2
    made = _log("WebPagetest", "21.07", entries, browser={"name": "Google Chrome", "version": "141"})
    made["log"]["pages"][0].update(_URL=f"{APP}/orders", _title="Orders", _Images="x" * 500, _userTime="1")
    return made


def sauce_labs() -> Har:
    entries = _plain(session(), has_types=True)
    for each in entries:
        each["pageref"] = "page_7"
    made = _log("Sauce Labs", "1.0", entries)
    made["log"]["pages"][0].update(_monotonicTimestamp=1.5, _wallTime=1772442000.0)
    return made


def polly() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each.update(_id=f"id{number}", _order=number)
        each.pop("pageref")
        each["response"]["content"]["_isBinary"] = False
        for side in ("request", "response"):
            each[side]["headers"] = [
                {"_fromType": "array", "name": one["name"].lower(), "value": [one["value"]]}
                for one in each[side]["headers"]
            ]
    made = _log("Polly.JS", "6.0.6", entries, _recordingName=f"orders of {SECRETS[2]}")
    made["log"]["creator"]["comment"] = "persister:fs"
    return made


def slack() -> Har:
    entries = _plain(session())
    for each in entries:
        for side in ("request", "response"):
            each[side]["headers"] = [[one["name"], one["value"]] for one in each[side]["headers"]]
    return _log("Slack Desktop", "4.41", entries)


def insomnia() -> Har:
    entries = _plain(session())
    for each in entries:
        each["request"]["settingEncodeUrl"] = True
        for name in ("pageref", "serverIPAddress", "connection"):
            each.pop(name)
    made = _log("Insomnia REST Client", "insomnia.desktop.app:v2023.5.8", entries)
    del made["log"]["pages"]
    return made


def internet_explorer() -> Har:
    entries = _plain(session("ie"))
    for each in entries:
        each["request"]["cookies"] = {"name": "sid", "value": SECRETS[1]}
        each["response"]["redirectionURL"] = each["response"].pop("redirectURL")
    return _log(
        "Internet Explorer Network Inspector", "11.0", entries, browser={"name": "Internet Explorer", "version": "11.0"}
    )


def http_toolkit() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each["pageref"] = "client"
        each["_webSocketMessages"] = [] if number == 2 else None
        each["_pinnedResource"] = None
        if each["response"]["status"] == 0:
            each["response"] = {
                "status": 0,
                "statusText": "",
                "httpVersion": "HTTP/1.1",
                "headers": [],
                "cookies": [],
                "content": {"mimeType": "text/plain", "size": -1},
                "redirectURL": "",
                "headersSize": -1,
                "bodySize": -1,
                "_error": "response:aborted",
            }
    made = _log("HTTP Toolkit", "1.20.1", entries)
    made["log"]["pages"][0]["id"] = "client"
    return made


def k6() -> Har:
    entries = _plain(session())
    for number, each in enumerate(entries):
        each.update(checks=[], variables=[], sleep=[{"after": 1000}], index=number)
    return _log("k6 browser recorder", "0.3.0", entries, options={"vus": 1})


def advanced_rest_client() -> Har:
    entries = _plain(session())
    for each in entries:
        each["cache"] = {"beforeRequest": None, "afterRequest": None, "comment": "not available"}
    return _log("advanced-rest-client", "17.0.9", entries)


def capture_har() -> Har:
    entries = _plain(session())
    for each in entries:
        if each["response"]["status"] == 0:
            each["response"]["_error"] = {"code": "ECONNREFUSED", "message": f"connect with {SECRETS[0]}"}
        each["_remoteAddress"] = "203.0.113.9"
    return _log("capture-har", "0.12.0", entries)


def browsermob() -> Har:
    import zlib

    entries = _plain(session())
    body = entries[2]["response"]["content"]["text"].encode()
    entries[2]["response"]["content"].update(text=b64encode(zlib.compress(body)).decode(), encoding="base64")
    return _log("BrowserMob Proxy", "2.1.5", entries)


def odd_entries() -> Har:
    """No writer of its own: a capture after a careless script, with null, empty and doubled entries."""
    entries = _plain(session(), has_types=True)
    made = _log("", "", [*entries, None, {}, copy.deepcopy(entries[2]), [], "x", {"request": None, "response": None}])
    made["log"].update(creator=None, pages=None)
    return made


WRITERS: dict[str, Callable[[], Har]] = {
    "WebInspector 537.36": chrome,
    "WebInspector 537.36 (sanitized)": chrome_sanitized,
    "WebInspector 537.36 (Edge)": edge,
    "Firefox 144.0": firefox,
    "Firefox 54.0": firefox_54,
    "Firebug 2.0.19": firebug,
    "WebKit Web Inspector 1.0": safari,
    "Charles Proxy 4.6.6": charles,
    "Fiddler 5.0.20253.3311": fiddler,
    "Proxyman 5.8.0": proxyman,
    "mitmproxy 12.1.1": mitmproxy,
    "Playwright 1.56.0": playwright,
    "Browsertime 24.0.0": browsertime,
    "WebPagetest 21.07": webpagetest,
    "Sauce Labs 1.0": sauce_labs,
    "Polly.JS 6.0.6": polly,
    "Slack Desktop 4.41": slack,
    "Insomnia REST Client insomnia.desktop.app:v2023.5.8": insomnia,
    "Internet Explorer Network Inspector 11.0": internet_explorer,
    "HTTP Toolkit 1.20.1": http_toolkit,
    "k6 browser recorder 0.3.0": k6,
    "advanced-rest-client 17.0.9": advanced_rest_client,
    "capture-har 0.12.0": capture_har,
    "BrowserMob Proxy 2.1.5": browsermob,
}


def file_of(name: str) -> bytes:
    """The file as the writer puts it on disk: byte order mark or not."""
    content = json.dumps(WRITERS[name](), ensure_ascii=False, indent=2).encode()
    return b"\xef\xbb\xbf" + content if name.startswith(("Fiddler", "Internet Explorer")) else content
