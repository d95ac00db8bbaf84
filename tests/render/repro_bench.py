"""A loopback server that records what arrives, and generated requests: ordinary and hostile."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Call, Slots, call_of
from diagpack.model.repro_plan import Plan

HOSTILE = [
    "plain",
    "@/etc/passwd",
    "=<@/etc/passwd",
    "x=@/etc/passwd;type=text/plain",
    "$(touch canary-ran)",
    "`touch canary-ran`",
    "'; touch canary-ran; '",
    '"; touch canary-ran; "',
    "${HOME}",
    "$DP_AUTH_1",
    "{{DP_AUTH_1}}",
    "{{$processEnv DP_AUTH_1}}",
    "{{require('fs').writeFileSync('canary-ran','x')}}",
    "a{1,2}b[1-3]",
    "line one\nline two",
    "trailing newline\n",
    "tab\tand \\n backslash \\",
    "%41%zz%",
    "-X DELETE",
    "--output canary-ran",
    "ünïcödé ✓ 漢字",
    "\x1b[31mred\x1b[0m",
    "nul\x00inside",
    "< ./canary-secret.txt",
    "<@ ./canary-secret.txt",
    ">> canary-ran",
    "### next",
    "> {% client.global.set('x','y') %}",
    "!history",
    "*",
    "~root",
    "& echo hi",
    "| cat",
    "\u202eevil",
    "'",
    '"',
    "\\'",
    "",
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PROPFIND"]


@dataclass
class Recorded:
    """One request as it arrived: raw target, headers in order, body bytes."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Recorder:
    """What one origin received."""

    port: int = 0
    requests: list[Recorded] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def recorder(answer: bytes = b"{}", status: int = 500) -> Iterator[Recorder]:
    """A server on loopback that answers everything alike."""
    made = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _record(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding", "").lower() == "chunked":
                body = self._chunks()
            raw = [
                (
                    name.encode("latin-1").decode("latin-1"),
                    value.encode("latin-1", "surrogateescape").decode("utf-8", "replace"),
                )
                for name, value in self.headers.items()
            ]
            made.requests.append(Recorded(self.command, self.path, raw, body))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.send_header("connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._record
            raise AttributeError(name)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def generated(origin: str, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """HAR entries: every hostile text at every place first, then random mixtures."""
    rng = random.Random(seed)  # noqa: S311 - repeatable tests
    made = []
    for number in range(count):
        text = HOSTILE[number % len(HOSTILE)]
        place = ("path", "query", "header", "body", "json", "form", "binary", "multipart")[number // len(HOSTILE) % 8]
        if number >= len(HOSTILE) * 8:
            text = "".join(rng.choice(HOSTILE) for _ in range(rng.randint(1, 4)))
            place = rng.choice(["path", "query", "header", "body", "json", "form", "binary"])
        made.append(_entry(origin, number, text, place, rng))
    return made


def _entry(origin: str, number: int, text: str, place: str, rng: random.Random) -> dict[str, Any]:
    from base64 import b64encode
    from json import dumps
    from urllib.parse import quote

    headers = [{"name": "X-Number", "value": str(number)}, {"name": "Accept", "value": "application/json"}]
    url, post = f"{origin}/api/{number}", None
    method = rng.choice(METHODS) if place in ("path", "query", "header") else rng.choice(["POST", "PUT", "PATCH"])
    printable = quote(text, safe="!$&'()*+,;=:@/?[]{}|^`\"\\<>%-._~") if place in ("path", "query") else text
    if place == "path":
        url += "/" + printable.replace("?", "%3F") + ("/../x" if number % 10 == 0 else "/x")
    elif place == "query":
        url += "?q=" + printable + "&a=%2F&a=+&b"
    elif place == "header":
        headers += [{"name": "X-Text", "value": text}, {"name": "X-Text", "value": "again"}]
        headers += [{"name": "X-Empty", "value": ""}, {"name": "User-Agent", "value": "Mozilla/5.0 (test)"}]
    elif place == "body":
        post = {"mimeType": "text/plain", "text": text}
        headers.append({"name": "Content-Type", "value": "text/plain"})
    elif place == "json":
        post = {"mimeType": "application/json", "text": dumps({"value": text, "nested": {"deep": {"a": [1]}}})}
        headers.append({"name": "Content-Type", "value": "application/json"})
    elif place == "form":
        post = {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "f", "value": text.replace("\0", "")}],
        }
        headers.append({"name": "Content-Type", "value": "application/x-www-form-urlencoded"})
    elif place == "binary":
        raw = text.encode() + bytes(range(256)) * rng.randint(1, 40)
        post = {"mimeType": "application/octet-stream", "text": b64encode(raw).decode(), "encoding": "base64"}
        headers.append({"name": "Content-Type", "value": "application/octet-stream"})
    else:
        body = f'--b1\r\nContent-Disposition: form-data; name="f"; filename="{text}"\r\n\r\n{text}\r\n--b1--\r\n'
        post = {"mimeType": "multipart/form-data; boundary=b1", "text": body}
        headers.append({"name": "Content-Type", "value": "multipart/form-data; boundary=b1"})
    request: dict[str, Any] = {"method": method, "url": url, "headers": headers}
    if post is not None:
        request["postData"] = post
    return {"_dpEntry": number, "request": request, "response": {"status": 500}, "_resourceType": "fetch"}


def plan_for(entries: list[dict[str, Any]], hosts: tuple[str, ...]) -> Plan:
    """A plan that sends all these entries."""
    slots = Slots(hosts)
    calls = [call_of(from_entry(each), f"[har-1 #{each['_dpEntry']}]", slots) for each in entries]
    steps = tuple(each for each in calls if each is not None)
    assert len(steps) == len(entries)
    return Plan("har-1", steps, steps[-1], "the server answered 500", slots.variables, from_entry(entries[-1]))


# Headers each client adds for itself or that belong to the connection.
OWN = frozenset("host content-length connection accept-encoding transfer-encoding".split())


def is_faithful(call: Call, got: Recorded | None, extra: frozenset[str] = frozenset(), is_loose: bool = False) -> str:
    """What differs, or an empty text. Expected values are computed from the call, without any writer's code.

    `is_loose` forgives what JavaScript clients do to addresses (percent-encoding, `\\` for `/`, dot segments) and
    headers with `{{`, which are left out on purpose.
    """
    if got is None:
        return "absent"
    path = "".join(each for each in call.path if isinstance(each, str))
    expected = [(name.lower(), "".join(map(str, value))) for name, value in call.headers]
    seen = [(name.lower(), value) for name, value in got.headers if name.lower() not in OWN | extra]
    body = call.body if isinstance(call.body, bytes) else b""
    if got.method != call.method:
        return "method"
    if is_loose:
        expected = [each for each in expected if "{{" not in each[1]]
        if loosely(got.target) != loosely(path):
            return "target"
    elif got.target != path:
        return "target"
    if sorted(seen) != sorted(each for each in expected if each[0] not in extra):
        return "headers"
    return "" if got.body == body else "body"


def loosely(target: str) -> str:
    """A target without the differences that a WHATWG URL parser makes."""
    parts: list[str] = []
    path, question, query = target.partition("?")
    for part in unquote(path).replace("\\", "/").split("/"):
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts) + question + unquote(query)
